"""The HTML of a status as the words that were written: pure functions.

A server leaves only a few elements of what others send it (https://docs.joinmastodon.org/spec/activitypub/); here every
other one is read as its text, too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.parser import HTMLParser

from bot.text.clean import clean

MAX_MARKUP_CHARS = 200_000
"""More is not read: the words in it would be too many as well, and the parser is slow on what is broken on purpose."""
_OURS = "\x00"
"""Stands where our own mention stood, until the blanks around it are set right."""
_BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNREAD = frozenset({"script", "style", "template"})
_BLANKS = re.compile(r"\s+")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_SHOWS_ADDRESS = re.compile(r"(https?://|www\.)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_OPENING = re.compile(rf"^\s*(?:{_OURS}\s*)+(?:[,:]\s+)?")
_BEFORE_STOP = re.compile(rf"\s*{_OURS}(?=\s*[,.])")


def plain_text(markup: str, ours: Callable[[str], bool]) -> str:
    """The words of a status, clean; links are their whole address, and mentions that are `ours` are gone.

    `ours` is asked with the address that a mention leads to.
    """
    reader = _Reader(ours)
    try:
        reader.feed(markup.replace(_OURS, ""))
        reader.close()
        text = reader.text()
    except AssertionError:
        # What html.parser of Python 3.10 raises at "<![x[".
        text = html.unescape(_TAG.sub(" ", markup)).replace(_OURS, "")
    text = _OPENING.sub("", text)
    return clean(_BEFORE_STOP.sub("", text).replace(_OURS, ""))


class _Reader(HTMLParser):
    def __init__(self, ours: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self._ours = ours
        self._parts: list[str] = []
        self._link: tuple[str, str, list[str]] | None = None
        """Kind, address and words of the link that is open."""
        self._lists: list[int | None] = []
        """The number of the last item of each list that is open, None where they have dots."""
        self._verbatim = 0
        self._unread = 0

    def text(self) -> str:
        self._close_link()
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._close_link()
            found = dict(attrs)
            classes = (found.get("class") or "").split()
            kind = "hashtag" if "hashtag" in classes else "mention" if "mention" in classes else "link"
            self._link = (kind, (found.get("href") or "").strip(), [])
        elif tag == "br":
            self._say("\n")
        elif tag == "li":
            if self._lists and self._lists[-1] is not None:
                self._lists[-1] += 1
                self._say(f"\n{self._lists[-1]}. ")
            else:
                self._say("\n- ")
        elif tag in _BLOCKS:
            self._say("\n\n")
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        self._verbatim += tag == "pre"
        self._unread += tag in _UNREAD

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._close_link()
        elif tag in _BLOCKS:
            self._say("\n\n")
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        self._verbatim = max(0, self._verbatim - (tag == "pre"))
        self._unread = max(0, self._unread - (tag in _UNREAD))

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._say(data if self._verbatim else _BLANKS.sub(" ", data))

    def _say(self, text: str) -> None:
        (self._link[2] if self._link else self._parts).append(text)

    def _close_link(self) -> None:
        if self._link is None:
            return
        kind, address, words = self._link
        self._link = None
        shown = "".join(words)
        if kind == "mention" and self._ours(address):
            shown = _OURS
        elif kind == "link" and _ADDRESS.fullmatch(address):
            shown = _with_address(shown.strip(), address)
        self._parts.append(shown)


def _with_address(shown: str, address: str) -> str:
    """What a link says, with where it leads; only the latter if it says it shows that.

    Mastodon hides the ends of long addresses from the eye, and a link may show another address than its own.
    """
    bare = address.split("://", 1)[1].removeprefix("www.").rstrip("/")
    if not shown or _SHOWS_ADDRESS.match(shown) or shown.rstrip("/") == bare:
        return address
    return f"{shown} ({address})"
