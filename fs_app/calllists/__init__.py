"""Call lists: who is to be called, in which order, by whom, and what has come of it (HN-400 … HN-411, HN-460)."""
