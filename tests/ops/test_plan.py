"""What is started on one machine, and on which ports."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.settings import Settings, load
from bot.supervisor import ports
from bot.supervisor.plan import make_plan
from tests.ops.programs import ROOT

ONE = "GUICHET_RASA_PROCESSES"


def settings(folder: Path, **environ: str) -> tuple[Settings, dict[str, str]]:
    full = {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(folder), ONE: "1", **environ}
    return load(full), full


@contextmanager
def occupied(host: str = "127.0.0.1") -> Iterator[int]:
    """A port that another program listens on."""
    with closing(socket.create_server((host, 0))) as other:
        yield other.getsockname()[1]


def test_the_parts_find_each_other(tmp_path: Path) -> None:
    """Every program gets the same addresses and token, and its ping is where it will listen."""
    plan = make_plan(*settings(tmp_path, PORT="0"))
    gateway, actions, rasa = plan.programs

    assert [program.name for program in plan.programs] == ["gateway", "actions", "rasa"]
    assert rasa.environ["GUICHET_RASA_URL"] == gateway.environ["GUICHET_RASA_URL"] == f"http://127.0.0.1:{rasa.port}"
    assert rasa.environ["GUICHET_RASA_TOKEN"] == gateway.environ["GUICHET_RASA_TOKEN"]
    assert gateway.environ["GUICHET_ACTIONS_URL"] == f"http://127.0.0.1:{actions.port}"
    assert plan.address == f"http://127.0.0.1:{gateway.port}"
    assert len({gateway.port, actions.port, rasa.port, int(gateway.environ["GUICHET_MONITOR_PORT"])}) == 4


def test_several_rasas(tmp_path: Path) -> None:
    """Each has a name and a port of its own, and the gateway is told of all."""
    plan = make_plan(*settings(tmp_path, PORT="0", GUICHET_RASA_PROCESSES="3"))
    gateway, _, *rasas = plan.programs

    assert [program.name for program in rasas] == ["rasa-1", "rasa-2", "rasa-3"]
    assert {program.command[-2:] for program in rasas} == {("serve", "rasa")}
    assert len({program.port for program in plan.programs}) == 5
    assert gateway.environ["GUICHET_RASA_URL"] == ",".join(f"http://127.0.0.1:{program.port}" for program in rasas)
    assert [program.environ["GUICHET_RASA_PORT"] for program in rasas] == [str(program.port) for program in rasas]
    assert all(f":{program.port}/status" in program.ping_url for program in rasas)


def test_a_program_for_a_new_model(tmp_path: Path) -> None:
    """What takes over has a port that nobody has, and loads the copy that it is given."""
    plan = make_plan(*settings(tmp_path, PORT="0"))
    assert plan.workers
    built = plan.workers.build("rasa.new", 0, tmp_path / "copy.tar.gz")

    assert built.port not in {program.port for program in plan.programs}
    assert built.environ["GUICHET_RASA_MODEL"] == str(tmp_path / "copy.tar.gz")
    assert plan.workers.url(built) == f"http://127.0.0.1:{built.port}"


@pytest.mark.parametrize("text", ["0", "many", "-1", "33", "1.5"])
def test_a_wrong_number_of_rasas_is_one_sentence(tmp_path: Path, text: str) -> None:
    """What is no number of processes is named with its variable."""
    with pytest.raises(ConfigurationError, match="GUICHET_RASA_PROCESSES="):
        make_plan(*settings(tmp_path, PORT="0", GUICHET_RASA_PROCESSES=text))


def test_secrets_are_not_in_the_command(tmp_path: Path) -> None:
    """`ps` shows no token: it travels in the environment."""
    plan = make_plan(*settings(tmp_path, PORT="0"))
    token = plan.environ["GUICHET_RASA_TOKEN"]

    assert len(token) >= 32
    assert not any(token in argument for program in plan.programs for argument in program.command)


def test_rasa_does_not_report_home(tmp_path: Path) -> None:
    """Telemetry is off wherever Rasa is started."""
    plan = make_plan(*settings(tmp_path, PORT="0"))

    assert {program.environ["RASA_TELEMETRY_ENABLED"] for program in plan.programs} == {"false"}


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    """A port that another program has is named before anything is started, with a way out."""
    with occupied() as port, pytest.raises(ConfigurationError) as refused:
        make_plan(*settings(tmp_path, PORT=str(port)))
    told = str(refused.value)

    assert told.startswith(f"port {port} on 127.0.0.1 is in use by another program")
    assert "PORT=" in told


def test_a_busy_monitor_port_is_replaced(tmp_path: Path) -> None:
    """Nobody asked for the port beside PORT, so a busy one does not stop the start."""
    with occupied() as busy:
        plan = make_plan(*settings(tmp_path, PORT=str(busy - 1)))

    assert plan.monitor != f"http://127.0.0.1:{busy}"


def test_a_monitor_port_asked_for_is_kept(tmp_path: Path) -> None:
    """A monitor port that was asked for and is busy stops the start."""
    with occupied() as busy, pytest.raises(ConfigurationError, match="GUICHET_MONITOR_PORT="):
        make_plan(*settings(tmp_path, PORT="0", GUICHET_MONITOR_PORT=str(busy)))


def test_ports_by_environment(tmp_path: Path) -> None:
    """GUICHET_RASA_PORT and GUICHET_ACTIONS_PORT fix what would be chosen."""
    taken: set[int] = set()
    rasa_port, actions_port = ports.choose(taken), ports.choose(taken)
    wishes = {"GUICHET_RASA_PORT": str(rasa_port), "GUICHET_ACTIONS_PORT": str(actions_port)}
    plan = make_plan(*settings(tmp_path, PORT="0", **wishes))

    assert [program.port for program in plan.programs[1:]] == [actions_port, rasa_port]


def test_a_part_elsewhere_is_not_started_twice(tmp_path: Path) -> None:
    """With Rasa on another machine, everything at once is refused with the command that is meant."""
    with pytest.raises(ConfigurationError, match="GUICHET_RASA_URL is set"):
        make_plan(*settings(tmp_path, PORT="0", GUICHET_RASA_URL="http://rasa.internal:5005"))


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_a_foreign_host_is_one_sentence(tmp_path: Path, host: str) -> None:
    """A HOST that is not of this machine is named."""
    with pytest.raises(ConfigurationError, match=f"HOST={host}"):
        make_plan(*settings(tmp_path, PORT=str(ports.choose(set())), HOST=host))


@pytest.mark.parametrize("text", ["x", "70000", "-1"])
def test_a_wrong_port_is_one_sentence(tmp_path: Path, text: str) -> None:
    """A port that is none is named with its variable."""
    with pytest.raises(ConfigurationError, match="GUICHET_RASA_PORT="):
        make_plan(*settings(tmp_path, PORT="0", GUICHET_RASA_PORT=text))


@pytest.mark.parametrize(
    ("host", "reached"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]")]
)
def test_how_this_machine_reaches_itself(host: str, reached: str) -> None:
    """What listens everywhere is reached on loopback."""
    found = ports.local(host)

    assert found == reached


def test_chosen_ports_differ() -> None:
    """A port is not chosen twice, and stays outside those that Linux gives to outgoing connections."""
    taken: set[int] = set()
    chosen = [ports.choose(taken) for _ in range(50)]

    assert len(set(chosen)) == 50
    assert max(chosen) < 32768
