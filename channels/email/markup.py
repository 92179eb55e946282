"""A mail's HTML as text that reads like the mail: links, lists, tables, and quotes behind `> `."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree, html

from channels.email.charsets import clean, decode

MAX_HTML_BYTES = 4_000_000
"""More is cut: no words of a person."""
MAX_DEPTH = 250

SILENT = {"head", "style", "script", "title", "template", "noscript", "object", "iframe", "svg", "select", "textarea"}
BLOCKS = {
    *{"p", "div", "section", "article", "header", "footer", "main", "aside", "address", "center", "form", "fieldset"},
    *{"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "pre", "blockquote", "hr"},
    *{"tbody", "thead", "tfoot", "caption", "figure", "figcaption", "body", "html"},
}
SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote"}
"""What a blank line stands before and after."""
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_IN_THE_WAY = re.compile(r"^\s*<\?xml[^>]*>|</(?:body|html)\s*>", re.IGNORECASE)
"""What lxml refuses at the start of a text, and the ends behind which it reads no further."""
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt)?\s*(?:;|$)"
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_CID = re.compile(r"cid:([^\"'\s>)]{1,300})", re.IGNORECASE)


def to_text(content: bytes, declared: str = "") -> str:
    """The words of a page; "" if there are none. Never raises for what it holds."""
    if not declared and (said := _CHARSET.search(content[:4000])):
        declared = said.group(1).decode("ascii")
    text = _IN_THE_WAY.sub("", decode(content[:MAX_HTML_BYTES], declared))
    if not text.strip():
        return ""
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, recover=True, huge_tree=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        # lxml says so of a page without an element.
        return clean(re.sub(r"<[^>]{0,2000}>", " ", text)).strip()
    page = _Page()
    _read(root, page, 0)
    return page.text()


def pictures_of(content: bytes) -> set[str]:
    """The Content-IDs that a page shows, without brackets."""
    return {found.strip() for found in _CID.findall(decode(content[:MAX_HTML_BYTES]))}


@dataclass(slots=True)
class _Page:
    """Lines as they are gathered."""

    lines: list[str] = field(default_factory=list)
    line: str = ""
    blank: bool = False
    """Whether a blank line stands before what comes next."""
    verbatim: int = 0
    lists: list[int | None] = field(default_factory=list)
    """The number of the last item of each list around; None where items have none."""

    def say(self, text: str) -> None:
        """Add a text with its blanks as a page shows them."""
        if self.verbatim:
            first, *rest = text.split("\n")
            self.put(first)
            for more in rest:
                self.end(even_empty=True)
                self.put(more)
            return
        said = _BLANKS.sub(" ", text)
        if not self.line or self.line.endswith(" "):
            said = said.lstrip(" ")
        self.put(said)

    def put(self, text: str) -> None:
        """Add a text as it stands."""
        if text and self.blank:
            if self.lines and self.lines[-1]:
                self.lines.append("")
            self.blank = False
        self.line += text

    def end(self, even_empty: bool = False) -> None:
        """The line is over."""
        said = self.line.replace("\xa0", " ").rstrip()
        if said or even_empty:
            self.lines.append(said)
        self.line = ""

    def text(self) -> str:
        self.end()
        said = "\n".join(self.lines)
        return re.sub(r"\n{3,}", "\n\n", said).strip("\n").rstrip()


def _read(element: Any, page: _Page, depth: int) -> None:
    if not isinstance(element.tag, str) or element.tag in SILENT or _is_hidden(element):
        return
    if depth > MAX_DEPTH:
        page.say(" ".join(text for text in element.itertext() if text.strip()))
        return
    tag = element.tag
    if tag == "br":
        page.end(even_empty=True)
    elif tag == "img":
        _picture(element, page)
    elif tag == "a":
        _link(element, page, depth)
    elif tag == "hr":
        _block(page, spaced=False)
        page.say("----------")
        page.end()
    elif tag == "blockquote":
        _quote(element, page, depth)
    elif tag == "tr" and _is_of_data(element):
        _row(element, page, depth)
    else:
        _plain(element, page, depth)


def _plain(element: Any, page: _Page, depth: int) -> None:
    tag = element.tag
    is_block, spaced = tag in BLOCKS, tag in SPACED and not (tag in ("ul", "ol") and page.lists)
    if is_block:
        _block(page, spaced)
    if tag in ("ul", "ol"):
        page.lists.append(0 if tag == "ol" else None)
    elif tag == "li":
        page.put(_bullet(page))
    elif tag == "pre":
        page.verbatim += 1
    _inside(element, page, depth)
    if tag in ("ul", "ol"):
        page.lists.pop()
    elif tag == "pre":
        page.verbatim -= 1
    elif tag in ("td", "th"):
        page.say(" ")
    if is_block:
        _block(page, spaced)


def _inside(element: Any, page: _Page, depth: int) -> None:
    if element.text:
        page.say(element.text)
    for child in element:
        _read(child, page, depth + 1)
        if child.tail:
            page.say(child.tail)


def _block(page: _Page, spaced: bool) -> None:
    page.end()
    page.blank = page.blank or spaced


def _bullet(page: _Page) -> str:
    level = "  " * max(0, len(page.lists) - 1)
    if not page.lists or page.lists[-1] is None:
        return f"{level}- "
    page.lists[-1] += 1
    return f"{level}{page.lists[-1]}. "


def _link(element: Any, page: _Page, depth: int) -> None:
    inner = _Page()
    _inside(element, inner, depth)
    said = inner.text()
    target = str(element.get("href") or "").strip()
    if not re.match(r"(?i)(?:https?://|mailto:|tel:)", target) or len(target) > 500:
        target = ""
    bare = re.sub(r"(?i)^(?:mailto:|tel:|https?://)", "", target).rstrip("/").partition("?")[0]
    if "\n" in said:
        for number, line in enumerate(said.split("\n")):
            if number:
                page.end(even_empty=True)
            page.say(line)
    else:
        page.say(said)
    if target and said and bare.lower() not in said.lower():
        page.say(f" ({target})")
    elif target and not said and target.startswith("http") and not element.xpath(".//img"):
        page.say(target)
    if element.text and element.text.endswith(" ") and not len(element):
        page.say(" ")


def _picture(element: Any, page: _Page) -> None:
    said = _BLANKS.sub(" ", str(element.get("alt") or "")).strip()[:200]
    if said:
        page.say(f"[{said}]")


def _quote(element: Any, page: _Page, depth: int) -> None:
    _block(page, spaced=True)
    inner = _Page()
    _inside(element, inner, depth)
    said = inner.text()
    if said:
        for line in said.split("\n"):
            page.say(">")
            page.line += f" {line}" if line and not line.startswith(">") else line
            page.end()
    _block(page, spaced=True)


def _row(element: Any, page: _Page, depth: int) -> None:
    """A row of data on one line."""
    _block(page, spaced=False)
    cells = []
    for cell in element:
        inner = _Page()
        _read(cell, inner, depth + 1)
        cells.append(" ".join(inner.text().split()))
    page.say(" | ".join(cells) if any(cells) else "")
    page.end()


def _is_of_data(row: Any) -> bool:
    """Whether a row shows values beside each other; most tables of mails only place things on the page."""
    cells = [cell for cell in row if cell.tag in ("td", "th") and "".join(cell.itertext()).strip()]
    return len(cells) > 1 and not any(True for cell in cells for _ in _structures(cell))


def _structures(cell: Any) -> Iterator[Any]:
    yield from cell.iter("table", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3")
    paragraphs = list(cell.iter("p", "div", "br"))
    if len(paragraphs) > 1:
        yield from paragraphs


def _is_hidden(element: Any) -> bool:
    style = element.get("style")
    return bool(style and _HIDDEN.search(style.lower())) or element.get("hidden") is not None
