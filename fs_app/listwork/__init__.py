"""Records of call lists at work: agents are shown them, call them, and what comes of it goes back to the list."""
