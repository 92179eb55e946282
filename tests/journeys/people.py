"""Citizens who follow a script on a channel and never wait for an answer, unless it has the button that they press next."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from tests.journeys.lines import Line, Said

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Press:
    """Press the button with this title, of the `nth` answer that has one."""

    title: str
    nth: int = 0


Script = tuple["str | Press", ...]
VISIT = "visit"
SCRIPTS: dict[str, Script] = {
    VISIT: (
        "bonjour",
        "comment refaire ma carte d'identité ?",
        "la cantine combien ça coûte",
        "qui êtes-vous ?",
        "les horaires de la médiathèque svp",
        "merci beaucoup",
        "les horaires de la piscine svp",
    ),
    "questions": (
        "bonjour",
        "comment refaire ma carte d'identité ?",
        Press("Oui"),
        "les horaires de la piscine svp",
        Press("Non", 1),
        "la cantine combien ça coûte",
        "merci beaucoup",
        "qui êtes-vous ?",
        "les horaires de la médiathèque svp",
        Press("Oui", 3),
    ),
    "report": (
        "il y a un nid-de-poule rue du Lavoir",
        Press("Sans photo"),
        "bonjour",
        Press("Sans coordonnées"),
        "oui",
        "merci beaucoup",
        "la cantine combien ça coûte",
    ),
    "appointment": (
        "je voudrais prendre un rendez-vous",
        "État civil",
        "pour un passeport",
        "lundi à 10 h 30",
        "0612345678",
        "oui",
        "les horaires de la piscine svp",
        "merci beaucoup",
    ),
    "person": (
        "je voudrais parler à quelqu'un pour mon passeport perdu",
        "merci beaucoup",
        Press("Répondez-moi ici"),
        "bonjour",
        "les horaires de la piscine svp",
        "qui êtes-vous ?",
    ),
    "danger": (
        "la cantine combien ça coûte",
        "mon mari me frappe, aidez-moi",
        "qui êtes-vous ?",
        Press("Oui"),
        "merci beaucoup",
        "les horaires de la piscine svp",
    ),
}


@dataclass(slots=True)
class Person:
    """One conversation: `said` in the order in which its provider hands it over, `taken` of it so far."""

    line: Line
    key: str
    script: str
    said: list[Said] = field(default_factory=list)
    taken: int = 0

    async def live(self, stop: asyncio.Event, pause: float, dice: random.Random) -> None:
        """Say the script from time to time, until it is over or `stop`; returns when all that was said is taken."""
        words: asyncio.Queue[Said | None] = asyncio.Queue()
        handing = asyncio.create_task(self._hand_over(words))
        try:
            for step in SCRIPTS[self.script]:
                await _unless(stop, pause * dice.uniform(0.3, 1.7))
                said = await self._press(step, stop) if isinstance(step, Press) else self.line.said(self.key, step)
                if said is None:
                    break
                self.said.append(said)
                words.put_nowait(said)
                if stop.is_set():
                    break
            words.put_nowait(None)
            await handing
        finally:
            handing.cancel()

    async def _hand_over(self, words: asyncio.Queue[Said | None]) -> None:
        while (said := await words.get()) is not None:
            await self.line.hand_over(said)
            self.taken += 1

    async def _press(self, step: Press, stop: asyncio.Event) -> Said | None:
        while True:
            tokens: dict[str, None] = {}
            for arrival in self.line.arrivals(self.key):
                tokens.update((token, None) for title, token in arrival.choices if title == step.title)
            if len(tokens) > step.nth:
                return self.line.said(self.key, step.title, list(tokens)[step.nth])
            if stop.is_set():
                return None
            await _unless(stop, LOOK_SECONDS)


async def _unless(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except asyncio.TimeoutError:
        pass
