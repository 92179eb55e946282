"""Nothing unsourced: a number, address or URL that we give stands in the town's settings, in our own lines or in what we quote."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

import msgspec
import structlog

from bot import metrics
from bot.errors import Missing
from bot.feeds import Fiches
from bot.fiches import PART, PRO
from bot.knowledge.competences import Competences
from bot.messages import Reply, Source
from bot.settings import Office
from bot.store.base import Articles
from bot.text.contact_details import Detail, Found, details, host_and_path, url_key
from bot.text.wording import Wording

log = structlog.get_logger(__name__)

OFFICIAL_HOSTS = ("gouv.fr", "service-public.fr")
"""The State's own, with all that ends in them."""
EMERGENCY = frozenset(
    {"15", "17", "18", "112", "114", "115", "119", "191", "196", "3114", "3919", "3018", "116000", "116006", "116117"}
)
"""National numbers of help: they may be given whatever is quoted."""

_FICHE = re.compile(r"/(?:(part|pro)/)?(?:vosdroits/)?([FNR]\d{1,8})(?:[/?#]|$)")


@dataclass(frozen=True, slots=True)
class Known:
    """What may be said: keys as `bot.text.contact_details` gives them."""

    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    """Each with all that is below it."""

    def __or__(self, other: Known) -> Known:
        return Known(self.phones | other.phones, self.emails | other.emails, self.urls | other.urls)

    def holds(self, found: Found) -> bool:
        """Whether it may be said."""
        match found.kind:
            case Detail.PHONE:
                return found.key in self.phones
            case Detail.EMAIL:
                return found.key in self.emails
            case Detail.URL:
                return _is_official(found.key) or any(_is_below(found.key, url) for url in self.urls)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that stands in no source."""

    kind: Detail
    start: int
    end: int
    text: str


class Quoted(Protocol):
    """Finds what a reply quotes."""

    async def texts(self, sources: Sequence[Source]) -> tuple[str, ...]:
        """All words of the articles and fiches behind sources, and their URLs; nothing for what is none of ours."""


class Sourced:
    """Checks replies before they leave."""

    def __init__(self, office: Office, wording: Wording, quotes: Quoted) -> None:
        self._known = known(office, wording)
        self._wording = wording
        self._quotes = quotes

    async def quoted(self, reply: Reply, own: Callable[[], Awaitable[Iterable[str]]]) -> tuple[str, ...]:
        """What a reply of the core may repeat: what its sources say, or, where it has none, the citizen's `own` words.

        A form says a contact back to whoever gave it; an answer has no business with it. Nothing is read where nothing
        is in doubt.

        Raises:
            StoreError: the sources cannot be read.
        """
        if not self.unknown(reply):
            return ()
        return await self._quotes.texts(reply.sources) if reply.sources else tuple(await own())

    def check(self, text: str, quoted: Iterable[str] = ()) -> list[Unknown]:
        """What stands neither in the town's settings nor in a quoted text, in the order of the text."""
        return check(text, self._known, quoted)

    async def flags(self, text: str, sources: Sequence[Source], said: Iterable[str]) -> list[Unknown]:
        """What of an agent's draft stands neither in the town's settings, nor in its sources, nor in the conversation.

        Raises:
            StoreError: the sources cannot be read.
        """
        if not check(text, self._known):
            return []
        return check(text, self._known, (*await self._quotes.texts(sources), *said))

    def unknown(self, reply: Reply) -> bool:
        """Whether a reply has something in it that only what it quotes could know."""
        words = (reply.text, *(button.title for button in reply.buttons), *(source.url for source in reply.sources))
        return any(check(one, self._known) for one in words)

    def masked(self, reply: Reply, quoted: Iterable[str] = ()) -> Reply:
        """A reply in which what is in no source is masked, and sources that are none are left out."""
        known = self._known | gathered(quoted)
        counts = dict.fromkeys(Detail, 0)

        def mask(text: str) -> str:
            found = check(text, known)
            for one in found:
                counts[one.kind] += 1
            return covered(text, found, self._wording, reply.language)

        sources = tuple(one for one in reply.sources if one.url.startswith("/") or not check(one.url, known))
        counts[Detail.URL] += len(reply.sources) - len(sources)
        shown = replace(
            reply,
            text=mask(reply.text),
            buttons=tuple(replace(button, title=mask(button.title)) for button in reply.buttons),
            sources=sources,
        )
        for kind, count in counts.items():
            if count:
                metrics.MASKED.labels(kind.value).inc(count)
                log.warning("sourced.masked", kind=kind.value, count=count, author=reply.author.value)
        return shown


