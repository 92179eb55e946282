"""Questions in English, as French words to search with: « lost my passport » finds the pages on « perte passeport ».

No translation: only the words of `knowledge/english.yml`, and only where a question is plainly English. A citizen reads
the page's own French words, and is told so.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.knowledge import lexicon
from bot.knowledge.synonyms import MAX_TOKENS, Synonyms, read
from bot.text.french import STOP_WORDS, listed, tokens

FILE = Path(__file__).resolve().parents[2] / "knowledge" / "english.yml"
FUNCTION = listed(
    """
    the my your his her our their i im ive how do does did what where when who which why can could should would need want
    get got getting have has had is are was am be been for from with to of and at in an about please must there this that
    it its apply ask make find know replace request obtain help you we they not hello hi thanks thank
    """
)
"""Words of grammar that are English and nothing else, or tell nothing beside such."""


@cache
def curated(path: Path = FILE) -> Synonyms:
    """The curated words, read once.

    Raises:
        ConfigurationError: the file is wrong; the sentence names the line.
    """
    return Synonyms(read(path))


def french(question: str) -> str:
    """The French words that an English question is searched with; "" for one that is not English, or has no known word."""
    said = tokens(question)[:MAX_TOKENS]
    added = curated().expand(said)
    if not added:
        return ""
    exist = lexicon.french()
    meant = {place for one in added for place in range(one.start, one.end)}
    left = [word for at, word in enumerate(said) if at not in meant and word not in FUNCTION]
    own = [word for word in left if word in STOP_WORDS or word in exist]
    english = [word for at, word in enumerate(said) if word in FUNCTION or (at in meant and word not in exist)]
    if len(english) <= len(own):
        return ""
    # « Visa » is a word of both.
    both = [word for word in own if word not in STOP_WORDS]
    return " ".join(dict.fromkeys([*(one.word for one in sorted(added, key=lambda one: one.start)), *both]))
