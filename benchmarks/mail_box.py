"""A year's mail in a file that stands for the mailbox, and the e-mail channel that reads it instead of asking a server."""

from __future__ import annotations

import array
import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.mail_parts import MAILBOX, Mail
from benchmarks.mail_times import Times
from bot import clock
from bot.errors import MediaRefused
from bot.messages import REMOTE_URL, Attachment, Skipped
from channels.base import Cursor, Deliver
from channels.email import Email, mime, places, progress
from channels.email.imap import SAVE_EVERY
from channels.email.under_way import UnderWay

MAILS, ENDS, IDS = "mails.bin", "ends.bin", "ids.txt"
VALIDITY = 1


def write(folder: Path, mails: Iterable[Mail]) -> int:
    """Keep mails in a folder; how many bytes they are. `ids.txt` has a line a mail: its Message-ID and what it is."""
    ends = array.array("Q")
    with (folder / MAILS).open("wb") as content, (folder / IDS).open("w", encoding="utf-8") as ids:
        for mail in mails:
            content.write(mail.raw)
            ends.append(content.tell())
            ids.write(f"{mail.message_id} {mail.kind} {int(mail.machine)}\n")
    (folder / ENDS).write_bytes(ends.tobytes())
    return ends[-1] if ends else 0


SMALL_BYTES = 65536


class Mailbox:
    """The mails of a folder, by UID: the first has 1."""

    def __init__(self, folder: Path) -> None:
        self._ends = array.array("Q", (folder / ENDS).read_bytes())
        self._content = (folder / MAILS).open("rb")

    def __len__(self) -> int:
        return len(self._ends)

    def raw(self, uid: int) -> bytes:
        """A mail as it came. Belongs to one thread."""
        start = self._ends[uid - 2] if uid > 1 else 0
        self._content.seek(start)
        return self._content.read(self._ends[uid - 1] - start)


class Filed(Email):
    """The e-mail channel on such a mailbox: parsing, cursor, rendering and files are those of the real one."""

    def __init__(self, box: Mailbox, times: Times, *given: Any) -> None:
        super().__init__(*given)
        self._box = box
        self._times = times

    async def listen(self, deliver: Deliver, cursor: Cursor) -> None:
        """Read on from where the cursor stands, as the channel does: mails, then how far we are, until the end."""
        known = progress.loads(await cursor.read())
        reached = known.get(MAILBOX, progress.Progress(VALIDITY))
        under_way = UnderWay(deliver)

        async def end() -> None:
            nonlocal reached
            uid, fault = await under_way.end()
            if fault is not None:
                raise fault
            reached = reached.at(uid)
            if uid % SAVE_EVERY == 0 or uid == len(self._box):
                await cursor.write(progress.dumps({MAILBOX: reached}))

        try:
            for uid in range(reached.uid + 1, len(self._box) + 1):
                origin = mime.Origin(MAILBOX, "", clock.now(), places.origin(MAILBOX, VALIDITY, uid))
                raw = self._box.raw(uid)
                read = self._times.timed("parse", mime.read)
                if len(raw) <= SMALL_BYTES:
                    event = read(raw, origin, self._reader)
                else:
                    event = await asyncio.to_thread(read, raw, origin, self._reader)
                if isinstance(event, Skipped):
                    raise ValueError(f"the mail {uid} was passed over: {event.reason}")
                while under_way.waits_for(event):
                    await end()
                under_way.begin(uid, event)
            while len(under_way):
                await end()
        finally:
            await under_way.stop()
        await asyncio.Event().wait()

    async def fetch(self, attachment: Attachment) -> bytes:
        """A file of a mail that is still in the mailbox.

        Raises:
            MediaRefused: there is no such file.
        """
        place = places.parse(attachment.url.removeprefix(REMOTE_URL))
        if place is None:
            raise MediaRefused("in no mailbox of ours", "file_gone")
        files = await asyncio.to_thread(mime.files_of, self._box.raw(place.uid), self._reader)
        return files[place.number].content
