"""FL3xx: circular imports."""
