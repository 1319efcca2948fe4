"""A language server for Flask: finds, explains and repairs the mistakes every guide warns of."""

__version__ = "0.1.0"

RULE_ADDRESS = ""
"""Where the documentation of a rule is on the web, with ``{code}``; empty as long as it has no address."""
