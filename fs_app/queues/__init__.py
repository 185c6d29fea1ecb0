"""Who waits: entries, tickets, music."""
