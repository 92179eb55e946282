"""Ports: the one that citizens use must be free, those between our own processes are chosen.

Only the standard library and no newer syntax than Python 3.8's: `scripts/bootstrap.py` asks before anything is
installed.
"""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Mapping

from bot.errors import ConfigurationError

LOOPBACK = "127.0.0.1"
CHOOSE_FROM = range(21000, 32000)
"""Below the range from which Linux gives ports to outgoing connections (32768 on): a port that we chose is still free
when its program has to start again."""


def require_free(host: str, port: int, variable: str) -> None:
    """Check that we may listen there.

    Raises:
        ConfigurationError: in use, not allowed, or not an address of this machine.
    """
    where = f"port {port} on {host}"
    try:
        _bind(host, port)
    except socket.gaierror as error:
        raise ConfigurationError(f"HOST={host}: is not a name or address of this machine") from error
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: f"{where} is in use by another program: stop that one, or choose another port, "
            f"for instance {variable}={port + 10 if port < 65000 else 8090}",
            errno.EACCES: f"{where} needs rights that this user has not: choose a port from 1024 on with {variable}",
            errno.EADDRNOTAVAIL: f"HOST={host}: is not an address of this machine",
        }
        number = error.errno or 0
        raise ConfigurationError(reasons.get(number, f"{where} cannot be used: {error.strerror}")) from error


def is_free(host: str, port: int) -> bool:
    """Whether we may listen there now."""
    try:
        _bind(host, port)
    except OSError:
        return False
    return True


def choose(taken: set[int]) -> int:
    """A free loopback port that is not among `taken`, and is put there.

    Raises:
        ConfigurationError: none was found.
    """
    for port in random.sample(CHOOSE_FROM, 200):
        if port not in taken and is_free(LOOPBACK, port):
            taken.add(port)
            return port
    raise ConfigurationError(f"no free port on {LOOPBACK} between {CHOOSE_FROM.start} and {CHOOSE_FROM.stop - 1}")


def wanted(environ: Mapping[str, str], variable: str) -> int:
    """The port that a variable asks for, 0 if it asks for none.

    Raises:
        ConfigurationError: it is not a port.
    """
    text = environ.get(variable) or "0"
    if not text.isdecimal() or int(text) > 65535:
        raise ConfigurationError(f"{variable}={text}: a port is a number from 0 to 65535")
    return int(text)


def local(host: str) -> str:
    """The address under which this machine reaches what listens on `host`, as it stands in a URL."""
    if host in {"", "0.0.0.0"}:  # noqa: S104 - compared, not bound
        return LOOPBACK
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host


def _bind(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the servers do: a port whose last connections still linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        probe.listen(1)
