"""A sitemap (sitemaps.org 0.9) as addresses: pages, or further sitemaps."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

from lxml import etree

MAX_BYTES = 10_000_000
"""Unpacked. The protocol allows 50 MB for 50,000 pages; more than `MAX_PAGES` are never read."""
MAX_ENTRIES = 50_000

_GZIP = b"\x1f\x8b"


class Unreadable(ValueError):
    """Says why something is no sitemap."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of a sitemap."""

    address: str
    modified: date | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap lists."""

    pages: tuple[Entry, ...] = ()
    sitemaps: tuple[str, ...] = ()


def parse(raw: bytes) -> Sitemap:
    """A sitemap or an index of sitemaps, in XML or one address a line, packed with gzip or not.

    Raises:
        Unreadable: it is none of these, or unpacks to more than `MAX_BYTES`.
    """
    text = unpacked(raw, MAX_BYTES) if raw.startswith(_GZIP) else raw
    if text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _xml(text.lstrip())
    lines = text.decode("utf-8-sig", "replace").split()
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines[:MAX_ENTRIES]):
        raise Unreadable("is no sitemap")
    return Sitemap(tuple(Entry(line) for line in lines[:MAX_ENTRIES]))


def unpacked(raw: bytes, at_most: int) -> bytes:
    """What gzip or deflate packed, never more than a bound of it in memory.

    Raises:
        Unreadable: it is damaged, cut off or too big.
    """
    # 47: gzip or zlib, whichever the first bytes say.
    inflate = zlib.decompressobj(47)
    try:
        text = inflate.decompress(raw, at_most + 1)
    except zlib.error as error:
        raise Unreadable("is not packed as it says") from error
    if len(text) > at_most:
        raise Unreadable(f"is too big: more than {at_most} bytes unpacked")
    if not inflate.eof:
        raise Unreadable("is cut off")
    return text


def _xml(text: bytes) -> Sitemap:
    # Nothing outside is fetched, no entity is expanded, and lxml's own limits on depth and size stay.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("is not XML") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("has a document type, which no sitemap has")
    kind = etree.QName(root).localname
    if kind not in {"urlset", "sitemapindex"}:
        raise Unreadable("is no sitemap")
    entries = [entry for child in list(root)[:MAX_ENTRIES] if (entry := _entry(child))]
    if kind == "sitemapindex":
        return Sitemap(sitemaps=tuple(entry.address for entry in entries))
    return Sitemap(pages=tuple(entries))


def _entry(element: etree._Element) -> Entry | None:
    fields = (
        {
            etree.QName(child).localname: (child.text or "").strip()
            for child in element
            if isinstance(child.tag, str) and etree.QName(child).namespace == etree.QName(element).namespace
        }
        if isinstance(element.tag, str)
        else {}
    )
    if not fields.get("loc"):
        return None
    try:
        modified = date.fromisoformat(fields.get("lastmod", "")[:10])
    except ValueError:
        modified = None
    return Entry(fields["loc"], modified)
