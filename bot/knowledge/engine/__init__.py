"""The search over the State's fiches: built once by an import, kept on disk, loaded by every process that answers."""
