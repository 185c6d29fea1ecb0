"""Privacy: what is known about a person, given to him or erased; how long data is kept; who looked at it (BY-23)."""
