"""Agents among each other: messages, and whom one may call, consult and hand a call to."""
