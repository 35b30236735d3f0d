"""Files of apps: what their bytes tell, on either platform."""
