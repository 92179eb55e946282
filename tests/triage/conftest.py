"""What the project's own examples teach, all of them: learnt once for the tests that ask how letters are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import safety
from bot.settings import read_office
from bot.triage import examples, learning
from bot.triage.reading import Triage

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def taught() -> Triage:
    office = read_office(ROOT / "office.yml")
    return Triage(learning.learn(examples.load(ROOT / learning.FOLDER, office.services)), safety.load())
