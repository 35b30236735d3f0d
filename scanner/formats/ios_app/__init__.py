"""Apps of iOS: the folder of an app, its lists, its libraries and its profile."""
