"""`guichet evaluate answers`: ask the running bot every question of a file through a citizen's own way, and count."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.commands.talk import Server, address_of, running, talk
from bot.errors import ConfigurationError
from bot.fiches import Fiche
from bot.knowledge.evaluate import Question, read
from bot.messages import AnswerStatus
from bot.settings import Settings
from bot.store.base import Article
from bot.store.sql import open_store
from bot.text import wording as catalogues
from bot.text.typography import typeset

app = typer.Typer(help="Measure the running bot.", no_args_is_help=True)

AT_ONCE = 8
"""So many conversations are held side by side."""
TOO_FAST = "too_fast"
AGAIN_AFTER = timedelta(seconds=5)
TRIES = 60
"""A gateway lets one network address say so much a minute; a question waits its turn for five minutes at most."""
REFUSALS = frozenset({AnswerStatus.OUT_OF_SCOPE, AnswerStatus.LOST, AnswerStatus.EXPIRED, AnswerStatus.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Names:
    """How replies name articles and fiches: by the addresses of their pages, and by their titles on buttons."""

    urls: Mapping[str, frozenset[str]]
    titles: Mapping[str, frozenset[str]]
    person: frozenset[str]
    """The words of the button that leads to a person."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question."""

    answered: frozenset[str] = frozenset()
    """Ids of the page that answered, or that asked which of its cases it is; bare ones and keys."""
    offered: frozenset[str] = frozenset()
    refused: bool = False
    handed_off: bool = False
    narrowed: bool = False


def names(articles: Iterable[Article], fiches: Iterable[Fiche], person: Iterable[str] = ()) -> Names:
    """The names of everything that may answer."""
    urls: dict[str, set[str]] = {}
    titles: dict[str, set[str]] = {}
    for article in articles:
        own = {article.id, article.fiche} - {""}
        for url in (f"/articles/{article.id}", article.source):
            urls.setdefault(_place(url), set()).update(own)
        titles.setdefault(typeset(article.title), set()).update(own)
    for fiche in fiches:
        urls.setdefault(_place(fiche.url), set()).update({fiche.id, fiche.key})
        titles.setdefault(typeset(fiche.title), set()).update({fiche.id, fiche.key})
    urls.pop("", None)
    return Names(
        {url: frozenset(ids) for url, ids in urls.items()},
        {title: frozenset(ids) for title, ids in titles.items()},
        frozenset(person),
    )


def outcome(replies: Sequence[Mapping[str, Any]], known: Names) -> Outcome:
    """What the replies to one question amount to."""
    statuses = {reply["status"] for reply in replies if reply["status"]}
    answering = [
        reply
        for reply in replies
        if reply["status"] in {AnswerStatus.ANSWERED.value, AnswerStatus.NARROWED.value, AnswerStatus.GUIDED.value}
    ]
    choosing = [reply for reply in replies if reply["status"] == AnswerStatus.CHOOSE.value]
    buttons = [button["title"] for reply in replies for button in reply["buttons"]]
    return Outcome(
        answered=_all(known.urls, (_place(one["url"]) for reply in answering for one in reply["sources"])),
        offered=_all(known.titles, (one["title"] for reply in choosing for one in reply["buttons"])),
        refused=not answering and any(status.value in statuses for status in REFUSALS),
        handed_off=any(title in known.person for title in buttons),
        narrowed=AnswerStatus.NARROWED.value in statuses,
    )


def count(questions: Sequence[Question], outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    """Shares in [0, 1] by measure; those of questions in scope are None where the file has none, and so for out of scope.

    `refused` and `handed_off` are of all questions; `answered_right` holds the page that asks which of its cases it is.
    """
    pairs = list(zip(questions, outcomes, strict=True))
    inside = [(set(question.gold), found) for question, found in pairs if question.gold]
    outside = [found for question, found in pairs if not question.gold]
    return {
        "answered_right": _share([bool(gold & found.answered) for gold, found in inside]),
        "offered_in_three": _share([not found.answered and bool(gold & found.offered) for gold, found in inside]),
        "answered_wrong": _share([bool(found.answered) and not gold & found.answered for gold, found in inside]),
        "narrowed": _share([found.narrowed for _, found in inside]),
        "false_accept": _share([bool(found.answered) for found in outside]),
        "refused": _share([found.refused for found in outcomes]),
        "handed_off": _share([found.handed_off for found in outcomes]),
        "n": len(pairs),
    }


@app.callback()
def _evaluate() -> None:
    """Measure the running bot."""


@app.command()
def answers(
    file: Annotated[Path, typer.Argument(help='Lines of {"query": "…", "gold": ["F1341"]}; [] is out of scope.')],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    server: Server = "",
) -> None:
    """Ask every question of a file in a conversation of its own and count what came of it."""
    settings = running()
    questions = read(file)
    known = asyncio.run(_names(settings))
    with Progress(console=Console(stderr=True), transient=True, disable=as_json) as progress:
        task = progress.add_task("Asking", total=len(questions))
        outcomes = asyncio.run(_asked(server or address_of(settings), questions, known, lambda: progress.advance(task)))
    measured = count(questions, outcomes)
    if as_json:
        print(json.dumps(measured))
        return
    statuses = Counter(
        "answered" if found.answered else "offered" if found.offered else "refused" if found.refused else "other"
        for found in outcomes
    )
    table = Table("measure", "value")
    for name, value in measured.items():
        table.add_row(name, "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value))
    Console().print(table)
    Console().print(", ".join(f"{number} {name}" for name, number in statuses.most_common()), highlight=False)


async def _names(settings: Settings) -> Names:
    store = await open_store(settings.database_url)
    try:
        wording = catalogues.load(settings.office)
        person = [wording.say("person_title", language) for language in wording.languages]
        return names(await store.articles.all(), await store.fiches.all(), person)
    finally:
        await store.close()


async def _asked(server: str, questions: Sequence[Question], known: Names, step: Any) -> list[Outcome]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(question: Question) -> Outcome:
        async with places:
            found = outcome(await _replies(server, question.query), known)
            step()
            return found

    return await asyncio.gather(*(one(question) for question in questions))


async def _replies(server: str, text: str) -> list[dict[str, Any]]:
    async with talk(server) as session:
        for _ in range(TRIES):
            replies = await session.say(text)
            if replies[0]["status"] != TOO_FAST:
                return replies
            await asyncio.sleep(AGAIN_AFTER.total_seconds())
    raise ConfigurationError(
        f"{server} takes no more questions: chat.messages_per_minute_per_address is too low for this"
    )


def _place(url: str) -> str:
    """An address as it is compared: the path where it is the town's own, host and path where it is not."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return path if path.startswith("/articles/") else f"{(parts.hostname or '').removeprefix('www.')}{path}"


def _all(ids: Mapping[str, frozenset[str]], found: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(ids.get(name, frozenset()) for name in found))


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None
