"""FL4xx: sessions and security."""
