"""What belongs to cases: appointments and photos."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.casework import StoredPhoto
from bot.errors import Missing, TooMany
from bot.messages import Address, Location
from bot.store import conversations
from bot.store.desk_tables import bookings, photos
from bot.store.engine import Database
from bot.store.tables import conversations as conversations_table

MAX_PHOTOS = 20
"""Of one conversation, in cases and not."""


class SqlBookings:
    """See `bot.cases.Bookings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def taken(self, service: str, start: datetime, end: datetime) -> dict[datetime, int]:
        """See `Bookings.taken`."""
        counted = (
            select(bookings.c.starts_at, func.count())
            .where(
                bookings.c.service == service,
                bookings.c.starts_at >= start,
                bookings.c.starts_at < end,
                bookings.c.cancelled_at.is_(None),
            )
            .group_by(bookings.c.starts_at)
        )

        def work(connection: Connection) -> dict[datetime, int]:
            return {row[0]: row[1] for row in connection.execute(counted).all()}

        return await self._database.read(work)

    async def cancel(self, case_id: int, now: datetime) -> bool:
        """See `Bookings.cancel`."""
        booked = update(bookings).where(bookings.c.case_id == case_id, bookings.c.cancelled_at.is_(None))
        return await self._database.write(
            lambda connection: connection.execute(booked.values(cancelled_at=now)).rowcount > 0
        )


class SqlPhotos:
    """See `bot.cases.Photos`. In the database: they are erased, purged and backed up with whatever they belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, address: Address, language: str, photo: StoredPhoto, now: datetime) -> None:
        """See `Photos.add`."""

        def work(connection: Connection) -> None:
            if connection.execute(select(photos.c.id).where(photos.c.id == photo.id)).first() is not None:
                return
            conversation_id = photo.conversation_id
            if not conversation_id:
                conversation_id = conversations.hear(connection, address, language, True, now)
            elif not conversations.lock(connection, conversation_id):
                raise Missing(f"there is no conversation {conversation_id}")
            kept = select(func.count()).select_from(photos).where(photos.c.conversation_id == conversation_id)
            if connection.execute(kept).scalar_one() >= MAX_PHOTOS:
                raise TooMany(f"a conversation keeps {MAX_PHOTOS} photos")
            row = {
                "id": photo.id,
                "conversation_id": conversation_id,
                "media_type": photo.media_type,
                "name": photo.name or None,
                "content": photo.content,
                "latitude": photo.location.latitude if photo.location else None,
                "longitude": photo.location.longitude if photo.location else None,
                "at": now,
            }
            connection.execute(insert(photos).values(row))

        await self._database.write(work)

    async def get(self, photo_id: str) -> StoredPhoto:
        """See `Photos.get`."""

        def work(connection: Connection) -> StoredPhoto:
            row = connection.execute(select(photos).where(photos.c.id == photo_id)).first()
            if row is None:
                raise Missing(f"there is no photo {photo_id}")
            return _read(row, row.content)

        return await self._database.read(work)

    async def of(self, address: Address, photo_ids: Sequence[str]) -> list[StoredPhoto]:
        """See `Photos.of`."""
        columns = [column for column in photos.c if column.name != "content"]
        found = (
            select(*columns)
            .join(conversations_table, photos.c.conversation_id == conversations_table.c.id)
            .where(
                photos.c.id.in_(photo_ids),
                conversations_table.c.channel == address.channel,
                conversations_table.c.address_key == address.key,
            )
        )

        def work(connection: Connection) -> list[StoredPhoto]:
            known = {row.id: _read(row, b"") for row in connection.execute(found).all()}
            return [known[photo_id] for photo_id in photo_ids if photo_id in known]

        return await self._database.read(work)


def _read(row: Row[Any], content: bytes) -> StoredPhoto:
    where = None if row.latitude is None else Location(row.latitude, row.longitude)
    return StoredPhoto(row.id, row.case_id, row.media_type, content, where, row.conversation_id, row.name or "")
