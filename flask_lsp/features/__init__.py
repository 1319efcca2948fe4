"""What editors ask for, as plain data."""
