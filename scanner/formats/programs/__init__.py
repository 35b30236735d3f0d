"""Programs in the files of apps: what they are, what they can call, and what they name."""
