"""Requests that we make ourselves: replies, posted where a client wants them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from bot.clock import Clock
from bot.errors import ConfigurationError, SendFailed, SendRefused, SendUnsure
from channels.api.signing import signed_headers

PATIENCE = aiohttp.ClientTimeout(total=15, sock_connect=5)
LONGEST_WISH = timedelta(hours=1)
"""A `Retry-After` beyond it is cut to it: a slip of theirs must not silence a conversation for a year."""
LATER = frozenset({401, 403, 408, 425, 429})
"""What of 4xx may pass: their secrets are being changed, their clock is set right, the rush is over."""
_SECONDS = re.compile(r"[0-9]{1,9}")


class Callbacks:
    """The addresses at which clients want their replies, and the key that signs each one's."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        urls: Mapping[str, str],
        keys: Mapping[str, bytes],
        clock: Clock,
        patience: aiohttp.ClientTimeout = PATIENCE,
    ) -> None:
        """Raises: ConfigurationError, where a URL is none."""
        for client, url in urls.items():
            _require_address(client, url)
        self.urls = dict(urls)
        self._http = http
        self._keys = dict(keys)
        self._clock = clock
        self._patience = patience

    async def post(self, client: str, key: str, body: Mapping[str, object]) -> None:
        """Hand something over, under a key that is the same at every attempt.

        Raises:
            SendRefused: the client does not take it, and will not.
            SendFailed: not now.
            SendUnsure: not heard whether it did.
        """
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        headers = signed_headers(client, self._keys[client], key, self._clock(), content)
        headers["content-type"] = "application/json"
        try:
            async with self._http.post(
                self.urls[client], data=content, headers=headers, allow_redirects=False, timeout=self._patience
            ) as response:
                self._settle(client, response.status, response.headers.get("Retry-After", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendFailed(f"the callback of {client} cannot be reached") from error
        except aiohttp.InvalidURL as error:
            raise SendRefused(f"the callback of {client} is no address") from error
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise SendUnsure(f"the callback of {client} took a request and gave no answer") from error

    def _settle(self, client: str, status: int, wish: str) -> None:
        """What a status means; nothing if the client has it."""
        said = f"the callback of {client} answers {status}"
        if 200 <= status < 300:
            return
        if 400 <= status < 500 and status not in LATER:
            raise SendRefused(said)
        # The limit is the callback's, but with several clients "everyone" would silence the others too.
        raise SendFailed(said, retry_after(wish, self._clock()), everyone=status == 429 and len(self.urls) == 1)


def retry_after(text: str, now: datetime) -> timedelta | None:
    """How long a `Retry-After` header asks to wait, in seconds or as a date; None if it says nothing we can read."""
    text = text.strip()
    if _SECONDS.fullmatch(text):
        wait = timedelta(seconds=int(text))
    else:
        try:
            until = parsedate_to_datetime(text)
        except (TypeError, ValueError, IndexError, OverflowError):
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=timezone.utc)) - now
    return min(max(wait, timedelta()), LONGEST_WISH)


def _require_address(client: str, url: str) -> None:
    """Raises: ConfigurationError."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise ConfigurationError(f"channels.api.clients.{client}.callback: is no address: it begins with https://")
