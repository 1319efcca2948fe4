"""FL9xx: common mistakes."""
