"""Promised calls: kept places, callers who gave up, messages that were left."""
