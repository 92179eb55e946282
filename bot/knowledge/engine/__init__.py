"""The search over the State's fiches: built once by an import, kept on disk, loaded by every process that answers.

root = settings.root
made_with = engine.resources(root)
name = engine.fingerprint(sums, redirections, made_with)
folder = engine.current(shelf, name) or engine.build(fiches, redirections, shelf / name, made_with)
searcher = engine.load(folder, version)
"""

from bot.knowledge.engine.files import FilesError
from bot.knowledge.engine.found import Findings, Found, Searcher
from bot.knowledge.engine.resources import Resources, resources
from bot.knowledge.engine.searching import Engine
from bot.knowledge.engine.shelves import build, current, fingerprint, load, prune

__all__ = [
    "Engine",
    "FilesError",
    "Findings",
    "Found",
    "Resources",
    "Searcher",
    "build",
    "current",
    "fingerprint",
    "load",
    "prune",
    "resources",
]
