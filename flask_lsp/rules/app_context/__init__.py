"""FL1xx: the application context."""
