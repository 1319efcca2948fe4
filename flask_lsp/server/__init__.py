"""The only part that knows the protocol."""
