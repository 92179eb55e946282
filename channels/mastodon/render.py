"""A reply as statuses: pure functions.

Mastodon counts characters in a way of its own (https://docs.joinmastodon.org/user/posting/#text, read in November 2026):
an address is 23 whatever its length, a mention is its user name, and a content warning counts with the text.
"""

from __future__ import annotations

import re

from bot.messages import Outgoing, Reply, Thread
from bot.text.wording import Wording
from channels import plain

TEXT_CHARS = 500
"""Where the server names no other number."""
URL_CHARS = 23
MENTION_CHARS = 32
"""An @, a user name of at most 30 characters, and a blank: what `send` puts before the text."""
WARNING_CHARS = 100
"""What a reply keeps of a content warning."""
PRIVATE = "direct"
OPEN = "unlisted"

_JOINER = "\u2060"
"""Invisible, and in no name."""
_MENTION = re.compile(r"(?<![=/\w])@(?=\w)")
_ADDRESS = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
# Less than Mastodon takes for an address, never more: what is not found here counts with its real length.
_COUNTED = re.compile(
    r"(?<![\w@$#/.-])https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w.-]*[\w@])(?::[0-9]{1,5})?"
    r"(?:/(?:[a-z0-9._~/%+=&?#-]*[a-z0-9/_=#-])?)?",
    re.IGNORECASE,
)
# Two code points that are no characters: no text has them.
_BEGIN, _END = "\ufdd0", "\ufdd1"
_PLACE = re.compile(f"{_BEGIN}([0-9]+){_END}")


def statuses(reply: Reply, thread: Thread, website: str, wording: Wording, max_chars: int) -> list[Outgoing]:
    """A reply for the citizen alone; what is said in public is its text and nothing else.

    `send` puts the mention before each text: the room for it is kept here.
    """
    if reply.public:
        text = reply.text.strip()
    else:
        text = plain.body(reply, website, wording)
        if reply.buttons:
            text = f"{text}\n\n{plain.numbered(reply.buttons, reply.language, wording)}".strip()
    warning = plain.shorten(thread.subject or "", WARNING_CHARS)
    pieces = split(without_mentions(text), max_chars - MENTION_CHARS - len(warning))
    payload: dict[str, object] = {
        "visibility": OPEN if reply.public else PRIVATE,
        "language": reply.language.split("-")[0].lower(),
    }
    if thread.last_message_id:
        # Each piece hangs on the citizen's own status: that of the piece before is only known once it is sent.
        payload["in_reply_to_id"] = thread.last_message_id
    if warning:
        payload["spoiler_text"] = warning
    return [Outgoing({"text": piece, **payload}) for piece in pieces]


def without_mentions(text: str) -> str:
    """A text that names accounts without calling them: whoever a direct status mentions gets to read it.

    An invisible character breaks a name; in an address, where it would do harm, the sign is written %40.
    """
    parts: list[str] = []
    end = 0
    for address in _ADDRESS.finditer(text):
        parts.append(_MENTION.sub(f"@{_JOINER}", text[end : address.start()]))
        parts.append(_MENTION.sub("%40", address.group()))
        end = address.end()
    return "".join([*parts, _MENTION.sub(f"@{_JOINER}", text[end:])])


def split(text: str, limit: int) -> list[str]:
    """A text in pieces of at most `limit` of Mastodon's characters; no address is cut.

    Code points are counted, which are never fewer than the grapheme clusters that Mastodon counts.
    """
    found: list[str] = []

    def keep(match: re.Match[str]) -> str:
        found.append(match.group())
        return f"{_BEGIN}{len(found) - 1:0{URL_CHARS - 2}d}{_END}"

    short = _COUNTED.sub(keep, text.replace(_BEGIN, "").replace(_END, ""))
    pieces = plain.split(short, limit)
    return [_PLACE.sub(lambda match: found[int(match.group(1))], piece) for piece in pieces]
