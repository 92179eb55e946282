"""What other commands learn of the running processes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.supervisor import state
from bot.supervisor.state import Running, State

SAMPLE = State(
    supervisor=41,
    address="http://127.0.0.1:8080",
    monitor="http://127.0.0.1:8081",
    processes={"gateway": Running(42, 8080)},
    environ={"PORT": "8080", "GUICHET_RASA_URL": "http://127.0.0.1:21041"},
)


def test_a_second_supervisor_is_refused(tmp_path: Path) -> None:
    """Two supervisors of one data folder are one too many; the second is told where the first is."""
    with state.alone(tmp_path):
        state.write(tmp_path, SAMPLE)
        with pytest.raises(ConfigurationError) as refused, state.alone(tmp_path):
            pass

    assert str(refused.value).startswith("Guichet runs already on http://127.0.0.1:8080 (process 41)")


def test_the_state_is_read_back_while_its_supervisor_lives(tmp_path: Path) -> None:
    """What was written is what other commands read."""
    with state.alone(tmp_path):
        state.write(tmp_path, SAMPLE)
        found = state.read(tmp_path)

    assert found == SAMPLE


def test_a_dead_supervisors_state_is_not_believed(tmp_path: Path) -> None:
    """A state file that a killed supervisor left behind says nothing."""
    with state.alone(tmp_path):
        state.write(tmp_path, SAMPLE)

    assert state.read(tmp_path) is None


def test_a_damaged_state_is_not_believed(tmp_path: Path) -> None:
    """A state file that is no JSON says nothing."""
    with state.alone(tmp_path):
        (tmp_path / "run" / "processes.json").write_text("{")
        found = state.read(tmp_path)

    assert found is None


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """The state holds the token of the run."""
    state.write(tmp_path, SAMPLE)
    mode = stat.S_IMODE((tmp_path / "run" / "processes.json").stat().st_mode)

    assert mode == 0o600


def test_what_is_set_by_hand_stays(tmp_path: Path) -> None:
    """A command's own environment wins over that of the running processes."""
    with state.alone(tmp_path):
        state.write(tmp_path, SAMPLE)
        found = state.surroundings({"PORT": "9999", "LANG": "C"}, tmp_path)

    assert found == {"PORT": "9999", "LANG": "C", "GUICHET_RASA_URL": "http://127.0.0.1:21041"}
