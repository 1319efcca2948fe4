"""The facts of all files to what the project means."""
