"""Measurements on a real FreeSWITCH; they need the harness of the tests, so they live here and not in the program."""
