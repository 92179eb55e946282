"""What mail servers report of mail that we sent (RFC 3464)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import Message as Mime
from typing import Any

from bot.messages import Fate, Status
from channels.email import keys, tokens
from channels.email.bodies import media_type, payload
from channels.email.charsets import decode
from channels.email.headers import first, guarded, headers_of, message_ids

MAX_RECIPIENTS = 100
FATES = {"failed": Fate.FAILED, "delivered": Fate.DELIVERED}
"""Of the field `Action`; delayed, relayed and expanded are no end."""
REASON_CHARS = 300


def is_report(mime: Mime) -> bool:
    """Whether a mail is a report of a delivery."""
    if media_type(mime) != "multipart/report":
        return False
    kind = guarded(lambda: str(mime.get_param("report-type") or ""), "").lower()
    return kind == "delivery-status" or any(media_type(part) == "message/delivery-status" for part in _parts(mime))


def status(mime: Mime, secrets: Sequence[str], at: datetime) -> Status | None:
    """What a report says of a mail of ours; None if it is not of ours, or only that it takes longer.

    Ours is what has a Message-ID with a token of ours, or was handed over under an id with one, where a server on the way
    has put its own Message-ID in the place of ours: a report that somebody made up fails nothing.
    """
    action, reason = "", ""
    returned, envelope = "", ""
    for part in _parts(mime):
        kind = media_type(part)
        if kind == "message/delivery-status":
            action, reason = _outcome(part)
            envelope = _envelope(part)
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            returned = returned or _message_id(part)
    fate = FATES.get(action)
    ours = bool(keys.conversation([returned], secrets))
    key = tokens.outgoing_key(returned if ours else envelope, secrets)
    if fate is None or not (ours or key):
        return None
    return Status(
        fate,
        at,
        provider_id=returned if ours else None,
        # Of an attempt whose answer we never heard, the outbox knows this alone.
        key=key or None,
        reason=reason if fate is Fate.FAILED else "",
    )


def _parts(mime: Mime) -> list[Mime]:
    inside: Any = guarded(lambda: mime.get_payload(), None)
    return [part for part in inside if isinstance(part, Mime)][:20] if isinstance(inside, list) else []


def _blocks(part: Mime) -> list[dict[str, list[str]]]:
    """The fields of the mail and those of each recipient."""
    inside: Any = guarded(lambda: part.get_payload(), None)
    return [headers_of(block) for block in inside[:MAX_RECIPIENTS]] if isinstance(inside, list) else []


def _envelope(part: Mime) -> str:
    """The id under which a mail was handed over, as a Message-ID (RFC 3464, 2.2.1)."""
    given = next(
        (first(block, "original-envelope-id") for block in _blocks(part) if "original-envelope-id" in block), ""
    )
    return f"<{given}@envelope>"


def _outcome(part: Mime) -> tuple[str, str]:
    """Action and reason of the first recipient that failed, else of the first one."""
    found = [block for block in _blocks(part) if "action" in block]
    if not found:
        return "", ""
    worst = next((block for block in found if _action(block) == "failed"), found[0])
    diagnosis = first(worst, "diagnostic-code").partition(";")[2].strip() or first(worst, "diagnostic-code")
    reason = " ".join(part for part in (first(worst, "status").split(" ")[0], diagnosis) if part)
    return _action(worst), reason[:REASON_CHARS]


def _action(block: dict[str, list[str]]) -> str:
    return first(block, "action").split(" ")[0].lower()


def _message_id(part: Mime) -> str:
    inside: Any = guarded(lambda: part.get_payload(), None)
    if isinstance(inside, list) and inside and isinstance(inside[0], Mime):
        ids = message_ids(headers_of(inside[0]).get("message-id", ()))
    else:
        content = payload(part) or b""
        lines = [line for line in decode(content).split("\n") if line.lower().startswith("message-id:")]
        ids = message_ids(line.partition(":")[2] for line in lines)
    return ids[0] if ids else ""
