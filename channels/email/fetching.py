"""Files of mails that were read, fetched from the server when they are wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import MediaFailed, MediaRefused, SendFailed, SendRefused
from channels.email.attachments import File
from channels.email.connection import Access, Connection, Gone
from channels.email.mime import Reader, digest_of, files_of
from channels.email.places import Place


@dataclass(frozen=True, slots=True)
class _Kept:
    digest: str
    files: tuple[File, ...]


class Fetching:
    """Finds a mail again, where it was or where it was moved to."""

    def __init__(self, accesses: Mapping[str, Access], moved_to: str, reader: Reader) -> None:
        self._accesses = accesses
        self._moved_to = moved_to
        self._reader = reader
        # One mail at a time in memory: several files of one mail are asked for one after another.
        self._turn = asyncio.Lock()
        self._last = _Kept("", ())

    async def file(self, place: Place) -> bytes:
        """The bytes of a file.

        Raises:
            MediaRefused: the mail is gone.
            MediaFailed: the server does not answer now.
        """
        async with self._turn:
            if self._last.digest != place.digest:
                self._last = await asyncio.to_thread(self._fetched, place)
            kept = self._last
            wanted = [number for number, file in enumerate(kept.files) if not file.refusal]
            if not wanted or place.number >= wanted[-1]:
                self._last = _Kept("", ())
        if not 0 <= place.number < len(kept.files):
            raise MediaRefused("the mail has no such file", "file_gone")
        return kept.files[place.number].content

    def _fetched(self, place: Place) -> _Kept:
        access = self._accesses[place.mailbox]
        connection = Connection(access)
        try:
            connection.open()
            raw = self._mail(connection, place)
        except SendFailed as error:
            raise MediaFailed(str(error)) from error
        except SendRefused as error:
            # A password that is changed today is known tomorrow.
            raise MediaFailed(str(error)) from error
        finally:
            connection.close()
        return _Kept(place.digest, tuple(files_of(raw, self._reader)))

    def _mail(self, connection: Connection, place: Place) -> bytes:
        folders = [self._accesses[place.mailbox].folder, *([self._moved_to] if self._moved_to else [])]
        for number, folder in enumerate(folders):
            try:
                selected = connection.select(folder, readonly=True)
            except SendRefused:
                # The folder that mails are moved to is made with the first of them.
                if number == 0:
                    raise
                continue
            uids = [place.uid] if number == 0 and selected.validity == place.validity else []
            if place.message_id:
                uids += [uid for uid in connection.find(place.message_id) if uid not in uids]
            for uid in uids:
                try:
                    raw = connection.fetch(uid).raw
                except Gone:
                    continue
                if digest_of(raw, self._reader) == place.digest:
                    return raw
        raise MediaRefused("the mail is no longer there", "file_gone")
