"""Whether a year's mail is all there: no mail lost, none doubled, whatever was killed meanwhile."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from benchmarks.mail_box import IDS
from bot.cases import Cause
from bot.correspondence import ACKNOWLEDGED_SUFFIX
from bot.mailroom import Acknowledged
from bot.store import codec
from bot.store.desk_tables import cases
from bot.store.letter_tables import letters
from bot.store.tables import inbox, outbox, transcript

_READING = select(letters.c.reading).where(letters.c.id == bindparam("id"))


class Lost(Exception):
    """A mail is lost, doubled, or answered as it should not be; says which."""


def check(connection: Connection, folder: Path) -> dict[str, Any]:
    """How many letters, cases and acknowledgements there are, each where it has to be.

    Raises:
        Lost: one is not; names the first few of each kind.
    """
    wrong: dict[str, list[str]] = {}

    def note(what: str, which: object) -> None:
        wrong.setdefault(what, []).append(str(which))

    sent = dict(_sent(folder))
    received: Counter[str] = Counter()
    name_of: dict[str, str] = {}
    for row in connection.execute(select(inbox.c.message_id, inbox.c.message, inbox.c.settled_at)):
        message = codec.message(row.message)
        name = (message.thread and message.thread.last_message_id) or ""
        received[name] += 1
        name_of[row.message_id] = name
        if row.settled_at is None:
            note("a mail was not handled", name)
    for name in sent.keys() | received.keys():
        if received[name] != (name in sent):
            note("a mail is stored another number of times than once", f"{name} ({received[name]})")

    opened = {
        (row.conversation_id, row.message_id): row.id
        for row in connection.execute(
            select(cases.c.id, cases.c.conversation_id, cases.c.message_id).where(cases.c.cause == Cause.MAIL.value)
        )
    }
    said = Counter(
        (row.conversation_id, row.ref.removesuffix(ACKNOWLEDGED_SUFFIX))
        for row in connection.execute(
            select(transcript.c.conversation_id, transcript.c.ref).where(transcript.c.author != "citizen")
        )
    )
    leaving = Counter(
        (row.conversation_id, row.reply_id.removesuffix(ACKNOWLEDGED_SUFFIX))
        for row in connection.execute(select(outbox.c.conversation_id, outbox.c.reply_id))
    )
    filed: Counter[str] = Counter()
    found: Counter[str] = Counter()
    by_machine: dict[int, str] = {}
    columns = (
        letters.c.id,
        letters.c.conversation_id,
        letters.c.message_id,
        letters.c.case_id,
        letters.c.acknowledged,
        letters.c.group_id,
    )
    for row in connection.execute(select(*columns)):
        key, name = (row.conversation_id, row.message_id), name_of.get(row.message_id, row.message_id)
        filed[row.message_id] += 1
        kind, is_machine = sent.get(name, ("", False))
        own = opened.pop(key, None)
        acknowledged = int(row.acknowledged == Acknowledged.SENT.value)
        found["letters"] += 1
        found["cases"] += own is not None
        found["grouped"] += row.group_id is not None
        found[f"acknowledged {row.acknowledged}"] += 1
        found[f"{kind}, {'with a case' if row.case_id else 'put aside'}"] += 1
        if own is not None and own != row.case_id:
            note("a mail has opened another case than it is in", name)
        if row.case_id is None and acknowledged:
            note("a mail without a case was acknowledged", name)
        if is_machine and acknowledged:
            note("a machine's mail was answered", name)
        if is_machine and own is not None:
            by_machine[row.id] = name
        if said[key] != acknowledged or leaving[key] != acknowledged:
            note(
                "a mail has another number of acknowledgements than it should", f"{name} ({said[key]}, {leaving[key]})"
            )
    for letter_id, name in by_machine.items():
        # Danger opens a case whatever a letter looks like; the parts of this mail were shuffled.
        reading = codec.reading(connection.execute(_READING, {"id": letter_id}).scalar_one())
        found["of a machine, with a case because it speaks of danger"] += bool(reading.alert)
        if not reading.alert:
            note("a machine's mail opened a case", name)
    for message_id, name in name_of.items():
        if filed[message_id] != 1:
            note("a mail has another number of letters than one", f"{name} ({filed[message_id]})")
    for key in opened:
        note("a case belongs to no letter, or is a second one", key)
    others = connection.execute(select(func.count()).select_from(cases).where(cases.c.cause != Cause.MAIL.value))
    if others.scalar_one():
        note("a case has another cause", "")
    if wrong:
        raise Lost("; ".join(f"{what}: {len(which)}, such as {', '.join(which[:3])}" for what, which in wrong.items()))
    return dict(sorted(found.items()))


def _sent(folder: Path) -> list[tuple[str, tuple[str, bool]]]:
    lines = (line.split() for line in (folder / IDS).read_text(encoding="utf-8").splitlines())
    return [(name, (kind, machine == "1")) for name, kind, machine in lines]
