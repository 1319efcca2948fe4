"""FL8xx: production."""
