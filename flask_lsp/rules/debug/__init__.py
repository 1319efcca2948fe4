"""FL5xx: debug mode."""
