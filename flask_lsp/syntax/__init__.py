"""Text to trees; never raises, never reads the disk."""
