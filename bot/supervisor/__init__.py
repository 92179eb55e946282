"""Sets Guichet up on one machine and keeps its processes running."""
