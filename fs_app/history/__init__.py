"""What each agent did: his part in every call, the figures of his days."""
