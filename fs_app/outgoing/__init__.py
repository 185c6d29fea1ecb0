"""Calling out: numbers as people type them, who may be called, what he is shown, and how it goes."""
