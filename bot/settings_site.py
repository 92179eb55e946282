"""Settings of the town's own site as a source of articles."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

MAX_PAGES = 2000

Prefix = Annotated[str, Meta(pattern=r"^/\S*$")]


class SiteSource(Struct, frozen=True, forbid_unknown_fields=True):
    """Which pages are read, how politely, and whose they are."""

    address: Annotated[str, Meta(pattern=r"^https?://[^\s/]+\S*$|^$")] = ""
    """Only this host is read; "" is the town's website."""
    sitemap: Annotated[str, Meta(pattern=r"^/\S*$|^https?://[^\s/]+\S*$|^$")] = ""
    """"" takes those that robots.txt names, else /sitemap.xml."""
    services: dict[Prefix, str] = {}
    """By path: `/sports` is whose the pages below it are; the longest counts."""
    skip: tuple[Prefix, ...] = ()
    """Paths whose pages are left out."""
    pages: Annotated[int, Meta(ge=1, le=MAX_PAGES)] = MAX_PAGES
    delay_ms: Annotated[int, Meta(ge=0, le=60_000)] = 1000
    """Between two requests; robots.txt may ask for more."""
    minutes: Annotated[int, Meta(ge=1, le=600)] = 90
    """Of one import; what is not reached by then keeps its former version."""
    internal: bool = False
    """Whether the host's name may lead to a private address."""
