"""Everything that outlives a process: protocols in `base`, one SQLAlchemy implementation for both engines."""
