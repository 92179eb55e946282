"""Replies as mail: pure functions, values in, JSON out. What only the moment of sending knows, `composing` adds."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterator, Sequence

from bot.messages import FILE_URL, PHOTO_URL, Attachment, Author, Outgoing, Reply, Source, Thread
from bot.text.wording import Wording
from channels import plain
from channels.email.charsets import clean, one_line

COLUMNS = 76
"""Of a line of text (RFC 5322 asks for 78): programs that show it as it is need not break it again."""
MAX_SUBJECT_CHARS = 200
MAX_REFERENCES = 20
"""Of the mails before, besides the first."""
SIGNED_LINES = 6
"""Of a text's end, in which a signature is looked for."""
RIGHT_TO_LEFT = frozenset({"ar"})
KEPT = (PHOTO_URL, FILE_URL)
"""What goes into the mail; any other file is a link."""

_ANSWERED = re.compile(
    r"^(?:(?:re|rép|rep|réf|aw|sv|antw|odp|res|vs|ynt|回复|答复|رد)(?:\[\d{1,3}\])?\s?[:\uff1a]\s*)+", re.I
)
"""What programs of several languages put before the subject of an answer, however often."""
_URL = re.compile(r"https?://[^\s<>\"\u00a0]{1,2000}[^\s<>\"\u00a0.,;:!?)\]»’']")
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")


def mail(reply: Reply, thread: Thread, website: str, wording: Wording) -> Outgoing:
    """One mail, whatever a reply holds."""
    heading = subject(thread.subject, reply.language, wording)
    references = ids([*thread.references, thread.last_message_id or ""])
    files = [one for one in reply.attachments if one.url.startswith(KEPT)]
    links = [(source.title, _absolute(source.url, website)) for source in _all_sources(reply)]
    return Outgoing(
        {
            "subject": heading,
            "text": clean(_text(reply, links, wording)),
            "html": clean(_page(reply, heading, links, wording)),
            "author": reply.author.value,
            "name": one_line(reply.name),
            "mailbox": thread.mailbox or "",
            "in_reply_to": references[-1] if references and thread.last_message_id else "",
            "references": references,
            "files": [{"name": one.name, "media_type": one.media_type, "url": one.url} for one in files],
        }
    )


def subject(given: str | None, language: str, wording: Wording) -> str:
    """`Re: …`, once and on one line; of a letter without a subject, words of ours."""
    words = _ANSWERED.sub("", one_line(given or "")).strip()
    if not words:
        return wording.say("mail_no_subject", language)
    return plain.shorten(f"Re: {words}", MAX_SUBJECT_CHARS)


def ids(given: Sequence[str]) -> list[str]:
    """The Message-IDs among some texts, each once; of many the first and the last ones (RFC 5322, 3.6.4)."""
    found = list(dict.fromkeys(one.strip() for one in given if _ID.fullmatch(one.strip())))
    if given and found and (last := given[-1].strip()) in found:
        # The mail that is answered stands last, be it named before.
        found.remove(last)
        found.append(last)
    return found if len(found) <= MAX_REFERENCES + 1 else [found[0], *found[-MAX_REFERENCES:]]


def signature(reply: Reply, wording: Wording) -> str:
    """Who has written: a person by their name and service, or a machine that says so."""
    if reply.author is Author.AGENT:
        who = ", ".join(part for part in (one_line(reply.name), one_line(reply.service)) if part)
        town = wording.say("mail_by_agent", reply.language)
        # A suggested reply ends with the office's own lines.
        said = town in reply.text.split("\n")[-SIGNED_LINES:]
        return "\n".join(part for part in (who, "" if said and who else town) if part)
    return wording.say("mail_by_bot" if reply.author is Author.BOT else "mail_by_system", reply.language)


def _all_sources(reply: Reply) -> Iterator[Source]:
    yield from reply.sources
    for one in reply.attachments:
        if one.url.startswith(("https://", "http://", "/")):
            yield Source(_named(one), one.url)


def _named(one: Attachment) -> str:
    return one_line(one.name) or one.url


def _absolute(url: str, website: str) -> str:
    return website.rstrip("/") + url if url.startswith("/") else url


def _said(reply: Reply, wording: Wording) -> str:
    parts = [reply.text.strip()]
    if reply.buttons:
        parts.append(plain.numbered(reply.buttons, reply.language, wording))
    return "\n\n".join(part for part in parts if part)


def _text(reply: Reply, links: Sequence[tuple[str, str]], wording: Wording) -> str:
    parts = [wrapped(_said(reply, wording))]
    if links:
        listed = "\n".join(f"- {wrapped(one_line(title), '  ')}\n  {url}" for title, url in links)
        parts.append(f"{wording.say('mail_sources', reply.language)}\n{listed}")
    parts.append(f"-- \n{wrapped(signature(reply, wording))}")
    return "\n\n".join(part for part in parts if part) + "\n"


def wrapped(text: str, indent: str = "") -> str:
    """A text in lines of at most `COLUMNS`; words and addresses stay whole, and what is listed stays indented."""
    lines = []
    for line in text.split("\n"):
        bullet = re.match(r"(?:- |\d{1,3}\. )", line)
        lines += textwrap.wrap(
            line,
            COLUMNS,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent=indent or " " * (bullet.end() if bullet else 0),
        ) or [""]
    return "\n".join(lines)


def _page(reply: Reply, heading: str, links: Sequence[tuple[str, str]], wording: Wording) -> str:
    """HTML that screen readers read in its language and order: no picture, no style but the letters', nothing fetched."""
    language = html.escape(reply.language)
    direction = ' dir="rtl"' if reply.language.split("-")[0] in RIGHT_TO_LEFT else ""
    body = "\n".join(_blocks(_said(reply, wording)))
    if links:
        items = "\n".join(f"<li>{_link(title, url)}</li>" for title, url in links)
        body += f"\n<p>{html.escape(wording.say('mail_sources', reply.language))}</p>\n<ul>\n{items}\n</ul>"
    signed = "<br>\n".join(html.escape(line) for line in signature(reply, wording).split("\n"))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"{direction}>\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(heading)}</title>\n</head>\n"
        f'<body style="font-family: sans-serif; line-height: 1.5">\n{body}\n<hr>\n<p>{signed}</p>\n</body>\n</html>\n'
    )


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs and lists. Numbers stay in the text: they are what a citizen answers."""
    for block in re.split(r"\n{2,}", text.strip()):
        listed = False
        lines: list[str] = []
        for line in [*block.split("\n"), ""]:
            item = line.startswith("- ")
            if lines and (item != listed or not line):
                yield _list(lines) if listed else f"<p>{'<br>'.join(lines)}</p>"
                lines = []
            if line:
                lines.append(_inline(line.removeprefix("- ") if item else line))
            listed = item


def _list(items: Sequence[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{item}</li>" for item in items) + "\n</ul>"


def _inline(text: str) -> str:
    pieces, at = [], 0
    for found in _URL.finditer(text):
        pieces += [html.escape(text[at : found.start()]), _link(found.group(), found.group())]
        at = found.end()
    return "".join([*pieces, html.escape(text[at:])])


def _link(title: str, url: str) -> str:
    shown = html.escape(one_line(title) or url)
    if not url.startswith(("https://", "http://")):
        return shown
    return f'<a href="{html.escape(url)}">{shown}</a>'
