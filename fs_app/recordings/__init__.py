"""Recordings: which conversations are recorded, how long the files are kept, whether the disk takes them."""
