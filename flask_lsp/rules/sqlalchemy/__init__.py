"""FL7xx: Flask-SQLAlchemy."""
