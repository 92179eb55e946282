"""What is wrong with the knowledge: links that lead nowhere, pages out of date, contacts that nobody knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.fiches import Contact, Fiche, Fork, Link, Online, Text, walk
from bot.knowledge.articles import expired
from bot.settings import Office
from bot.store.base import Article
from bot.text.contacts import read_phone

MAX_NUMBERS = 50
"""Telephone numbers that are read of one article."""

_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]]+[^\s<>\"'()\[\].,;:!?]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at."""

    page: str
    """A fiche's key or an article's id."""
    title: str
    what: str
    """The link, the number, the reason."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found."""

    fiches: int
    articles: int
    broken_links: tuple[Finding, ...]
    """Links to ids that nobody has."""
    outdated: tuple[Finding, ...]
    """Pages that say so themselves, and articles past their day."""
    unknown_services: tuple[tuple[str, int], ...]
    """Official codes without an entry in the directory, and how many fiches name each: the most used first."""
    unknown_numbers: tuple[Finding, ...]
    """Telephone numbers in articles that are neither the town's nor of an official page."""


def check(
    fiches: Sequence[Fiche], redirections: Mapping[str, str], articles: Sequence[Article], office: Office, today: date
) -> Findings:
    """Look at everything that can be checked without the network."""
    return Findings(
        fiches=len(fiches),
        articles=len(articles),
        broken_links=tuple(_broken(fiches, redirections, articles)),
        outdated=tuple(_outdated(fiches, articles, today)),
        unknown_services=tuple(_unknown_services(fiches, office.directory)),
        unknown_numbers=tuple(_unknown_numbers(fiches, articles, office)),
    )


def addresses(fiches: Sequence[Fiche], articles: Sequence[Article]) -> dict[str, Finding]:
    """Every address elsewhere that a page leads to, with the first page that does; the town's own pages first."""
    found: dict[str, Finding] = {}
    for article in articles:
        for url in (article.source, article.more, *_ADDRESS.findall(article.body)):
            if url.startswith("http"):
                found.setdefault(url, Finding(article.id, article.title, url))
    for fiche in fiches:
        for url in _urls(fiche):
            found.setdefault(url, Finding(fiche.key, fiche.title, url))
    return found


def _urls(fiche: Fiche) -> Iterator[str]:
    yield from filter(None, (link.url for link in _links(fiche)))
    for part in walk(fiche.parts):
        if isinstance(part, (Online, Contact)) and part.url:
            yield part.url
    yield from (form.url for form in fiche.forms)
    yield from (url for _, url in fiche.references)


def _links(fiche: Fiche) -> Iterator[Link]:
    for part in walk(fiche.parts):
        if isinstance(part, Text):
            yield from part.links
    forks: list[Fork] = [fiche.guide] if fiche.guide else []
    while forks:
        fork = forks.pop()
        yield from fork.links
        forks.extend(fork.forks)


def _broken(fiches: Sequence[Fiche], redirections: Mapping[str, str], articles: Sequence[Article]) -> Iterator[Finding]:
    known = {fiche.key for fiche in fiches}
    ids = {key.partition(":")[2] for key in known}
    # An id that is gone and leads to one that is there is no broken link.
    ids |= {gone.partition(":")[2] for gone, stands in redirections.items() if stands in known}
    for fiche in fiches:
        named = [(link.fiche, link.words) for link in _links(fiche) if link.fiche]
        named += [(page.id, page.title) for page in (*fiche.questions, *fiche.related)]
        for page, words in dict.fromkeys(named):
            if page not in ids:
                yield Finding(fiche.key, fiche.title, f"{page} ({words})" if words else page)
    for article in articles:
        if article.fiche and article.fiche not in ids | known:
            yield Finding(article.id, article.title, article.fiche)


def _outdated(fiches: Sequence[Fiche], articles: Sequence[Article], today: date) -> Iterator[Finding]:
    for article in articles:
        if expired(article, today):
            yield Finding(article.id, article.title, f"valid until {article.valid_until}")
    for fiche in fiches:
        if fiche.notice:
            since = f" (since {fiche.notice.on})" if fiche.notice.on else ""
            yield Finding(fiche.key, fiche.title, f"{fiche.notice.title}{since}")


def _unknown_services(fiches: Sequence[Fiche], known: Collection[str]) -> list[tuple[str, int]]:
    counted = Counter(
        pivot
        for fiche in fiches
        for pivot in {pivot for part in walk(fiche.parts) if isinstance(part, Contact) for pivot in part.pivots}
        if pivot not in known
    )
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _unknown_numbers(fiches: Sequence[Fiche], articles: Sequence[Article], office: Office) -> Iterator[Finding]:
    texts = [office.town.phone]
    texts += [service.phone for service in office.services.values()]
    texts += [entry.phone for entry in office.directory.values()]
    texts += [part.text for fiche in fiches for part in walk(fiche.parts) if isinstance(part, Contact) and part.text]
    known = {number for text in texts for number in _numbers(text)}
    for article in articles:
        for number in dict.fromkeys(_numbers(article.body)):
            if number not in known:
                yield Finding(article.id, article.title, number)


def _numbers(text: str) -> Iterator[str]:
    """The telephone numbers in a text, each as it is dialled from everywhere."""
    left = MAX_NUMBERS
    for line in text.splitlines():
        rest = line
        while left and (read := read_phone(rest)).contact and read.span:
            yield read.contact.value
            rest = rest[read.span[1] :]
            left -= 1
