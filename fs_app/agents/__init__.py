"""Who works: presence, capacity, lines."""
