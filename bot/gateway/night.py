"""What is done once a night: personal data whose time is over is removed."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta
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


def next_night(after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of `AT` in a zone that is later than `after`."""
    local = after.astimezone(zone)
    night = datetime.combine(local.date(), AT, zone)
    return night if night > local else datetime.combine(local.date() + timedelta(days=1), AT, zone)


async def nightly(subjects: Subjects, retention: Retention, zone: ZoneInfo, clock: Clock = now) -> None:
    """Purge every night, until cancelled; a night that failed is tried again every few minutes."""
    due = next_night(clock(), zone)
    while True:
        await asyncio.sleep(min(LOOK_EVERY.total_seconds(), max(1.0, (due - clock()).total_seconds())))
        if clock() < due:
            continue
        try:
            removed = await subjects.purge(clock(), ages(retention))
        except Exception:
            log.exception("night.purge_failed")
        else:
            log.info("night.purged", **{f"{table}_rows": count for table, count in removed.items()})
            due = next_night(clock(), zone)
