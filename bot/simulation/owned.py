"""Whether a database may be filled: what a simulation has made of it, and whether anybody else's citizens are in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, and_, func, or_, select

from bot.errors import ConfigurationError
from bot.simulation.calendar import MAIL
from bot.simulation.citizens import KEY, MAIL_KEY
from bot.simulation.plants import Plant
from bot.store.sql import Store
from bot.store.tables import conversations

PLACE = "simulation"
"""The name under which the cursors keep what a simulation has made of a database."""
HOLDER = "simulation"
HELD = timedelta(days=1)


class Run(Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of a simulation: the same run makes the same town."""

    seed: int
    first: date
    days: int
    contacts_per_day: int
    plants: tuple[Plant, ...] = ()


class Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """A run that was begun in a database, and how far it came."""

    run: Run
    done: int = 0
    """Days that are whole."""

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end."""
        return self.done == self.run.days


async def is_free(store: Store, run: Run) -> bool:
    """Whether a database may be filled; False if exactly this run has filled it already, and there is nothing to do.

    A run that was cut short is not gone on with: half a day of a town cannot be told from a whole one.

    Raises:
        ConfigurationError: it holds conversations that no simulation made, another run, or one that was cut short.
    """
    kept = await read(store)
    if foreign := await store.database.read(_foreign):
        raise ConfigurationError(
            f"the database holds {foreign} conversations that no simulation made; name a new one with --into"
        )
    if kept is not None:
        if kept.is_whole and kept.run == run:
            return False
        how = (
            "is filled by another simulation"
            if kept.is_whole
            else f"holds a simulation cut short on day {kept.done + 1}"
        )
        raise ConfigurationError(f"the database {how} (seed {kept.run.seed}); name a new one with --into")
    if await store.conversations.count():
        raise ConfigurationError(
            "the database holds simulated conversations of an unknown run; name a new one with --into"
        )
    return True


async def keep(store: Store, kept: Kept, now: datetime) -> None:
    """Note down how far a run has come.

    Raises:
        ConfigurationError: another simulation fills this database now.
    """
    if not await store.cursors.hold(PLACE, HOLDER, now, HELD):
        raise ConfigurationError("another simulation fills this database now")
    await store.cursors.write(PLACE, HOLDER, msgspec.json.encode(kept).decode())


async def read(store: Store) -> Kept | None:
    """What a simulation has made of a database; None if none was begun.

    Raises:
        ConfigurationError: what stands there is another version's.
    """
    found = await store.cursors.read(PLACE)
    try:
        return msgspec.json.decode(found, type=Kept) if found else None
    except msgspec.MsgspecError as error:
        raise ConfigurationError("the database was filled by another version; name a new one with --into") from error


def _foreign(connection: Connection) -> int:
    """How many conversations are not of simulated addresses."""
    key = conversations.c.address_key
    mail = and_(conversations.c.channel == MAIL, key.startswith(MAIL_KEY, autoescape=True))
    ours = or_(key.startswith(KEY, autoescape=True), mail)
    return int(connection.execute(select(func.count()).select_from(conversations).where(~ours)).scalar_one())
