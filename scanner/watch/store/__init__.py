"""What a watch keeps, in one file of SQLite."""
