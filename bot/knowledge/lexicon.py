"""Words that exist: « mutuelle » is not « tutelle » misspelt, whatever the articles speak about."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import spacy_lookups_data  # type: ignore[import-untyped]

from bot.text.french import fold

_TABLES = ("lemma_lookup", "lemma_index")


@cache
def french() -> frozenset[str]:
    """Some 250,000 folded French word forms, from spaCy's lemma tables. Reads them once, in half a second."""
    found: set[str] = set()
    for name in _TABLES:
        # The package names its tables without the ending under which it ships them.
        path = Path(f"{spacy_lookups_data.fr[name]}.gz")
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for form, lemmas in json.load(file).items():
                # One table leads from forms to lemmas, the other from parts of speech to lemmas.
                found.update(lemmas, [form])
    # Folded in one piece: a call for each word takes three times as long.
    return frozenset(word for word in fold("\n".join(found)).split("\n") if word.isalpha())
