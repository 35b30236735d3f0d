"""Decoders of file formats, without opinion."""
