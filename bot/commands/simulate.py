"""`guichet simulate`: fill a demo town with believable traffic through the real pipeline."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import time
import warnings
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
from rich.console import Console

from bot import clock
from bot.errors import ConfigurationError, StoreError
from bot.settings import Settings, load
from bot.supervisor import state

if TYPE_CHECKING:
    from bot.simulation.owned import Run
    from bot.simulation.plants import Truth

MOST_DAYS = 366
MOST_CONTACTS = 5000
TRUTH = "simulation.json"
"""In the data folder, where nothing else is named."""


def simulate(
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days.")] = 30,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed makes the same town.")] = 1,
    contacts_per_day: Annotated[
        int, typer.Option(min=1, max=MOST_CONTACTS, help="Contacts of a day, on the mean over a usual week.")
    ] = 150,
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day, as 2026-11-27; yesterday by default.")] = "",
    plant: Annotated[
        str, typer.Option(help="Facts for the figures to find: topic,late,silence,strike,flood; all or none.")
    ] = "",
    into: Annotated[
        str, typer.Option(metavar="URL", help="A new database, such as sqlite:///demo.db; by default the town's own.")
    ] = "",
    truth: Annotated[
        Path | None, typer.Option(help="Where the truth about planted facts is written; simulation.json by default.")
    ] = None,
) -> None:
    """Fill a demo town with citizens, letters and agents' work: every page can then be shown full.

    Everything goes the real way, with a clock of its own and without any socket; docs/simulation.md says what differs. A
    database that holds anybody else's conversations is refused, and so is one whose gateway runs. Nothing leaves the machine.
    """
    settings = load()
    if importlib.util.find_spec("rasa_sdk") is None:
        raise ConfigurationError(
            "the actions of Rasa are not installed here: a simulation runs on Python 3.10, see `make setup`"
        )
    from bot.simulation.owned import Run
    from bot.simulation.plants import LEAST_DAYS, read_plants, require_days

    last = _day(until) if until else clock.now().astimezone(settings.office.zone).date() - timedelta(days=1)
    plants = read_plants(plant or ("all" if days >= LEAST_DAYS else "none"))
    require_days(plants, days)
    try:
        run = Run(seed, last - timedelta(days=days - 1), days, contacts_per_day, plants)
    except OverflowError as error:
        raise ConfigurationError(f"--until {until}: so many days before it there is no calendar") from error
    file = truth or settings.data / TRUTH
    with contextlib.ExitStack() as stack:
        if into:
            url = into if "://" in into else f"sqlite:///{Path(into).absolute()}"
            settings = load({**os.environ, "GUICHET_DATABASE_URL": url})
        else:
            # A gateway that runs would answer the simulated citizens too.
            stack.enter_context(state.alone(settings.data))
        stack.enter_context(_quiet())
        try:
            found = asyncio.run(_fill(settings, run))
        except StoreError as error:
            raise ConfigurationError(f"the database: {error or type(error).__name__}") from error
    _tell(found, run, file)


async def _fill(settings: Settings, run: Run) -> Truth | None:
    from bot.simulation.filling import fill

    console, began = Console(), time.monotonic()

    def tell(day: date, contacts: int) -> None:
        console.print(f"  {day}  {contacts:5} contacts   {time.monotonic() - began:6.0f} s", markup=False)

    return await fill(settings, run, tell)


def _tell(found: Truth | None, run: Run, file: Path) -> None:
    from bot.simulation.plants import write_truth

    console = Console()
    if found is None:
        console.print("The database holds exactly this simulation already: nothing to do.")
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_truth(found, file)
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be written ({error.strerror})") from error
    console.print(
        f"{found.contacts} contacts from {found.first} to {found.last}; what is planted: {file}", markup=False
    )
    console.print("`guichet agents reset demo.responsable` gives the supervisor of the demonstration a password.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--until {text}: a day reads 2026-11-27") from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Thousands of messages are logged nowhere but for what is wrong."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        with warnings.catch_warnings():
            # Rasa's libraries are old, and warn of each other while they are imported.
            import bot.simulation.filling  # noqa: F401

            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        structlog.configure(**before)
