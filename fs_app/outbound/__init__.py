"""Calls that agents make from a list: promised calls today, the records of campaigns by the same interface."""
