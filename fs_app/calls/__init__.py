"""What happens on the line: legs and roles, recording, call records."""
