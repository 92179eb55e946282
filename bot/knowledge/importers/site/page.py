"""A page of a site as an article's text: what is its own, without menus, banners and footers. Pure functions."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html
from msgspec import Struct

from bot.knowledge.importers.site.web import AGENT, Failed, Fetched
from bot.text.normalise import normalise

MAX_TITLE_CHARS = 200
MAX_TEXT_CHARS = 100_000
MAX_TAGS = 30_000
"""The extraction takes seconds for more."""
MIN_WORDS = 12
"""A page that says less says nothing."""
SHARED_FROM_PAGES = 5
SHARED_FROM_SHARE = 0.3
SHARED_FROM_CHARS = 30
"""A paragraph of this length that so many pages have is the site's and not theirs."""

_HTML = {"text/html", "application/xhtml+xml"}
_FILES = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|od[tsp]|zip|rar|jpe?g|png|gif|webp|svg|mp[34]|ics|rss|xml|csv|epub)$", re.I
)
_LOGIN = re.compile(
    r"/(login|logon|signin|sign-in|connexion|se-connecter|wp-login\.php|wp-admin|user/(login|register|password)"
    r"|mot-de-passe(-oublie)?|administrator)(/|$)"
)
_SEARCH = re.compile(
    r"/(search|recherche|rechercher|resultats?(-de)?-recherche)([/?]|\.\w+$|$)|[?&](s|q|query|search|recherche)="
)
_TITLE_PARTS = re.compile(r"\s+[|·•–—-]\s+")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,40})", re.I)
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Page(Struct, frozen=True):
    """What one page says."""

    address: str
    """Where it stands: the address that the page gives itself, if it is one of the site."""
    title: str
    text: str
    """Markdown."""
    modified: date | None = None


def refused(address: str) -> str:
    """Why an address is not even asked for, "" if it is."""
    parts = urlsplit(address)
    path = unquote(parts.path).lower()
    file = _FILES.search(path)
    if file:
        return (
            "is a PDF; what it says has to stand on a page to be found" if file[1] == "pdf" else "is a file, not a page"
        )
    if _LOGIN.search(path):
        return "is where one signs in"
    if _SEARCH.search(f"{path}?{parts.query.lower()}" if parts.query else path):
        return "is a search"
    return ""


def extract(fetched: Fetched) -> Page:
    """What a page says.

    Raises:
        Failed: it is no page, does not want to be found, or has no text of its own.
    """
    if fetched.kind not in _HTML:
        what = "PDF; what it says has to stand on a page to be found" if "pdf" in fetched.kind else "file, not a page"
        raise Failed(f"is a {what}")
    if _noindex(_header(fetched.headers, "x-robots-tag")):
        raise Failed("asks not to be found (noindex)")
    if fetched.body.count(b"<") > MAX_TAGS:
        raise Failed(f"is too big: more than {MAX_TAGS} tags")
    text = decoded(fetched.body, fetched.charset)
    try:
        tree = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Failed("is not HTML") from error
    metas = [(str(meta.get("name", "")).lower(), str(meta.get("content", ""))) for meta in tree.iter("meta")]
    if any(name in {"robots", AGENT} and _noindex(content) for name, content in metas):
        raise Failed("asks not to be found (noindex)")
    said = _text(text, fetched.address)
    if len(said.split()) < MIN_WORDS:
        if tree.xpath("//input[@type='password']"):
            raise Failed("is where one signs in")
        raise Failed("has no text of its own")
    if len(said) > MAX_TEXT_CHARS:
        raise Failed(f"is too long: {len(said)} characters, at most {MAX_TEXT_CHARS}")
    title, modified = _head(text, fetched.address)
    if not title:
        raise Failed("has no title")
    return Page(_canonical(tree, fetched.address), title, said, modified)


def decoded(raw: bytes, charset: str) -> str:
    """A page's characters: UTF-8 wherever its bytes are, whatever it says; then as said; then Windows-1252."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw.decode(name, "replace")
    declared = _CHARSET.search(raw[:4096])
    for name in ("utf-8", charset, declared[1].decode("ascii") if declared else ""):
        # What is declared as Latin-1 is Windows-1252 on the web.
        if name and name.lower() not in {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"}:
            try:
                return raw.decode(name)
            except (UnicodeDecodeError, LookupError, ValueError):
                continue
    return raw.decode("cp1252", "replace")


def without_shared(pages: Sequence[Page]) -> list[Page]:
    """The pages without the paragraphs and the parts of titles that many of them have: the site's, not theirs."""
    bound = max(SHARED_FROM_PAGES, SHARED_FROM_SHARE * len(pages))
    blocks = Counter(block for page in pages for block in set(page.text.split("\n\n")) if _sharable(block))
    parts = Counter(part for page in pages for part in set(_TITLE_PARTS.split(page.title)[1:]))
    kept = []
    for page in pages:
        text = "\n\n".join(block for block in page.text.split("\n\n") if blocks[block] < bound)
        first, *others = _TITLE_PARTS.split(page.title)
        own = [part for part in others if parts[part] < bound]
        title = page.title if len(own) == len(others) else " - ".join([first, *own])
        kept.append(Page(page.address, title, text, page.modified))
    return kept


def _sharable(block: str) -> bool:
    return len(block) >= SHARED_FROM_CHARS and not block.startswith("#")


def _head(text: str, address: str) -> tuple[str, date | None]:
    """A page's title and date."""
    import trafilatura

    found = trafilatura.extract_metadata(text, default_url=address)
    return (normalise(found.title or "", MAX_TITLE_CHARS), _date(found.date)) if found else ("", None)


def _text(text: str, address: str) -> str:
    # Half a second that only an import of a site has to spend.
    import trafilatura
    from trafilatura.settings import DEFAULT_CONFIG

    config = copy.deepcopy(DEFAULT_CONFIG)
    # Its own bounds are made for newspapers: below 250 characters it falls back to bare paragraphs, and the pages of a
    # town are short and made of lists.
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "30"
    config["DEFAULT"]["MIN_OUTPUT_SIZE"] = "10"
    config["DEFAULT"]["EXTRACTION_TIMEOUT"] = "0"
    said = trafilatura.extract(
        text,
        url=address,
        output_format="markdown",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_tables=True,
        config=config,
    )
    return (said or "").strip()


def _noindex(content: str) -> bool:
    """Whether a robots' instruction, for all or for us, wants a page out of searches."""
    for part in content.lower().split(","):
        agent, colon, asked = part.strip().rpartition(":")
        if asked.strip() in {"noindex", "none"} and (not colon or agent.strip() == AGENT):
            return True
    return False


def _header(headers: Mapping[str, str], name: str) -> str:
    return ",".join(value for key, value in headers.items() if key.lower() == name)


def _canonical(tree: html.HtmlElement, address: str) -> str:
    """The address that a page gives itself, if it is one of the same host."""
    for link in tree.iter("link"):
        if "canonical" in str(link.get("rel", "")).lower().split() and (href := str(link.get("href", "")).strip()):
            try:
                there, here = urlsplit(urljoin(address, href)), urlsplit(address)
            except ValueError:
                continue
            if there.netloc.lower() == here.netloc.lower() and there.scheme in {"http", "https"}:
                return there._replace(scheme=here.scheme, fragment="", path=there.path or "/").geturl()
    return address


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
