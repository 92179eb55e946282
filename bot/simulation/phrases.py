"""What citizens ask: titles and keywords of the town's articles and the ways people ask for the fiches, put together anew.

Nothing of `nlu/evaluation` or `triage/evaluation` is read: what measures the bot is not what fills a demonstration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from bot import mistakes
from bot.errors import ConfigurationError
from bot.readings import MACHINES
from bot.settings import GENERAL_SERVICE
from bot.simulation.words import Words
from bot.store.base import Article
from bot.text.french import fold
from bot.triage.examples import Example

SEASON = 3.0
"""How many times as often a service is asked of in its months."""
FICHES = 0.25
"""Share of the questions that are about the State's fiches, where there are any."""
LIKED = 0.25
"""Every other service is asked of by a weight between this and one, by chance: some matters are always asked more."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a citizen asks."""

    text: str
    article: str = ""
    """The town's article that it was made of, "" for none."""
    core: str = ""
    """The words of the article in it, to be said again otherwise."""


class Questions:
    """Questions by chance, all of them from a given `Random`."""

    def __init__(self, articles: Sequence[Article], phrasings: Sequence[str], words: Words, random: Random) -> None:
        """`random` decides what this town's citizens ask most, `phrasings` are about the fiches, none
        where there are no fiches.
        """
        hidden = tuple(words.topic.words)
        self._words = words
        self._articles = sorted(articles, key=lambda article: article.id)
        self._cores: Mapping[str, list[str]] = {
            article.id: [core for core in _cores(article) if not _names(core, hidden)] for article in self._articles
        }
        self._articles = [article for article in self._articles if self._cores[article.id]]
        if not self._articles:
            raise ConfigurationError("the town has no articles that anybody could ask about")
        self._phrasings = [line for line in phrasings if not _names(line, hidden)]
        self._liking = {article.id: random.uniform(LIKED, 1) ** 2 for article in self._articles}

    def ask(self, month: int, random: Random) -> Question:
        """One question in a month of the year."""
        if self._phrasings and random.random() < FICHES:
            return Question(random.choice(self._phrasings))
        weights = list(accumulate(self._weight(article, month) for article in self._articles))
        (article,) = random.choices(self._articles, cum_weights=weights)
        core = random.choice(self._cores[article.id])
        return Question(_worn(random.choice(self._words.questions).format(core), random), article.id, core)

    def again(self, question: Question, random: Random) -> str:
        """The same in other words."""
        return random.choice(self._words.again).format(question.core or question.text)

    def _weight(self, article: Article, month: int) -> float:
        season = SEASON if month in self._words.seasons.get(article.service, ()) else 1.0
        return self._liking[article.id] * season


class Letters:
    """Letters by chance, from the town's own training letters."""

    def __init__(self, examples: Iterable[Example], words: Words) -> None:
        """Raises:
        ConfigurationError: none of them is a citizen's.
        """
        hidden = tuple(words.topic.words)
        self._words = words
        known = [one for one in examples if one.is_letter and not _names(f"{one.subject} {one.body}", hidden)]
        self._letters = [one for one in known if one.service and one.kind not in MACHINES]
        self._machines = [one for one in known if one.kind in MACHINES]
        if not self._letters:
            raise ConfigurationError(
                "there are no training letters of this town's services to make citizens' letters of"
            )
        self._by_service: dict[str, list[Example]] = {}
        for one in self._letters:
            self._by_service.setdefault(one.service, []).append(one)

    def write(self, name: str, random: Random, service: str = "") -> Example:
        """One letter of a citizen's, of a service where it is given; another one's lines may stand before its end."""
        chosen = random.choice(self._by_service.get(service) or self._letters)
        lines = [line for line in chosen.body.strip().splitlines() if line.strip()]
        if not fold(lines[0]).startswith(("bonjour", "bonsoir", "madame", "monsieur", "hello", "dear", "hola")):
            lines.insert(0, random.choice(("Bonjour,", "Madame, Monsieur,", "bonjour")))
        if random.random() < 0.4:
            lines.append(f"J'habite {random.randrange(1, 90)} {random.choice(self._words.streets)}.")
        lines.append(random.choice(("Cordialement", "Merci d'avance", "Bien à vous")))
        lines.append(name)
        return Example(chosen.subject, "\n".join(lines), service=chosen.service or GENERAL_SERVICE, kind=chosen.kind)

    def machine(self, random: Random) -> Example | None:
        """One that no citizen waits behind; None where there are none to learn from."""
        return random.choice(self._machines) if self._machines else None


def fiche_phrasings(root: Path) -> list[str]:
    """The ways people ask for the State's fiches, of a project's `knowledge/phrasings`; none where there are none.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    found: list[str] = []
    for path in sorted((root / "knowledge" / "phrasings").glob("*.yml")):
        raw = mistakes.read(path)
        if isinstance(raw, dict):
            found += [str(line) for lines in raw.values() for line in lines or ()]
    return found


def _cores(article: Article) -> Iterator[str]:
    yield article.title[:1].lower() + article.title[1:]
    yield from article.keywords


def _names(text: str, hidden: Sequence[str]) -> bool:
    folded = fold(text)
    return len(text) > 8000 or any(word in folded for word in hidden)


def _worn(text: str, random: Random) -> str:
    """As it is typed: often without capitals or accents, sometimes without the mark."""
    if random.random() < 0.35:
        text = fold(text)
    if random.random() < 0.3:
        text = text.replace(" ?", "")
    if random.random() < 0.12 and len(text) > 12:
        at = random.randrange(4, len(text) - 4)
        text = text[:at] + text[at + 1 :]
    return text
