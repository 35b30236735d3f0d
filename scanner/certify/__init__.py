"""Certification: a signed statement of what was checked, with what result, until when."""
