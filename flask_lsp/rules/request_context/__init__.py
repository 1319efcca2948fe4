"""FL2xx: the request context."""
