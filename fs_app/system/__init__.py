"""How the program and the switch are doing, for people and for Prometheus (PW-10)."""
