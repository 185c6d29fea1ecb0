"""Contact centre for FreeSWITCH."""
