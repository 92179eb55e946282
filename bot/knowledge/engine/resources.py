"""What ships with the project for the search: people's words for fiches, synonyms, and questions that are not for us."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.errors import ConfigurationError
from bot.knowledge import synonyms
from bot.knowledge.synonyms import Group
from bot.understanding.examples import read_examples

FOLDER = "knowledge"
PHRASINGS = "phrasings"
SYNONYMS = "synonyms.yml"
MAX_FILE_BYTES = 2_000_000
MAX_PHRASING_CHARS = 300
_PROJECT = Path(__file__).resolve().parents[3]
_OUTSIDE = _PROJECT / "nlu" / "out_of_scope.yml"


@dataclass(frozen=True, slots=True)
class Resources:
    """What a base is built with beside its fiches."""

    phrasings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Ways that people ask, by bare fiche id."""
    groups: tuple[Group, ...] = ()
    outside: tuple[str, ...] = ()
    """Questions that no fiche answers."""

    @property
    def checksum(self) -> str:
        """Changes with every word of it."""
        told = repr(
            (sorted(self.phrasings.items()), [(g.say, g.means, g.kind.value) for g in self.groups], self.outside)
        )
        return hashlib.sha256(told.encode()).hexdigest()


def resources(root: Path) -> Resources:
    """The project's phrasings and synonyms, and beside them what the town's `knowledge` folder adds, wherever that is.

    A phrasing of the town never takes the place of the project's. A phrase of the town's `synonyms_local.yml` does; a
    `synonyms.yml` of the town's own stands for the project's whole file.

    Raises:
        ConfigurationError: a file is wrong; the message names it.
    """
    folders = list(dict.fromkeys(place.resolve() for place in (root / FOLDER, _PROJECT / FOLDER)))
    said: dict[str, dict[str, None]] = {}
    for folder in folders:
        for page, phrasings in read_phrasings(folder / PHRASINGS).items():
            said.setdefault(page, {}).update(dict.fromkeys(phrasings))
    groups = [folder / SYNONYMS for folder in folders if (folder / SYNONYMS).exists()]
    local = [folder / synonyms.LOCAL for folder in folders]
    return Resources(
        {page: tuple(phrasings) for page, phrasings in said.items()},
        synonyms.load(groups[0], local).groups if groups else (),
        outside(),
    )


def outside() -> tuple[str, ...]:
    """The questions that are nobody's business at a town hall; the model of the acts learns from them too.

    Raises:
        ConfigurationError: their file cannot be read.
    """
    return tuple(one.text for one in read_examples(_OUTSIDE))


def read_phrasings(folder: Path) -> dict[str, tuple[str, ...]]:
    """All files of a folder, each a mapping from a fiche's bare id to the ways that people ask for it.

    Raises:
        ConfigurationError: a file is not that.
    """
    found: dict[str, dict[str, None]] = {}
    for path in sorted(folder.glob("*.yml")):
        read = _yaml(path)
        for id_, said in read.items():
            if not isinstance(id_, str) or not isinstance(said, list):
                raise ConfigurationError(f"{path}: {id_}: reads F1341: [one way to ask, another]")
            for text in said:
                if not isinstance(text, (str, int)) or not 0 < len(str(text)) <= MAX_PHRASING_CHARS:
                    raise ConfigurationError(
                        f"{path}: {id_}: a phrasing is 1 to {MAX_PHRASING_CHARS} characters of text"
                    )
                found.setdefault(id_, {})[str(text)] = None
    return {id_: tuple(said) for id_, said in found.items()}


def _yaml(path: Path) -> dict[Any, Any]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ConfigurationError(f"{path}: is bigger than {MAX_FILE_BYTES} bytes")
        text = path.read_text(encoding="utf-8-sig")
        if synonyms.too_deep(text, loader):
            raise ConfigurationError(f"{path}: reads F1341: [one way to ask, another]")
        read = yaml.load(text, loader)  # noqa: S506 - one of the two safe loaders
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if read is None:
        return {}
    if not isinstance(read, dict):
        raise ConfigurationError(f"{path}: reads F1341: [one way to ask, another]")
    return read
