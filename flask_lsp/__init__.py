"""A language server for Flask: finds, explains and repairs the mistakes every guide warns of."""

__version__ = "0.1.0"
