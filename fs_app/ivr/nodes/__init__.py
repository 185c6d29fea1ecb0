"""One module per kind of node; each has its `KIND`: form, exits and what it does in its turn."""
