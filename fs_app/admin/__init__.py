"""What an administrator may ask: each change through its account, checked, written down in the audit log."""
