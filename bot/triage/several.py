"""One reply to a letter about several matters: the best reply to each, one below the other, with the sources of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.readings import Suggested
from bot.settings import Office
from bot.text.wording import Wording

PREFIX, JOIN = "several.", "+"
"""« several.voirie.trou+eclairage_public.lampadaire »: what is kept when an agent chooses it; each part counts as chosen."""
SURE = 0.4
"""Where every part fits so well, the reply to all comes first; else behind the best reply to the letter as a whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """The reply to one matter, without greeting and signature."""

    service: str
    reply: Suggested


def joined(
    found: Sequence[Suggested], parts: Sequence[Part], office: Office, wording: Wording, language: str
) -> list[Suggested]:
    """The replies to the letter as a whole, with one to all of its parts and one to each; the same ones once."""
    if len(parts) < 2:
        return list(found)
    say = wording.say
    texts = [
        f"{say('draft_part', language, place=str(place), service=office.services[part.service].name)}\n\n{part.reply.text}"
        for place, part in enumerate(parts, 1)
    ]
    both = Suggested(
        PREFIX + JOIN.join(part.reply.id for part in parts),
        " + ".join(part.reply.title for part in parts),
        "\n\n".join([say("draft_several", language), *texts]),
        tuple(dict.fromkeys(source for part in parts for source in part.reply.sources)),
        min(part.reply.score for part in parts),
    )
    each = [part.reply for part in parts]
    ordered = [both, *each, *found] if both.score >= SURE else [*found[:1], both, *each, *found[1:]]
    known: dict[str, Suggested] = {}
    for one in ordered:
        known.setdefault(one.id, one)
    return list(known.values())


def ids(chosen: str) -> list[str]:
    """The templates and articles that a chosen reply was made of; none for "", which is a reply of one's own."""
    return chosen.removeprefix(PREFIX).split(JOIN) if chosen else []
