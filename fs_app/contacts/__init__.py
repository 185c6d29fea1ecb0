"""People who call and are called."""
