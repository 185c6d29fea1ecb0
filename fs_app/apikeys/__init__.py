"""Keys with which other programs use the API."""
