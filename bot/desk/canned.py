"""The canned replies of a town, from the file that `desk.replies` names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot import mistakes
from bot.agents import Agent
from bot.errors import ConfigurationError
from bot.settings import Office


class Canned(Struct, frozen=True, forbid_unknown_fields=True):
    """A reply that agents insert: `key` is what they type behind « / »."""

    key: Annotated[str, Meta(pattern=mistakes.CODE)]
    title: Annotated[str, Meta(min_length=1)]
    text: Annotated[str, Meta(min_length=1)]
    services: tuple[str, ...] = ()


class Replies(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    replies: tuple[Canned, ...] = ()


def load(office: Office, root: Path) -> tuple[Canned, ...]:
    """The replies of a town whose `office.yml` stands in `root`; none if it names no file.

    Raises:
        ConfigurationError: the file is missing or wrong, names a service that is not there, or a key twice.
    """
    if not office.desk.replies:
        return ()
    path = root / office.desk.replies
    raw = mistakes.read(path)
    try:
        replies = msgspec.convert(raw or {}, Replies).replies
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {mistakes.told(str(error), raw, Replies)}") from error
    seen: set[str] = set()
    for reply in replies:
        if reply.key in seen:
            raise ConfigurationError(f"{path}: the key {reply.key} stands there twice")
        seen.add(reply.key)
        for code in reply.services:
            if code not in office.services:
                raise ConfigurationError(f"{path}: {reply.key}: there is no service {code} in office.yml")
    return replies


def for_agent(replies: tuple[Canned, ...], agent: Agent) -> list[Canned]:
    """Those that an agent sees."""
    return [reply for reply in replies if not reply.services or any(map(agent.serves, reply.services))]
