"""One mailbox, read for as long as the gateway runs: nothing twice, nothing skipped, whatever breaks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import structlog

from bot.errors import SendError, SendFailed, SendRefused, StoreError
from bot.messages import Message, Skipped
from channels.base import Deliver
from channels.email import places
from channels.email.connection import Access, Connection, Fetched, Gone, Selected
from channels.email.mime import Origin, Reader, read
from channels.email.progress import Progress
from channels.email.under_way import UnderWay

log = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=5)
REFUSED_WAIT = timedelta(minutes=1)
"""After a wrong password at least: servers lock out who tries too often."""
MAX_TRIES = 5
"""Of one mail: first whole, then its headers alone; then it is left on the server and the others are read."""
WHOLE_TRIES = 3
SAVE_EVERY = 20
"""Mails between two notes of how far we are; what is read again after a crash is recognised by its id."""

Pause = Callable[[timedelta], Awaitable[object]]
Save = Callable[[Progress], Awaitable[None]]
Found = TypeVar("Found")


async def pause(wait: timedelta) -> None:
    """Wait about so long."""
    await asyncio.sleep(wait.total_seconds() * random.uniform(0.7, 1.3))


class Mailbox:
    """Reads one mailbox until it is cancelled."""

    def __init__(self, access: Access, service: str, move_to: str, reader: Reader, wait: Pause = pause) -> None:
        self.address = access.address
        self.fault = ""
        """What is wrong just now, in English; "" while it is read."""
        self.access = access
        self.service = service
        self.move_to = move_to
        self.reader = reader
        self._wait = wait
        self.tries: dict[int, int] = {}

    async def run(self, deliver: Deliver, progress: Progress, save: Save) -> None:
        """Read what is there and what comes; when something breaks, begin again after a while.

        Raises:
            StoreError: what was read cannot be kept now. The mail stays on the server, unseen.
        """
        failures = 0
        while True:
            reading = _Reading(self, deliver, progress, save)
            refused = False
            try:
                await reading.run()
            except StoreError:
                raise
            except SendError as error:
                self.fault, refused = str(error), isinstance(error, SendRefused)
                log.warning("email.interrupted", mailbox=self.address, reason=self.fault)
            except Exception as error:
                self.fault = f"{self.address}: {type(error).__name__}"
                log.exception("email.failed", mailbox=self.address)
            failures = 1 if reading.worked else failures + 1
            progress = reading.progress
            least = REFUSED_WAIT if refused else FIRST_WAIT
            await self._wait(min(LONGEST_WAIT, least * 2 ** min(failures - 1, 10)))


class _Reading:
    """One connection's time."""

    def __init__(self, mailbox: Mailbox, deliver: Deliver, progress: Progress, save: Save) -> None:
        self.progress = progress
        self.worked = False
        self._mailbox = mailbox
        self._deliver = deliver
        self._save = save
        self._under_way = UnderWay(deliver)
        self._unsaved = 0
        self._unmarked = ""
        """Why the last mail that was stored could not be marked or moved."""
        self._connection = Connection(mailbox.access)
        # A thread of its own: a mailbox that hangs holds up no other.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="email")

    async def run(self) -> None:
        """Read until the connection breaks.

        Raises:
            SendError: it did, or never came about.
            StoreError: what was read cannot be kept.
        """
        try:
            await self._do(self._connection.open)
            selected = await self._do(self._connection.select)
            self._begin(selected)
            await self._again(selected)
            while True:
                await self._round(selected)
                self.worked = True
                self._mailbox.fault = self._standing(selected)
                await self._do(self._connection.wait)
        except asyncio.CancelledError:
            self._connection.interrupt()
            raise
        finally:
            for uid in await self._under_way.stop():
                self._mailbox.tries.pop(uid, None)
            self._thread.submit(self._connection.close)
            self._thread.shutdown(wait=False)

    async def _do(self, step: Callable[..., Found], *arguments: object) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step, *arguments)

    def _begin(self, selected: Selected) -> None:
        if self.progress.validity != selected.validity:
            if self.progress.validity:
                log.warning("email.renumbered", mailbox=self._mailbox.address)
            # Nothing is known of these UIDs: what nobody has seen is read, and doubles fall out by their id.
            self.progress = Progress.fresh(selected.validity, selected.next_uid)
            self._mailbox.tries.clear()

    def _standing(self, selected: Selected) -> str:
        address = self._mailbox.address
        if self.progress.left:
            uids = ", ".join(str(uid) for uid in self.progress.left[:5])
            return (
                f"{address}: the server does not give out {len(self.progress.left)} mails (UID {uids}); they wait there"
            )
        return self._unmarked if selected.writable else f"{address}: may only be read, so that mail stays unseen"

    async def _again(self, selected: Selected) -> None:
        """What was left before."""
        for uid in self.progress.left:
            # Once in each process: a server that breaks off over it must not keep us from the others for ever.
            if uid not in self._mailbox.tries and await self._taken(uid, selected):
                self.progress = self.progress.without(uid)
        await self._note()

    async def _round(self, selected: Selected) -> None:
        """Everything that is new; a mail that comes meanwhile too."""
        while True:
            found = await self._do(self._connection.new, self.progress.uid, self.progress.unseen_up_to)
            for uid in found:
                if not await self._begun(uid, selected):
                    await self._all_ended(selected)
                    await self._alone(uid, selected)
            await self._all_ended(selected)
            if not found:
                self.progress = self.progress.at(self.progress.unseen_up_to)
                await self._note()
                return

    async def _begun(self, uid: int, selected: Selected) -> bool:
        """Fetch and read a mail while those before it are stored; False if it has to be taken by itself.

        Raises:
            SendFailed: the connection broke.
            StoreError: one before it cannot be kept.
        """
        tries = self._mailbox.tries
        if uid in tries:
            return False
        # Noted before: the server may break off over this very mail.
        tries[uid] = 1
        try:
            fetched = await self._do(self._connection.fetch, uid)
            event = await self._do(read, fetched.raw, self._origin(uid, fetched, selected), self._mailbox.reader)
        except asyncio.CancelledError:
            del tries[uid]
            raise
        except SendFailed:
            raise
        except Exception:  # noqa: BLE001 - it is taken by itself, and what is wrong is told then
            del tries[uid]
            return False
        if isinstance(event, Skipped):
            del tries[uid]
            return False
        while self._under_way.waits_for(event):
            await self._ended(selected)
        self._under_way.begin(uid, event)
        return True

    async def _all_ended(self, selected: Selected) -> None:
        while len(self._under_way):
            await self._ended(selected)

    async def _ended(self, selected: Selected) -> None:
        """Wait until the oldest mail that is under way is stored; one that is not is taken by itself.

        Raises:
            StoreError: it cannot be kept.
        """
        uid, fault = await self._under_way.end()
        tries = self._mailbox.tries
        tries.pop(uid, None)
        if isinstance(fault, (StoreError, asyncio.CancelledError)):
            # Not the mail's fault.
            raise fault
        if fault is None:
            log.info("email.taken", mailbox=self._mailbox.address, uid=uid)
            await self._mark(uid, selected)
            await self._went_on(uid)
        else:
            await self._alone(uid, selected)

    async def _alone(self, uid: int, selected: Selected) -> None:
        """Take a mail with nothing else under way behind it, as often as it is worth it."""
        while not await self._taken(uid, selected):
            if self._mailbox.tries[uid] >= MAX_TRIES:
                log.error("email.left", mailbox=self._mailbox.address, uid=uid)
                self.progress = self.progress.leaving(uid)
                break
        await self._went_on(uid)

    async def _went_on(self, uid: int) -> None:
        self.progress = self.progress.at(uid)
        self._unsaved += 1
        if self._unsaved >= SAVE_EVERY:
            await self._note()

    async def _note(self) -> None:
        self._unsaved = 0
        await self._save(self.progress)

    async def _taken(self, uid: int, selected: Selected) -> bool:
        """Take one mail; False if that failed and it may be tried again.

        Raises:
            SendFailed: the connection broke.
            StoreError: it cannot be kept.
        """
        tries = self._mailbox.tries
        # Noted before: the server may break off over this very mail.
        tries[uid] = tries.get(uid, 0) + 1
        try:
            if tries[uid] >= MAX_TRIES + 1:
                tries[uid] = MAX_TRIES
                return False
            whole = tries[uid] <= WHOLE_TRIES
            fetched = await self._do(self._connection.fetch if whole else self._connection.headers, uid)
            await self._delivered(uid, fetched, selected)
        except Gone:
            pass
        except (StoreError, asyncio.CancelledError):
            # Not the mail's fault.
            tries[uid] -= 1
            raise
        except SendFailed:
            raise
        except SendRefused as error:
            log.warning("email.not_given", mailbox=self._mailbox.address, uid=uid, reason=str(error))
            return False
        except Exception:
            log.exception("email.not_taken", mailbox=self._mailbox.address, uid=uid)
            return False
        else:
            await self._mark(uid, selected)
        tries.pop(uid, None)
        return True

    def _origin(self, uid: int, fetched: Fetched, selected: Selected) -> Origin:
        box = self._mailbox
        return Origin(box.address, box.service, fetched.received, places.origin(box.address, selected.validity, uid))

    async def _delivered(self, uid: int, fetched: Fetched, selected: Selected) -> None:
        box = self._mailbox
        event = await self._do(read, fetched.raw, self._origin(uid, fetched, selected), box.reader)
        if isinstance(event, Skipped):
            return
        fresh = await self._deliver(event)
        kind = "letter" if isinstance(event, Message) else "report"
        log.info("email.taken", mailbox=box.address, uid=uid, kind=kind, fresh=fresh, size_bytes=len(fetched.raw))

    async def _mark(self, uid: int, selected: Selected) -> None:
        """It is stored: that it cannot be marked costs nobody anything."""
        if not selected.writable:
            return
        try:
            await self._do(self._connection.done, uid, self._mailbox.move_to)
            self._unmarked = ""
        except SendRefused as error:
            self._unmarked = str(error)
            log.warning("email.not_marked", mailbox=self._mailbox.address, uid=uid, reason=str(error))
