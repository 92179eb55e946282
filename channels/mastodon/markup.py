"""The HTML of a status as the words that were written: pure functions.

A server leaves only a few elements of what others send it (https://docs.joinmastodon.org/spec/activitypub/), all of them
whole; here every other one is read as its text, too. Tags are found here and html.parser only reads those of links: on
broken markup that is made for it, the time it takes grows with the square of the length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser

from bot.text.clean import clean

MAX_MARKUP_CHARS = 200_000
"""More is not read: the words in it would be too many as well."""
_OURS = "\x00"
"""Stands where our own mention stood, until the blanks around it are set right."""
_BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNREAD = frozenset({"script", "style", "template"})
_QUOTED = re.compile(r"""\sclass=["'][^"']*\bquote-inline\b""")
"""Since 4.5 a status that quotes another one begins with its address, for servers that know no quotations
(https://github.com/mastodon/mastodon/pull/35971, September 2025; Misskey and Akkoma end with it): nobody typed it."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]{0,4000})>")
_BLANKS = re.compile(r"\s+")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_SHOWS_ADDRESS = re.compile(r"(https?://|www\.)", re.IGNORECASE)
_OPENING = re.compile(rf"(?:\s*{_OURS})+\s*(?:[,:]\s+)?")
_BEFORE_STOP = re.compile(rf"\s?{_OURS}(?=\s?[,.])")


def plain_text(markup: str, ours: Callable[[str], bool]) -> str:
    """The words of a status, clean; links are their whole address, and mentions that are `ours` are gone.

    `ours` is asked with the address that a mention leads to.
    """
    reader = _Reader(ours)
    end = 0
    markup = markup.replace(_OURS, "")
    for tag in _TAG.finditer(markup):
        reader.say(markup[end : tag.start()])
        closing, name, _ = tag.groups()
        (reader.close if closing else reader.open)(name.lower(), tag.group())
        end = tag.end()
    reader.say(markup[end:])
    text = reader.text()
    if opening := _OPENING.match(text):
        text = text[opening.end() :]
    return clean(_BEFORE_STOP.sub("", text).replace(_OURS, ""))


class _Link(HTMLParser):
    """The one tag that it is given."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.address = ""
        self.classes: list[str] = []
        self.words: list[str] = []
        self.feed(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.address = (found.get("href") or "").strip()
        self.classes = (found.get("class") or "").split()


class _Reader:
    def __init__(self, ours: Callable[[str], bool]) -> None:
        self._ours = ours
        self._parts: list[str] = []
        self._link: _Link | None = None
        self._lists: list[int | None] = []
        """The number of the last item of each list that is open, None where they have dots."""
        self._verbatim = 0
        self._unread = 0
        self._quoted: list[str] = []
        """The elements of such an address that are open; the first one ends it."""

    def text(self) -> str:
        self._end_link()
        return "".join(self._parts)

    def open(self, name: str, tag: str) -> None:
        if self._quoted or _QUOTED.search(tag):
            if not self._quoted or name == self._quoted[0]:
                self._quoted.append(name)
            return
        if name == "a":
            self._end_link()
            self._link = _Link(tag)
        elif name == "br":
            self._add("\n")
        elif name == "li":
            number = self._lists[-1] if self._lists else None
            if number is not None:
                self._lists[-1] = number + 1
            self._add("\n- " if number is None else f"\n{number + 1}. ")
        elif name in _BLOCKS:
            self._add("\n\n")
        if name in ("ul", "ol"):
            self._lists.append(0 if name == "ol" else None)
        self._verbatim += name == "pre"
        self._unread += name in _UNREAD

    def close(self, name: str, tag: str) -> None:
        if self._quoted:
            if name == self._quoted[0]:
                self._quoted.pop()
            return
        if name == "a":
            self._end_link()
        elif name in _BLOCKS:
            self._add("\n\n")
        if name in ("ul", "ol") and self._lists:
            self._lists.pop()
        self._verbatim = max(0, self._verbatim - (name == "pre"))
        self._unread = max(0, self._unread - (name in _UNREAD))

    def say(self, data: str) -> None:
        if not (self._unread or self._quoted):
            text = html.unescape(data).replace(_OURS, "")
            self._add(text if self._verbatim else _BLANKS.sub(" ", text))

    def _add(self, text: str) -> None:
        (self._link.words if self._link else self._parts).append(text)

    def _end_link(self) -> None:
        if self._link is None:
            return
        link, self._link = self._link, None
        shown = "".join(link.words)
        if "hashtag" in link.classes:
            pass
        elif "mention" in link.classes or (shown.startswith("@") and self._ours(link.address)):
            shown = _OURS if self._ours(link.address) else shown
        elif _ADDRESS.fullmatch(link.address):
            shown = _with_address(shown.strip(), link.address)
        self._parts.append(shown)


def _with_address(shown: str, address: str) -> str:
    """What a link says, with where it leads; only the latter if it says it shows that.

    Mastodon hides the ends of long addresses from the eye, and a link may show another address than its own.
    """
    bare = address.split("://", 1)[1].removeprefix("www.").rstrip("/")
    if not shown or _SHOWS_ADDRESS.match(shown) or shown.rstrip("/") == bare:
        return address
    return f"{shown} ({address})"
