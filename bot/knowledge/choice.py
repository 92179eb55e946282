"""Which of the titles that were offered a citizen means in words: by its place, its name, or its side. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge import aspects
from bot.text.french import listed, tokens, words

_PLACES = {
    0: listed("1 1er 1ere premier premiere first"),
    1: listed("2 2e 2eme 2nd 2nde deux deuxieme second seconde two"),
    2: listed("3 3e 3eme trois troisieme third three"),
    3: listed("4 4e 4eme quatre quatrieme fourth four"),
    4: listed("5 5e 5eme cinq cinquieme fifth five"),
    5: listed("6 6e 6eme six sixieme sixth"),
    **{place - 1: frozenset({str(place)}) for place in range(7, 31)},
}
_LAST = listed("dernier derniere last")
_AROUND = listed(
    """
    le la l un une n no num numero choix option page reponse titre lien bouton proposition celui celle ci c est ce sera
    oui non ok d accord plutot alors donc je j prends choisis veux voudrais prefere aimerais bien svp stp merci s il vous
    te plait pour moi the number please yes one
    """
)
"""What may stand around a place; « 2 enfants » has more in it, and is a question."""


def place(text: str, count: int) -> int | None:
    """The place that a text names among `count` titles, from 0; None if it says anything else."""
    found = [token for token in tokens(text) if token not in _AROUND]
    if len(found) != 1:
        # « Le un », and nothing else.
        return 0 if count and not found and tokens(text)[-1:] in (["un"], ["une"], ["one"]) else None
    if found[0] in _LAST:
        return count - 1 if count else None
    return next((at for at, named in _PLACES.items() if found[0] in named and at < count), None)


def named(text: str, titles: Sequence[str]) -> int | None:
    """The one title that has every word of a text that carries a subject; None if none or several have."""
    asked = set(words(text))
    having = [at for at, title in enumerate(titles) if asked and asked <= set(words(title))]
    return having[0] if len(having) == 1 else None


def titled(text: str, titles: Sequence[str]) -> int | None:
    """The title that a text repeats, as a pressed button of a channel without tokens does."""
    said = tokens(text)
    having = [at for at, title in enumerate(titles) if said and said == tokens(title)]
    return having[0] if len(having) == 1 else None


def side(text: str, titles: Sequence[str]) -> int | None:
    """The one title that names the side of their subject that a text asks for, which has no other; None if several do."""
    asked = aspects.asked(text)
    if not asked or not aspects.bare(text) or aspects.of_office(text):
        return None
    having = [at for at, title in enumerate(titles) if aspects.fit(asked, (title,), "") == 1.0]
    return having[0] if len(having) == 1 else None
