"""Where the Rasa processes are."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.errors import ConfigurationError

VARIABLE = "GUICHET_RASA_URL"
DEFAULT_RASA_URL = "http://127.0.0.1:5005"
MAX_RASA_URLS = 64


def rasa_urls(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses of the environment. Raises: see `read_urls`."""
    return read_urls(environ.get(VARIABLE) or DEFAULT_RASA_URL)


def read_urls(text: str) -> tuple[str, ...]:
    """The addresses of Rasa processes in a list with commas, each once.

    Raises:
        ConfigurationError: there is none, there are too many, or one is no address of a server.
    """
    urls = tuple(dict.fromkeys(one.strip().rstrip("/") for one in text.split(",") if one.strip()))
    if not 0 < len(urls) <= MAX_RASA_URLS:
        raise ConfigurationError(f"{VARIABLE}: names {len(urls)} addresses; 1 to {MAX_RASA_URLS} are possible")
    for url in urls:
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", url):
            raise ConfigurationError(f"{VARIABLE}: {url!r} does not read http://host:port")
    return urls
