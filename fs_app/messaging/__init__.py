"""Mail and SMS to people outside: templates, providers, when a queue sends, and the outbox that sends."""
