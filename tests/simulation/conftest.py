"""Simulated towns, made once for all tests of this folder. Imported without Rasa too, so the simulation waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.simulation.towns import Filled


@pytest.fixture(scope="session")
def three_days(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Three usual days."""
    from tests.simulation.towns import filled, run_of

    return asyncio.run(filled(tmp_path_factory.mktemp("three"), run_of(3)))


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """Three weeks with every fact planted."""
    from bot.simulation.plants import Plant
    from tests.simulation.towns import filled, run_of

    return asyncio.run(filled(tmp_path_factory.mktemp("planted"), run_of(21, contacts=30, plants=tuple(Plant))))
