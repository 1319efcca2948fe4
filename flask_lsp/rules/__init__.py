"""Finds, explains and repairs mistakes."""
