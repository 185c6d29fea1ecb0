"""Who gets whom: offers as reservations with deadlines."""
