"""Mail and web forms on one database; see `bot.mailroom.Letters`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, func, or_, select, true, update

from bot.cases import CaseState, What
from bot.errors import Missing, Stale, StoreError
from bot.mailroom import Acknowledged, Around, Filed, Filing, Gist, Held, NewLetter, Together
from bot.store import codec, conversations, letter_groups
from bot.store.case_rows import note_down, of_conversation
from bot.store.cases import begin_case
from bot.store.desk_tables import cases
from bot.store.engine import Database, insert_new
from bot.store.letter_labels import LetterLabels
from bot.store.letter_tables import letters
from bot.text.memory import Kept

RECENT = 200
"""As many letters of a service are compared."""

# Built once: building a statement costs as much as running it.
_FIND = select(letters).where(
    letters.c.conversation_id == bindparam("conversation_id"), letters.c.message_id == bindparam("message_id")
)
_CORRESPONDENT = (
    select(letters.c.sender)
    .where(letters.c.conversation_id == bindparam("conversation_id"), letters.c.trusted, letters.c.sender != "")
    .order_by(letters.c.id.desc())
    .limit(1)
)
_ACKNOWLEDGED = select(func.count()).where(
    letters.c.sender == bindparam("sender"),
    letters.c.at >= bindparam("since"),
    letters.c.acknowledged == Acknowledged.SENT.value,
)
_RECENT = (
    select(letters.c.id)
    .where(letters.c.service == bindparam("service"), letters.c.at >= bindparam("since"))
    .order_by(letters.c.at.desc(), letters.c.id.desc())
    .limit(bindparam("at_most", type_=Integer))
)
_GISTS = select(letters.c.id, letters.c.case_id, letters.c.group_id, letters.c.gist, letters.c.sender).where(
    letters.c.id.in_(bindparam("ids", expanding=True))
)


class SqlLetters(LetterLabels):
    """See `Letters`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._gists: Kept[dict[int, Gist]] = Kept()

    async def file(self, new: NewLetter, now: datetime) -> Filed:
        """See `Letters.file`."""

        def work(connection: Connection) -> Filed:
            if not conversations.lock(connection, new.conversation_id):
                raise Missing(f"there is no conversation {new.conversation_id}")
            known = connection.execute(_FIND, _key(new.conversation_id, new.message_id)).first()
            filed = _filed(connection, new, now)
            if known is None and new.case_id is not None:
                _note_down(connection, new, new.case_id, now)
            return filed

        return await self._database.write(work)

    async def find(self, conversation_id: str, message_id: str) -> Filed | None:
        """See `Letters.find`."""
        key = _key(conversation_id, message_id)

        def work(connection: Connection) -> Filed | None:
            row = connection.execute(_FIND, key).first()
            return _read(row) if row else None

        return await self._database.read(work)

    async def of_case(self, case_id: int) -> list[Filed]:
        """See `Letters.of_case`."""
        found = select(letters).where(letters.c.case_id == case_id).order_by(letters.c.id)
        return await self._database.read(lambda connection: [_read(row) for row in connection.execute(found)])

    async def of_cases(self, case_ids: Sequence[int]) -> dict[int, Filed]:
        """See `Letters.of_cases`."""
        first = select(func.min(letters.c.id)).where(letters.c.case_id.in_(case_ids)).group_by(letters.c.case_id)
        found = select(letters).where(letters.c.id.in_(first))

        def work(connection: Connection) -> dict[int, Filed]:
            return {row.case_id: _read(row) for row in connection.execute(found)}

        return await self._database.read(work) if case_ids else {}

    async def correspondent(self, conversation_id: str) -> str:
        """See `Letters.correspondent`."""
        own = {"conversation_id": conversation_id}
        return await self._database.read(
            lambda connection: connection.execute(_CORRESPONDENT, own).scalar_one_or_none() or ""
        )

    async def trust(self, letter_id: int) -> bool:
        """See `Letters.trust`."""
        confirmed = update(letters).where(letters.c.id == letter_id).values(trusted=True)
        return await self._database.write(lambda connection: connection.execute(confirmed).rowcount == 1)

    async def recent(self, service: str, since: datetime, limit: int = 200) -> list[Gist]:
        """See `Letters.recent`."""
        return await self._database.read(lambda connection: self._recent(connection, service, since, limit))

    def _recent(self, connection: Connection, service: str, since: datetime, limit: int) -> list[Gist]:
        """Which they are is asked each time, so that what was erased is gone; what they say is read once."""
        asked = {"service": service, "since": since, "at_most": limit}
        ids = connection.execute(_RECENT, asked).scalars().all()
        known = self._gists.get(service, {})
        if missing := [one for one in ids if one not in known]:
            known = known | {row.id: _gist(row) for row in connection.execute(_GISTS, {"ids": missing})}
        # Letters never change what they say, but one that was put aside may be given a case: that is nobody's here.
        self._gists[service] = found = {one: known[one] for one in ids if one in known}
        return list(found.values())

    async def around(
        self, conversation_id: str, sender: str, service: str, alike_since: datetime, acknowledged_since: datetime
    ) -> Around:
        """See `Letters.around`."""

        def work(connection: Connection) -> Around:
            own = {"conversation_id": conversation_id}
            sent = {"sender": sender, "since": acknowledged_since}
            return Around(
                cases=tuple(of_conversation(connection, conversation_id)),
                correspondent=connection.execute(_CORRESPONDENT, own).scalar_one_or_none() or "",
                acknowledged=int(connection.execute(_ACKNOWLEDGED, sent).scalar_one()) if sender else 0,
                recent=tuple(self._recent(connection, service, alike_since, RECENT)),
            )

        return await self._database.read(work)

    async def aside(self, limit: int = 200) -> list[Filed]:
        """See `Letters.aside`."""
        found = (
            select(letters)
            .where(letters.c.case_id.is_(None))
            .order_by(letters.c.at.desc(), letters.c.id.desc())
            .limit(limit)
        )
        return await self._database.read(lambda connection: [_read(row) for row in connection.execute(found)])

    async def assign(self, letter_id: int, case_id: int, acknowledged: Acknowledged = Acknowledged.NONE) -> bool:
        """See `Letters.assign`."""
        taken = (
            update(letters)
            .where(letters.c.id == letter_id, letters.c.case_id.is_(None))
            .values(case_id=case_id, acknowledged=acknowledged.value)
        )
        return await self._database.write(lambda connection: connection.execute(taken).rowcount == 1)

    async def group(self, letter_id: int) -> list[Filed]:
        """See `Letters.group`."""
        mine = select(func.coalesce(letters.c.group_id, letters.c.id)).where(letters.c.id == letter_id)

        def work(connection: Connection) -> list[Filed]:
            first = connection.execute(mine).scalar_one_or_none()
            if first is None:
                return []
            found = (
                select(letters).where(or_(letters.c.id == first, letters.c.group_id == first)).order_by(letters.c.id)
            )
            return [_read(row) for row in connection.execute(found)]

        return await self._database.read(work)

    async def alike(self, letter_ids: Sequence[int]) -> dict[int, int]:
        """See `Letters.alike`."""
        first = func.coalesce(letters.c.group_id, letters.c.id)
        whose = select(letters.c.id, first.label("first")).where(letters.c.id.in_(letter_ids)).subquery()
        counted = (
            select(whose.c.id, func.count().label("many"))
            .join(letters, or_(letters.c.id == whose.c.first, letters.c.group_id == whose.c.first))
            .group_by(whose.c.id)
        )

        def work(connection: Connection) -> dict[int, int]:
            return {row.id: int(row.many) for row in connection.execute(counted)}

        return await self._database.read(work) if letter_ids else {}

    async def together(self, group: int, urgent: bool) -> Together:
        """See `Letters.together`."""
        return await self._database.read(lambda connection: letter_groups.urgency(connection, group, urgent))

    async def acknowledged(self, sender: str, since: datetime) -> int:
        """See `Letters.acknowledged`."""
        sent = {"sender": sender, "since": since}
        return await self._database.read(lambda connection: int(connection.execute(_ACKNOWLEDGED, sent).scalar_one()))

    async def held(self, services: Sequence[str] | None = None, limit: int = 200) -> list[Held]:
        """See `Letters.held`."""
        mine = true() if services is None else cases.c.service.in_(services)
        found = (
            select(letters, cases.c.number, cases.c.service.label("served_by"))
            .join(cases, cases.c.id == letters.c.case_id)
            .where(letters.c.acknowledged == Acknowledged.HELD.value, cases.c.state != CaseState.CLOSED.value, mine)
            .order_by(letters.c.at.desc(), letters.c.id.desc())
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: [
                Held(_read(row), row.case_id, row.number, row.served_by) for row in connection.execute(found)
            ]
        )

    async def let_go(self, letter_id: int) -> bool:
        """See `Letters.let_go`."""
        return await self._settle(letter_id, Acknowledged.SENT)

    async def drop(self, letter_id: int) -> bool:
        """See `Letters.drop`."""
        return await self._settle(letter_id, Acknowledged.NONE)

    async def _settle(self, letter_id: int, as_: Acknowledged) -> bool:
        settled = (
            update(letters)
            .where(letters.c.id == letter_id, letters.c.acknowledged == Acknowledged.HELD.value)
            .values(acknowledged=as_.value)
        )
        return await self._database.write(lambda connection: connection.execute(settled).rowcount == 1)


