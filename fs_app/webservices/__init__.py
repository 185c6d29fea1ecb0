"""Web services of an account's own: what opens for a call, who is asked about its caller, where typed digits go."""
