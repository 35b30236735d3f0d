"""What an Android app file is: the archive, its manifest and its resources."""
