"""A large town's conversations for `benchmarks.night`: written into PostgreSQL in bulk, the same for the same seed.

What citizens ask is put together of the project's own phrasings: those of the State's fiches for what was not answered,
titles and keywords of the town's articles for what was. How often a subject is asked falls with its rank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import make_url

from bot import mistakes
from bot.cases import CaseKind, CaseState, Cause, What
from bot.messages import AnswerStatus, Author, Reply, Source
from bot.simulation import words
from bot.store import codec
from bot.store.base import CITIZEN, Article
from bot.text.french import fold

CHANNELS = {"web": 55, "telegram": 15, "whatsapp": 20, "messenger": 10}
LANGUAGES = {"fr": 90, "en": 5, "ar": 3, "pt": 2}
WEEK = (1.2, 1.15, 1.1, 1.05, 1.0, 0.4, 0.25)
"""How busy the days of a week are, from Monday on."""
FIRST_HOUR, LAST_HOUR = 7, 22
AGAIN = 0.35
"""Share of questions behind which the citizen asks another."""
RATED, HELPFUL = 0.08, 0.7
WITH_CASE = 0.15
HALF_RANK = 150
"""A subject of this rank is asked half as often as the first one."""
EVENT_DAYS = 5
"""So many days before the last one Rasa's events are there: the night reads those of three."""
LOST = "Je n'ai pas trouvé de réponse à votre question."
TABLES: Mapping[str, tuple[str, ...]] = {
    "conversations": (*("id", "channel", "address_key", "mode", "language", "created_at", "last_heard_at"),),
    "transcript": ("position", "conversation_id", "ref", "author", "said", "at"),
    "ratings": ("id", "conversation_id", "message_id", "article_id", "helpful", "at"),
    "cases": (
        *("id", "number", "conversation_id", "message_id", "effect", "kind", "state", "service", "cause", "callback"),
        *("urgent", "live", "opened_at", "due_at", "taken_at", "closed_at", "version", "opened_for"),
    ),
    "case_events": ("position", "case_id", "conversation_id", "what", "at", "text"),
    "events": ("sender_id", "position", "type", "at", "event"),
}
COUNTED = {"transcript": "position", "ratings": "id", "cases": "id", "case_events": "position"}


@dataclass(slots=True)
class Asks:
    """Texts by subject, of which those of low rank are asked most."""

    subjects: Sequence[tuple[Any, Sequence[str]]]
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.weights = list(accumulate(1 / (rank + HALF_RANK) for rank in range(len(self.subjects))))

    def one(self, random: Random) -> tuple[Any, str]:
        """A subject and a text of it."""
        ((subject, texts),) = random.choices(self.subjects, cum_weights=self.weights)
        return subject, random.choice(texts)


