"""What callers hear before they wait."""
