"""What is done once a night: personal data whose time is over is removed.

A file in the data folder says when that was last done, so that a gateway which was down at night makes up for it.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock, now
from bot.privacy.retention import ages
from bot.settings import Retention
from bot.store.base import Subjects

log = structlog.get_logger(__name__)

AT = time(3, 30)
"""In the town's zone."""
LOOK_EVERY = timedelta(minutes=5)
MARK = "last-purge"
"""In the data folder: the moment of the last purge, ISO 8601."""


def next_night(after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of `AT` in a zone that is later than `after`."""
    local = after.astimezone(zone)
    night = datetime.combine(local.date(), AT, zone)
    return night if night > local else datetime.combine(local.date() + timedelta(days=1), AT, zone)


async def nightly(subjects: Subjects, retention: Retention, zone: ZoneInfo, data: Path, clock: Clock = now) -> None:
    """Purge every night, and at once if a night was missed, until cancelled; one that failed is tried again soon."""
    mark = data / MARK
    due = first_due(await asyncio.to_thread(read, mark), clock(), zone)
    while True:
        if (ahead := due - clock()) > timedelta():
            await asyncio.sleep(min(LOOK_EVERY, ahead).total_seconds())
            continue
        try:
            removed = await subjects.purge(clock(), ages(retention))
        except Exception:
            log.exception("night.purge_failed")
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            continue
        log.info("night.purged", **{f"{table}_rows": count for table, count in removed.items()})
        due = next_night(clock(), zone)
        try:
            await asyncio.to_thread(write, mark, clock())
        except OSError as error:
            log.warning("night.not_noted", file=str(mark), reason=error.strerror)


def first_due(last: datetime | None, moment: datetime, zone: ZoneInfo) -> datetime:
    """When to purge first: now, unless no night has passed since the last purge."""
    if last is None or last > moment:
        return moment
    return max(moment, next_night(last, zone))


def read(mark: Path) -> datetime | None:
    """When the last purge was, None if nothing that can be read says so."""
    try:
        last = datetime.fromisoformat(mark.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return last if last.tzinfo else None


def write(mark: Path, moment: datetime) -> None:
    """Note a purge.

    Raises:
        OSError: it cannot be written; what stood there stays.
    """
    aside = mark.with_name(f"{mark.name}.{os.getpid()}")
    mark.parent.mkdir(parents=True, exist_ok=True)
    try:
        aside.write_text(f"{moment.isoformat()}\n", encoding="ascii")
        aside.replace(mark)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