class Quotes:
    """Finds quoted texts in the database. See `Quoted`."""

    def __init__(self, articles: Articles, fiches: Fiches | None = None) -> None:
        self._articles = articles
        self._fiches = fiches

    async def texts(self, sources: Sequence[Source]) -> tuple[str, ...]:
        """See `Quoted.texts`."""
        found: list[str] = []
        for source in sources:
            path = urlsplit(source.url).path
            if path.startswith("/articles/"):
                found += await self._article(path.removeprefix("/articles/"))
            elif fiche := _FICHE.search(source.url):
                found += await self._fiche(source.url, *fiche.groups())
            else:
                found += [
                    text for one in await self._articles.all() if one.source == source.url for text in _strings(one)
                ]
        return tuple(found)

    async def _article(self, article_id: str) -> list[str]:
        try:
            return list(_strings(await self._articles.get(article_id)))
        except Missing:
            return []

    async def _fiche(self, url: str, audience: str | None, fiche_id: str) -> list[str]:
        if self._fiches is None:
            return []
        likely = audience or (PRO if "entreprendre" in url or "professionnels" in url else PART)
        for one in dict.fromkeys((likely, PART, PRO)):
            try:
                fiche = await self._fiches.get(f"{one}:{fiche_id}")
            except Missing:
                continue
            # What the town adds to a fiche is said with it, and is as good a source.
            added = [one for one in await self._articles.all() if one.fiche in {fiche.id, fiche_id}]
            return [*_strings(fiche), *_strings(added)]
        return []


def known(office: Office, wording: Wording | None = None) -> Known:
    """What the town's settings, the offices beside it and our own lines say; all of a site of the town's or of its directory is known."""
    texts = [text for part in (office.town, office.services, office.directory, office.site) for text in _strings(part)]
    texts += [detail for door in Competences(office).doors.values() for detail in door.body.details]
    lines = [line for lines in wording.lines.values() for line in lines.values()] if wording else []
    sites = (*office.origins, office.channels.address, *(entry.url for entry in office.directory.values()))
    hosts = {host_and_path(url_key(site))[0] for site in sites if site}
    found = gathered(texts) | gathered(lines)
    return found | Known(phones=EMERGENCY, urls=frozenset(hosts))


def gathered(texts: Iterable[str]) -> Known:
    """What is found in texts."""
    keys: dict[Detail, set[str]] = {kind: set() for kind in Detail}
    for text in texts:
        for found in details(text):
            keys[found.kind].add(found.key)
    return Known(*(frozenset(keys[kind]) for kind in Detail))


def check(text: str, known: Known, quoted: Iterable[str] = ()) -> list[Unknown]:
    """What stands neither in `known` nor in a quoted text, in the order of the text."""
    suspects = [one for one in details(text) if not known.holds(one)]
    if not suspects:
        return []
    more = gathered(quoted)
    return [Unknown(one.kind, one.start, one.end, text[one.start : one.end]) for one in suspects if not more.holds(one)]


def covered(text: str, unknown: Sequence[Unknown], wording: Wording, language: str) -> str:
    """A text with what is unknown in it replaced by words that say so."""
    for one in reversed(unknown):
        text = text[: one.start] + wording.say(f"unsourced_{one.kind.value}", language) + text[one.end :]
    return text


def _is_official(key: str) -> bool:
    host = host_and_path(key)[0]
    return any(host == official or host.endswith(f".{official}") for official in OFFICIAL_HOSTS)


def _is_below(key: str, known: str) -> bool:
    if "/.." in key or "%2e" in key:
        return key == known
    return key == known or key.startswith((f"{known}/", f"{known}?"))


def _strings(value: object, field: str = "") -> Iterator[str]:
    """Every text in a value of ours."""
    if isinstance(value, str):
        # A field with a telephone number holds nothing else: of « 3230 » alone nobody would be sure.
        yield f"tél. {value}" if field == "phone" else value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _strings(getattr(value, name), name)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _strings(getattr(value, name), name)