class Town:
    """Writes days of contacts, one after the other."""

    def __init__(self, articles: Sequence[Article], root: Path, zone: ZoneInfo, unanswered: float, seed: int) -> None:
        """`unanswered`: the share of questions."""
        self._random = Random(seed)
        self._zone = zone
        self._unanswered = unanswered
        self._words = words.load()
        gaps = list(phrasings(root).items())
        self._random.shuffle(gaps)
        self._gaps = Asks(gaps)
        known = [(one, [one.title, *one.keywords]) for one in sorted(articles, key=lambda one: one.id)]
        self._random.shuffle(known)
        self._known = Asks(known)
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._numbers = dict.fromkeys(COUNTED, 0)
        self.questions = {"answered": 0, "unanswered": 0}

    async def day(self, connection: asyncpg.Connection[Any], day: date, contacts: int, heard: bool) -> None:
        """A day's contacts; with Rasa's events where it is `heard`."""
        self._rows = {table: [] for table in TABLES}
        midnight = datetime.combine(day, time(FIRST_HOUR), self._zone)
        length = (LAST_HOUR - FIRST_HOUR) * 3600
        for second in sorted(self._random.uniform(0, length) for _ in range(contacts)):
            self._contact(midnight + timedelta(seconds=second), heard)
        for table, columns in TABLES.items():
            await connection.copy_records_to_table(table, records=self._rows[table], columns=columns)

    async def settle(self, connection: asyncpg.Connection[Any]) -> None:
        """Let the database number on from here, and know what is in its tables."""
        for table, column in COUNTED.items():
            await connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), {self._numbers[table] + 1})"
            )
        await connection.execute("VACUUM ANALYZE")

    def _next(self, table: str) -> int:
        self._numbers[table] += 1
        return self._numbers[table]

    def _contact(self, at: datetime, heard: bool) -> None:
        random = self._random
        name = f"{random.getrandbits(128):032x}"
        channel = _pick(CHANNELS, random)
        article: Article | None = None
        begun, ref = at, ""
        turns = 0
        while turns == 0 or random.random() < AGAIN:
            ref = f"{name[:12]}-{turns}"
            article = self._turn(name, ref, at, heard, turns)
            at += timedelta(seconds=random.uniform(20, 120))
            turns += 1
        if article is not None and random.random() < RATED:
            row = (self._next("ratings"), name, f"{ref}-r", article.id, random.random() < HELPFUL, at)
            self._rows["ratings"].append(row)
        if random.random() < WITH_CASE:
            self._case(name, ref, article, at)
        self._rows["conversations"].append((name, channel, f"bench-{name}", "bot", _pick(LANGUAGES, random), begun, at))

    def _turn(self, name: str, ref: str, at: datetime, heard: bool, turns: int) -> Article | None:
        """A question and what the bot says to it; the article that answers."""
        random = self._random
        found: Article | None = None
        if random.random() < self._unanswered:
            self.questions["unanswered"] += 1
            _, core = self._gaps.one(random)
            status = random.choice((AnswerStatus.LOST, AnswerStatus.OUT_OF_SCOPE))
            reply = Reply(f"{ref}.0", LOST, status=status)
        else:
            self.questions["answered"] += 1
            found, core = self._known.one(random)
            source = Source(found.title, f"/articles/{found.id}", article=found.id)
            reply = Reply(f"{ref}.0", found.body[:600], sources=(source,), status=AnswerStatus.ANSWERED)
        said = self._worn(random.choice(self._words.questions).format(core))
        lines = self._rows["transcript"]
        lines.append((self._next("transcript"), name, ref, CITIZEN, codec.encode(said), at))
        answered = at + timedelta(seconds=1)
        lines.append((self._next("transcript"), name, f"{ref}.0", Author.BOT.value, codec.encode(reply), answered))
        if heard:
            self._rows["events"].append((name, turns, "user", at, codec.encode(_event(said, ref, random))))
        return found

    def _case(self, name: str, ref: str, article: Article | None, at: datetime) -> None:
        """A citizen who wants a person: taken within hours, closed within days."""
        random = self._random
        service = article.service if article else "accueil_general"
        taken = at + timedelta(hours=random.expovariate(1 / 6))
        closed = taken + timedelta(hours=random.expovariate(1 / 30))
        number = self._next("cases")
        due = at + timedelta(days=5)
        self._rows["cases"].append(
            (
                *(number, f"B{number:08d}", name, ref, "handoff", CaseKind.QUESTION.value, CaseState.CLOSED.value),
                *(service, Cause.ASKED.value, False, False, False, at, due, taken, closed, 3, service),
            )
        )
        for what, when in ((What.OPENED, at), (What.TAKEN, taken), (What.CLOSED, closed)):
            row = (self._next("case_events"), number, name, what.value, when, "")
            self._rows["case_events"].append(row)

    def _worn(self, text: str) -> str:
        """As it is typed: often without capitals or accents, now and then with a letter too few or a street."""
        random = self._random
        if random.random() < 0.35:
            text = fold(text)
        if random.random() < 0.15:
            text += f", {random.choice(self._words.streets)}"
        if random.random() < 0.12 and len(text) > 12:
            place = random.randrange(4, len(text) - 4)
            text = text[:place] + text[place + 1 :]
        return text


def days(last: date, many: int, contacts: int) -> Iterator[tuple[date, int]]:
    """Days up to a last one, with as many contacts together; by the week."""
    every = [last - timedelta(days=back) for back in range(many - 1, -1, -1)]
    total = sum(WEEK[day.weekday()] for day in every)
    done, weight = 0, 0.0
    for day in every:
        weight += WEEK[day.weekday()]
        until = round(contacts * weight / total)
        yield day, until - done
        done = until


def phrasings(root: Path) -> dict[str, list[str]]:
    """How people ask for each of the State's fiches."""
    found: dict[str, list[str]] = {}
    for path in sorted((root / "knowledge" / "phrasings").glob("*.yml")):
        raw = mistakes.read(path)
        for key, lines in raw.items() if isinstance(raw, dict) else ():
            if lines:
                found[str(key)] = [str(line) for line in lines]
    return found


async def connected(url: str) -> asyncpg.Connection[Any]:
    """A connection of asyncpg's own, which can COPY."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    return connection


def _event(said: str, ref: str, random: Random) -> dict[str, Any]:
    """What Rasa keeps of a message, as far as a night reads it."""
    sure = random.uniform(0.35, 0.99)
    ranking = [{"name": "ask", "confidence": sure}, {"name": "report", "confidence": (1 - sure) * 0.7}]
    parsed = {"intent": ranking[0], "intent_ranking": ranking, "entities": [], "text": said}
    return {"event": "user", "text": said, "parse_data": parsed, "metadata": {"message_id": ref}}


def _pick(shares: Mapping[str, int], random: Random) -> str:
    return random.choices(list(shares), weights=list(shares.values()))[0]
