"""What only a recording of an iPhone holds."""
