"""Running text of the source: inline elements are part of the words, links stand beside them."""

from __future__ import annotations

import re

from lxml.etree import _Element

from bot.fiches import Link

MAX_URL_CHARS = 2000

_UNSAID = frozenset({"Image", "Illustration", "Video", "Condition"})
"""What stands inside a paragraph and is not read: a picture's words are not the answer."""
_EXPLAINED = frozenset({"Sigle", "Acronyme", "Définition de glossaire"})
"""Links to an explanation of the word, and not to a page."""
_WEB = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)


def name(element: _Element) -> str:
    """An element's name without its namespace; "" for a comment or an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: _Element) -> list[_Element]:
    """An element's elements, without comments."""
    return [child for child in element if isinstance(child.tag, str)]


def words(element: _Element | None) -> str:
    """All text inside an element as one line; "" for None.

    Inline elements abut words, so nothing is put between them; paragraphs are kept apart.
    """
    if element is None:
        return ""
    said: list[str] = []
    _say(element, said)
    return " ".join("".join(said).split())


def links(element: _Element | None) -> tuple[Link, ...]:
    """The links inside an element, in the order of the text; links to explanations of a word are left out."""
    if element is None:
        return ()
    found = [link for link in map(_link, element.iter("LienInterne", "LienExterne")) if link]
    return tuple(dict.fromkeys(found))


def web(address: str | None) -> str:
    """An address if it is one of the web, and "" otherwise: nothing else may become a link."""
    stripped = (address or "").strip()
    return stripped if len(stripped) <= MAX_URL_CHARS and _WEB.fullmatch(stripped) else ""


def _say(element: _Element, said: list[str]) -> None:
    # Elements are few and flat here: what has none is the common case and needs no walk.
    if not len(element):
        said.append(element.text or "" if isinstance(element.tag, str) else "")
        return
    blocks = frozenset({"Paragraphe", "Item", "Cellule", "Titre"})
    for event, node in _events(element):
        if event == "text":
            said.append(node)
        elif node in blocks:
            said.append(" ")


def _events(element: _Element) -> list[tuple[str, str]]:
    """The texts of an element and the borders of its blocks, without recursion: the source decides how deep it is."""
    events: list[tuple[str, str]] = []
    todo: list[_Element | tuple[str, str]] = [element]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple):
            events.append(node)
            continue
        if not isinstance(node.tag, str) or name(node) in _UNSAID:
            continue
        border = ("border", name(node))
        events.append(border)
        if node.text:
            events.append(("text", node.text))
        rest: list[_Element | tuple[str, str]] = [border]
        for child in reversed(node):
            if child.tail:
                rest.append(("text", child.tail))
            rest.append(child)
        todo.extend(rest)
    return events


def _link(element: _Element) -> Link | None:
    said = words(element)
    if name(element) == "LienExterne":
        url = web(element.get("URL"))
        return Link(said, url=url) if url else None
    target = (element.get("LienPublication") or "").strip()
    if not target or element.get("type") in _EXPLAINED:
        return None
    return Link(said, fiche=target)