def _key(conversation_id: str, message_id: str) -> dict[str, str]:
    return {"conversation_id": conversation_id, "message_id": message_id}


def _gist(row: Row[Any]) -> Gist:
    # The same words come in many letters: each is kept once.
    words = tuple(map(sys.intern, codec.names(row.gist)))
    return Gist(row.id, row.case_id, row.group_id or row.id, words, row.sender)


def put_away(connection: Connection, filing: Filing) -> None:
    """File a letter of a locked conversation with what it opens; see `Inbox.finish`.

    Raises:
        Stale: it is there.
    """
    new = filing.letter
    if filing.case is not None:
        new = replace(new, case_id=begin_case(connection, filing.case, filing.at, filing.photos))
    fresh = connection.execute(insert_new(connection.dialect.name, letters.c.id), _row(new, filing.at)).first()
    if fresh is None:
        raise Stale(f"the letter {new.message_id} is filed already")
    if filing.case is None and new.case_id is not None:
        _note_down(connection, new, new.case_id, filing.at)


def _filed(connection: Connection, new: NewLetter, now: datetime) -> Filed:
    """File a letter of a locked conversation; the one that is there, if it is."""
    fresh = connection.execute(insert_new(connection.dialect.name, letters.c.id), _row(new, now)).first()
    if fresh is None:
        return _read(connection.execute(_FIND, _key(new.conversation_id, new.message_id)).one())
    return Filed(
        id=fresh.id,
        conversation_id=new.conversation_id,
        message_id=new.message_id,
        case_id=new.case_id,
        letter=new.letter,
        reading=new.reading,
        acknowledged=new.acknowledged,
        group=new.group,
        suggested=tuple(new.suggested),
        trusted=new.trusted,
        at=now,
    )


