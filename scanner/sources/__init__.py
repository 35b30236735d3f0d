"""Sources: whatever can be looked into and answers requests."""
