"""What agents attached groups to, with the questions as phrasings: for the export of training data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.privacy.redact import MASKS, redact
from bot.text.french import fold
from bot.text.normalise import normalise
from bot.topics import Decision, Topics

MAX_PHRASINGS = 30
"""Of one group, so many different ones; the newest."""
MAX_PHRASING_CHARS = 100
READ = 200


@dataclass(frozen=True, slots=True)
class Taught:
    """A group that an agent attached."""

    topic_id: int
    target: str
    """The id of an article or fiche, or an intent."""
    phrasings: tuple[str, ...]
    """Each wording once; those in which something was masked, or that are long, are left out."""


async def taught(topics: Topics, own: Collection[str] = ()) -> list[Taught]:
    """Every group that is attached to something, by id; `own`: the town's own contacts, which stay in a text.

    Raises:
        StoreError: the database does not answer.
    """
    found = []
    for topic in await topics.all():
        if topic.decision is not Decision.TAUGHT:
            continue
        said: dict[str, str] = {}
        for one in await topics.examples(topic.id, READ):
            text = redact(normalise(one.text), own).text
            if len(text) <= MAX_PHRASING_CHARS and not any(mask in text for mask in MASKS):
                said.setdefault(fold(text).strip(" ?.!"), text)
        found.append(Taught(topic.id, topic.decided_for, tuple(said.values())[:MAX_PHRASINGS]))
    return found