def _note_down(connection: Connection, new: NewLetter, case_id: int, now: datetime) -> None:
    """That a case has another letter: agents see it by this line at once. Its first one opened it."""
    opened_by = select(cases.c.message_id).where(cases.c.id == case_id)
    if connection.execute(opened_by).scalar_one_or_none() != new.message_id:
        note_down(connection, case_id, new.conversation_id, What.WROTE, now)


def _row(new: NewLetter, now: datetime) -> dict[str, Any]:
    return {
        "conversation_id": new.conversation_id,
        "message_id": new.message_id,
        "case_id": new.case_id,
        "service": new.reading.service,
        "sender": new.letter.sender,
        "letter": codec.encode(new.letter),
        "reading": codec.encode(new.reading),
        "suggested": codec.encode(new.suggested),
        "gist": codec.encode(new.gist),
        "group_id": new.group,
        "acknowledged": new.acknowledged.value,
        "trusted": new.trusted,
        "at": now,
    }


def _read(row: Row[Any]) -> Filed:
    """A letter from a row of `letters`.

    Raises:
        StoreError: it holds something that this version does not know.
    """
    try:
        acknowledged = Acknowledged(row.acknowledged)
    except ValueError as error:
        raise StoreError(str(error)) from error
    return Filed(
        id=row.id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        case_id=row.case_id,
        letter=codec.letter(row.letter),
        reading=codec.reading(row.reading),
        acknowledged=acknowledged,
        group=row.group_id,
        suggested=codec.suggested(row.suggested),
        trusted=row.trusted,
        at=row.at,
    )
