"""What citizens said, until it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, literal, select, update

from bot.errors import Stale, StoreError
from bot.mailroom import Filing
from bot.messages import Kind, Message
from bot.store import codec, conversations, leases, put
from bot.store.base import CITIZEN, Claimed, Prepared
from bot.store.casework import keep_untold, mark_urgent, put_unsaid
from bot.store.engine import Database, insert_new
from bot.store.letters import put_away
from bot.store.replies import store as store_replies
from bot.store.tables import conversations as conversations_table
from bot.store.tables import forgotten, inbox, transcript

_SEEN = (
    select(literal(1))
    .where(inbox.c.channel == bindparam("channel"), inbox.c.message_id == bindparam("message_id"))
    .union_all(select(literal(1)).where(forgotten.c.name == bindparam("name")))
    .limit(1)
)
"""Whether a message is there, or was erased. One statement, so that what is erased between the two is found."""
NEXT = (
    leases.claimable(
        inbox, inbox.c.id.label("row"), inbox.c.message, inbox.c.attempts, inbox.c.received_at, *conversations.COLUMNS
    )
    .join_from(inbox, conversations_table)
    .limit(bindparam("at_most", type_=Integer))
)
_WHOSE = (
    select(conversations_table.c.id)
    .where(
        conversations_table.c.id
        == select(inbox.c.conversation_id).where(inbox.c.id == bindparam("row")).scalar_subquery()
    )
    .with_for_update()
)
"""The conversation of a message, locked; see `conversations.lock`."""
_SETTLE = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.worker == bindparam("holder"), inbox.c.settled_at.is_(None))
    .values(settled_at=bindparam("now"), worker=None, leased_until=None, error=None)
)


UNWRITTEN = frozenset({Kind.START, Kind.GROUP, Kind.UNREADABLE})


class SqlInbox:
    """See `bot.store.base.Inbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self,
        message: Message,
        language: str,
        now: datetime,
        answered: Sequence[Prepared] = (),
        settles: bool = True,
        aftermath: Message | None = None,
    ) -> bool:
        """See `Inbox.put`. An opening (`Kind.START`) leaves no line, the citizen has said nothing yet; nor
        does what we do not take or keep.

        A message that comes with a language changes that of its conversation: the citizen goes on in it.
        """
        stored = codec.encode(message)
        alone = not answered and aftermath is None

        def work(connection: Connection) -> bool:
            if alone and connection.dialect.name == "postgresql":
                return put.store(connection, message, stored, language, now, message.kind not in UNWRITTEN)
            key = {"channel": message.address.channel, "message_id": message.id}
            seen = {**key, "name": codec.seen_name(message.address.channel, message.id)}
            if connection.execute(_SEEN, seen).first() is not None:
                return False
            silent = message.language_hint is None
            conversation_id = conversations.hear(connection, message.address, language, silent, now, message.thread)
            row = {
                **key,
                "conversation_id": conversation_id,
                "message": stored,
                "received_at": now,
                "due_at": now,
                "attempts": 0,
                "settled_at": now if answered and settles else None,
            }
            if connection.execute(insert_new(connection.dialect.name, inbox.c.id), row).first() is None:
                raise put.Raced
            if aftermath is not None:
                # Before the line: the core was not told that either.
                keep_untold(connection, conversation_id)
            if message.kind not in UNWRITTEN:
                line = {
                    "conversation_id": conversation_id,
                    "ref": message.id,
                    "author": CITIZEN,
                    "said": codec.said(message),
                    "at": message.sent_at,
                }
                connection.execute(insert_new(connection.dialect.name, transcript.c.position), line)
            store_replies(connection, conversation_id, answered, now)
            if aftermath is not None:
                mark_urgent(connection, conversation_id, now)
                put_unsaid(connection, conversation_id, aftermath, now)
            return True

        try:
            return await (self._database.write_one if alone else self._database.write)(work)
        except put.Raced:
            return False

    async def claim(self, worker: str, now: datetime, lease: timedelta) -> Claimed | None:
        """See `Inbox.claim`."""
        claimed = await self.claim_some(worker, now, lease, 1)
        return claimed[0] if claimed else None

    async def claim_some(self, worker: str, now: datetime, lease: timedelta, limit: int) -> list[Claimed]:
        """See `Inbox.claim_some`."""

        def work(connection: Connection) -> list[Claimed]:
            claimed: list[Claimed] = []
            while len(claimed) < limit:
                rows = connection.execute(NEXT, {"now": now, "at_most": limit - len(claimed)}).all()
                read: list[Claimed] = []
                for row in rows:
                    try:
                        message, conversation = codec.message(row.message), conversations.conversation(row)
                    except StoreError as error:
                        leases.park(connection, inbox, row.row, now, error)
                        continue
                    read.append(Claimed(row.row, message, conversation, row.attempts + 1, row.received_at))
                if read:
                    leases.lease(connection, inbox, [one.row for one in read], worker, now + lease)
                claimed += read
                if len(read) == len(rows):
                    break
            return claimed

        return await self._database.write(work)

    async def renew(self, worker: str, now: datetime, lease: timedelta) -> int:
        """See `Inbox.renew`."""

        def work(connection: Connection) -> int:
            return connection.execute(
                update(inbox)
                .where(inbox.c.settled_at.is_(None), inbox.c.worker == worker)
                .values(leased_until=now + lease)
            ).rowcount

        return await self._database.write(work)

    async def release(self, worker: str) -> int:
        """See `Inbox.release`."""
        return await self._database.write(lambda connection: leases.release(connection, inbox, worker))

    async def replace(self, row: int, worker: str, message: Message) -> None:
        """See `Inbox.replace`."""
        said = update(transcript).where(transcript.c.ref == message.id, transcript.c.author == CITIZEN)

        def work(connection: Connection) -> None:
            replaced = connection.execute(
                update(inbox)
                .where(inbox.c.id == row, inbox.c.worker == worker, inbox.c.settled_at.is_(None))
                .values(message=codec.encode(message))
                .returning(inbox.c.conversation_id)
            ).first()
            if replaced is None:
                raise _not_yours(row, worker)
            mine = said.where(transcript.c.conversation_id == replaced.conversation_id)
            connection.execute(mine.values(said=codec.said(message)))

        await self._database.write(work)

    async def postpone(self, row: int, worker: str, until: datetime, error: str) -> None:
        """See `Inbox.postpone`."""

        def work(connection: Connection) -> None:
            postponed = connection.execute(
                update(inbox)
                .where(inbox.c.id == row, inbox.c.worker == worker, inbox.c.settled_at.is_(None))
                .values(due_at=until, worker=None, leased_until=None, error=error)
            )
            if postponed.rowcount != 1:
                raise _not_yours(row, worker)

        await self._database.write(work)

    async def finish(
        self, row: int, worker: str, replies: Sequence[Prepared], now: datetime, filing: Filing | None = None
    ) -> None:
        """See `Inbox.finish`."""

        def work(connection: Connection) -> None:
            conversation_id = connection.execute(_WHOSE, {"row": row}).scalar_one_or_none()
            if conversation_id is None:
                raise _not_yours(row, worker)
            settled = connection.execute(_SETTLE, {"row": row, "holder": worker, "now": now})
            if settled.rowcount != 1:
                raise _not_yours(row, worker)
            if filing is not None:
                put_away(connection, filing)
            store_replies(connection, conversation_id, replies, now)

        await self._database.write(work)

    async def waiting(self, now: datetime) -> tuple[int, timedelta]:
        """See `Inbox.waiting`."""
        return await self._database.read(lambda connection: leases.waiting(connection, inbox, inbox.c.received_at, now))


def _not_yours(row: int, worker: str) -> Stale:
    return Stale(f"the message {row} is not (any more) claimed by {worker}")
