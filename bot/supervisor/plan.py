"""What `guichet serve` starts on one machine: the gateway, the Rasa processes and the action server, and how they find
each other.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from bot.errors import ConfigurationError
from bot.settings import Settings
from bot.settings_rasa import VARIABLE as RASA_URL
from bot.supervisor import capacity, model, ports
from bot.supervisor.changeover import Workers
from bot.supervisor.processes import Program
from bot.supervisor.supervisor import Plan

PROJECT = Path(__file__).resolve().parents[2]
"""The folder with config.yml, domain.yml, nlu/ and stories/."""
RASA_PORT = "GUICHET_RASA_PORT"
ACTIONS_PORT = "GUICHET_ACTIONS_PORT"
RASA_MODEL = "GUICHET_RASA_MODEL"
"""The model that Rasa loads, for `guichet serve` also where a new one appears; without it that of the project."""
ELSEWHERE = (RASA_URL, "GUICHET_ACTIONS_URL")
QUIET = {
    "PYTHONUNBUFFERED": "1",
    # Rasa reports to its maker unless told otherwise.
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "LOG_LEVEL_LIBRARIES": "ERROR",
}
GATEWAY_STOPS_WITHIN = timedelta(seconds=8)
"""It finishes the messages that it has begun."""


def make_plan(settings: Settings, environ: Mapping[str, str]) -> Plan:
    """The programs of one machine, on free ports.

    Raises:
        ConfigurationError: a port is in use, or the environment says that a part runs elsewhere.
    """
    for variable in ELSEWHERE:
        if environ.get(variable):
            raise ConfigurationError(
                f"{variable} is set, so that part runs elsewhere: start `guichet serve gateway`, `rasa` or `actions`"
            )
    taken: set[int] = set()
    port = settings.port or ports.choose(taken)
    ports.require_free(settings.host, port, "PORT")
    taken.add(port)
    monitor_port = _monitor_port(settings, environ, port, taken)
    count = capacity.rasa_processes(environ)
    rasa_ports = [_inner_port(environ, RASA_PORT, taken), *(ports.choose(taken) for _ in range(count - 1))]
    actions_port = _inner_port(environ, ACTIONS_PORT, taken)
    token = settings.rasa_token or secrets.token_urlsafe(32)

    monitor = f"http://{ports.local(settings.monitor_host)}:{monitor_port}"
    actions_url = f"http://{ports.LOOPBACK}:{actions_port}"
    shared = {
        "GUICHET_OFFICE": str(Path(environ.get("GUICHET_OFFICE", "office.yml")).resolve()),
        "GUICHET_DATA": str(settings.data),
        "HOST": settings.host,
        "PORT": str(port),
        "GUICHET_MONITOR_PORT": str(monitor_port),
        RASA_URL: ",".join(_url(port) for port in rasa_ports),
        "GUICHET_RASA_TOKEN": token,
        "GUICHET_ACTIONS_URL": actions_url,
    }

    def rasa(name: str, port: int, served: Path | None) -> Program:
        port = port or ports.choose(taken)
        own = {RASA_PORT: str(port), **({RASA_MODEL: str(served)} if served else {})}
        # /status answers 200 only with a model loaded; / does without one too.
        return _program(name, f"{_url(port)}/status?token={token}", port, {**shared, **own})

    names = ("rasa",) if count == 1 else tuple(f"rasa-{number}" for number in range(1, count + 1))
    return Plan(
        programs=(
            _program("gateway", f"{monitor}/live", port, shared, GATEWAY_STOPS_WITHIN),
            _program("actions", f"{actions_url}/health", actions_port, {**shared, ACTIONS_PORT: str(actions_port)}),
            *(rasa(name, port, None) for name, port in zip(names, rasa_ports, strict=True)),
        ),
        workers=Workers(
            names=names,
            model=Path(environ.get(RASA_MODEL) or model.path(PROJECT)).resolve(),
            build=rasa,
            url=lambda program: _url(program.port),
            variable=RASA_URL,
            token=token,
            config=PROJECT / "config.yml",
        ),
        address=f"http://{ports.local(settings.host)}:{port}",
        monitor=monitor,
        data=settings.data,
        environ=shared,
    )


def _program(
    name: str,
    ping_url: str,
    port: int,
    environ: Mapping[str, str],
    stop_within: timedelta = timedelta(seconds=4),
) -> Program:
    part = "rasa" if name.startswith("rasa") else name
    command = (sys.executable, "-m", "bot", "serve", part)
    return Program(name, command, ping_url, port, PROJECT, {**QUIET, **environ}, stop_within)


def _url(port: int) -> str:
    return f"http://{ports.LOOPBACK}:{port}"


def _monitor_port(settings: Settings, environ: Mapping[str, str], port: int, taken: set[int]) -> int:
    """As asked for; without a wish the next port if it is free, else any."""
    if environ.get("GUICHET_MONITOR_PORT") and settings.monitor_port:
        ports.require_free(settings.monitor_host, settings.monitor_port, "GUICHET_MONITOR_PORT")
        taken.add(settings.monitor_port)
        return settings.monitor_port
    following = port + 1
    if settings.port and following < 65536 and ports.is_free(settings.monitor_host, following):
        taken.add(following)
        return following
    return ports.choose(taken)


def _inner_port(environ: Mapping[str, str], variable: str, taken: set[int]) -> int:
    port = ports.wanted(environ, variable)
    if not port:
        return ports.choose(taken)
    ports.require_free(ports.LOOPBACK, port, variable)
    taken.add(port)
    return port
