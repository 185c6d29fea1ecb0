"""Messages that callers leave: the boxes, and what was left in them."""
