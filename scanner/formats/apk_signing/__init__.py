"""Who signed an Android app, and whether that holds as the platform would decide it."""
