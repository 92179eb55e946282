"""The desk: what agents work with."""
