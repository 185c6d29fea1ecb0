"""Sound files: what is right and wrong with them."""
