"""What a dialogue over the fiches remembers between two messages, and what a fiche says besides its passage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from bot.fiches import Notice, Online
from bot.knowledge.competent import Competent
from bot.knowledge.leaves import Path

CASE, GUIDE, PUBLIC = "case", "guide", "public"
"""What the last reply asked, and so what the next words may answer."""
MAX_TITLES = 20


class Talk(Struct, frozen=True, omit_defaults=True):
    """State in, state out: every function of the dialogue takes one and gives the next."""

    fiche: str = ""
    """The key of the fiche that was answered with or asked about last; of the guided search while one goes on."""
    known: Path = ()
    """The choices that were made of it."""
    mark: int = 0
    """Of the outline that `known` counts in; see `narrowing.mark`."""
    question: str = ""
    """What it is to answer."""
    titles: tuple[str, ...] = ()
    """The cases that were chosen in this conversation, the newest last: other fiches may have the same."""
    waiting: str = ""
    """`CASE`, `GUIDE`, `PUBLIC`, or "" where nothing was asked."""
    choice: int = 0
    """Which choice was asked (`CASE`)."""
    at: tuple[int, ...] = ()
    """The step of the guided search: which answer was taken at each fork (`GUIDE`)."""
    page: int = 0
    """Which part of a long list of options is shown."""
    offered: tuple[str, ...] = ()
    """The publics that were offered (`PUBLIC`)."""
    public: str = ""
    """For whom the citizen asks; see `bot.knowledge.publics`."""

    def plain(self) -> dict[str, Any]:
        """As the tracker keeps it."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def read(cls, value: object) -> Talk:
        """From the tracker; a new one where there is none, or one of another version."""
        try:
            return msgspec.convert(value, cls)
        except msgspec.ValidationError:
            return cls()

    def go(self, **changes: Any) -> Talk:
        """The next state: nothing is asked any more unless `changes` say so."""
        settled = {"waiting": "", "choice": 0, "at": (), "page": 0, "offered": ()}
        return msgspec.structs.replace(self, **{**settled, **changes})

    def having(self, titles: tuple[str, ...]) -> tuple[str, ...]:
        """The chosen titles with these as the newest."""
        return (*(title for title in self.titles if title not in titles), *titles)[-MAX_TITLES:]


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown around a passage of a fiche."""

    title: str
    cases: tuple[str, ...] = ()
    """The citizen's cases in which the passage is true, the outermost first."""
    read: bool = False
    """Whether one of them was read or carried over, and not pressed: the citizen may want another."""
    notice: Notice | None = None
    local: str = ""
    """What the town says of it."""
    online: tuple[Online, ...] = ()
    competent: tuple[Competent, ...] = ()
    help: str = ""
    """Of a step of a guided search, with its question."""
    pages: int = 1
    """How many parts a list of options has."""
