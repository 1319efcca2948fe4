"""FL6xx: blueprints and URL rules."""
