"""Customers of the platform and their people: accounts, users, sessions."""
