"""Guichet: the counter window of a town hall on every channel a citizen uses."""
