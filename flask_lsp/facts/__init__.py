"""Trees to what a file says, as frozen data."""
