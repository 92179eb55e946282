"""The Bot API as we use it: python-telegram-bot's `Bot`, and what its errors mean to those who send."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import telegram
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.errors import MediaFailed, MediaRefused, SendError, SendFailed, SendRefused, SendUnsure

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
POLL_SECONDS = 25
"""How long Telegram holds a request for updates when there are none."""
DOWNLOAD_SECONDS = 60.0
CONNECTIONS = 20
UPDATES_AT_ONCE = 100
MAX_WAIT = timedelta(hours=6)
"""The longest that Telegram's own wish to wait is believed."""
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""What happens before a request goes out."""


class Limited(TelegramError):
    """Too many messages; `wait` is how long Telegram wants us to be silent."""

    def __init__(self, wait: timedelta | None) -> None:
        super().__init__("too many requests")
        self.wait = wait


class Unavailable(TelegramError):
    """An HTTP error that is Telegram's own trouble, or that of something in between."""


class Unreadable(TelegramError):
    """A success that nobody can read."""


class Transport(HTTPXRequest):
    """HTTP as python-telegram-bot does it, with the status read before it is lost in an error's text."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Status and body of a success, or of an error that Telegram explains.

        Raises:
            Limited: PTB's own `RetryAfter` warns of its future whenever it is made (22.2).
            Unavailable: nothing that was sent has been taken.
        """
        status, body = await super().do_request(*args, **kwargs)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise Limited(_wait(body))
        # A proxy's 403 would otherwise count as "blocked by the citizen".
        if not httpx.codes.is_success(status) and (status >= 500 or _explained(body) is None):
            raise Unavailable(f"HTTP {status}")
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What Telegram answered; unlike the original, nothing of it is logged.

        Raises:
            Unreadable: it is no answer.
        """
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError) as error:
            raise Unreadable("not JSON") from error
        if not isinstance(answer, dict) or (answer.get("ok") is not False and "result" not in answer):
            raise Unreadable("not an answer")
        return answer


class Client(telegram.Bot):
    """A `Bot` that asks for nothing when it opens, and that gives updates as they came."""

    def __init__(self, url: str, token: str, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._answer_seconds = answer_seconds
        self._transports = (_transport(1, answer_seconds), _transport(CONNECTIONS, answer_seconds))
        # httpx notes every address at INFO, and Telegram's hold the token; PTB notes texts at DEBUG.
        for name in ("httpx", "telegram"):
            logging.getLogger(name).setLevel(logging.WARNING)
        super().__init__(
            token,
            base_url=f"{url.rstrip('/')}/bot",
            base_file_url=f"{url.rstrip('/')}/file/bot",
            request=self._transports[1],
            get_updates_request=self._transports[0],
        )
        self._files = httpx.AsyncClient(timeout=httpx.Timeout(answer_seconds, connect=CONNECT_SECONDS))

    async def close_connections(self) -> None:
        """Hang up. `Bot.shutdown` would only do so after `Bot.initialize`, which fails while Telegram is away."""
        for transport in self._transports:
            await transport.shutdown()
        await self._files.aclose()

    async def updates(self, offset: int | None, kinds: Sequence[str]) -> list[dict[str, Any]]:
        """The unconfirmed updates from `offset` on; everything below it is confirmed and gone.

        `Bot.get_updates` fails as a whole if it stumbles over one update, and then logs them all.

        Raises:
            TelegramError: as `Bot.get_updates`.
        """
        found = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": POLL_SECONDS, "limit": UPDATES_AT_ONCE, "allowed_updates": list(kinds)},
            read_timeout=POLL_SECONDS + self._answer_seconds,
        )
        if not isinstance(found, list):
            raise Unreadable("not a list of updates")
        return [one for one in found if isinstance(one, dict) and isinstance(one.get("update_id"), int)]

    async def download(self, file_id: str, limit_bytes: int) -> bytes:
        """A file that a citizen sent.

        Raises:
            MediaRefused: gone or larger than the limit.
            MediaFailed: for now.
        """
        file = await self._file(file_id)
        if (file.file_size or 0) > limit_bytes:
            raise MediaRefused("more than may be fetched", "file_too_large")
        if not file.file_path:
            raise MediaFailed("a file without a path")
        try:
            return await asyncio.wait_for(self._read(file.file_path, limit_bytes), DOWNLOAD_SECONDS)
        except (httpx.HTTPError, httpx.InvalidURL, asyncio.TimeoutError) as error:
            raise MediaFailed(f"the download broke off: {type(error).__name__}") from error

    async def _file(self, file_id: str) -> telegram.File:
        try:
            return await self.get_file(file_id)
        except BadRequest as error:
            said = error.message.lower()
            if "too big" in said:
                raise MediaRefused("more than Telegram hands out", "file_too_large") from error
            # "wrong file_id or the file is temporarily unavailable" is one answer for two cases.
            if "temporarily" in said:
                raise MediaFailed("Telegram does not have it now") from error
            raise MediaRefused("Telegram does not have it", "file_gone") from error
        except (TelegramError, KeyError, TypeError, AttributeError, ValueError) as error:
            raise MediaFailed(f"Telegram does not say where it is: {type(error).__name__}") from error

    async def _read(self, url: str, limit_bytes: int) -> bytes:
        """At most so many bytes from an address. PTB's own download reads whatever comes."""
        body = bytearray()
        async with self._files.stream("GET", url, headers={"accept-encoding": "identity"}) as response:
            if response.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
                raise MediaRefused("no longer there", "file_gone")
            if response.status_code != httpx.codes.OK:
                raise MediaFailed(f"HTTP {response.status_code}")
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > limit_bytes:
                    raise MediaRefused("more than may be fetched", "file_too_large")
        return bytes(body)


def translated(error: TelegramError) -> SendError:
    """What an error means to those who send, in words without a citizen's."""
    cause = error.__cause__
    if isinstance(error, Limited):
        # Of the two limits, a second for one chat and thirty a second for all, Telegram does not say which.
        return SendFailed("Telegram wants us to wait", retry_after=error.wait)
    if isinstance(error, InvalidToken):
        return SendFailed("Telegram does not know our token", everyone=True)
    if isinstance(error, Conflict):
        return SendFailed("another program fetches this bot's messages, or a webhook is set", everyone=True)
    if isinstance(error, ChatMigrated):
        return SendRefused("the group has moved")
    if isinstance(error, (Forbidden, BadRequest)):
        return SendRefused(_reason(error))
    if isinstance(error, Unavailable):
        return SendFailed(f"Telegram is in trouble: {error.message}")
    if isinstance(cause, _UNSENT):
        return SendFailed(f"Telegram cannot be reached: {type(cause).__name__}")
    if isinstance(error, NetworkError) and cause is None:
        return SendFailed("Telegram did not take it")
    return SendUnsure(f"no answer came: {type(cause or error).__name__}")


@contextmanager
def talking() -> Iterator[None]:
    """Around a call of the Bot API: its errors as ours.

    Raises:
        SendError: what `translated` makes of it.
    """
    try:
        yield
    except TelegramError as error:
        raise translated(error) from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        # What PTB raises where a success is not of the shape that it should have.
        raise SendUnsure(f"an answer that cannot be read: {type(error).__name__}") from error


def _transport(connections: int, answer_seconds: float) -> Transport:
    return Transport(
        connection_pool_size=connections,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=answer_seconds,
        write_timeout=answer_seconds,
        pool_timeout=CONNECT_SECONDS,
    )


def _explained(body: bytes) -> dict[str, Any] | None:
    """Telegram's own account of an error, None if the body is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) and answer.get("ok") is False else None


def _wait(body: bytes) -> timedelta | None:
    """`parameters.retry_after` of an error (https://core.telegram.org/bots/api#responseparameters)."""
    parameters = (_explained(body) or {}).get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not seconds >= 0:
        return None
    return min(timedelta(seconds=min(seconds, MAX_WAIT.total_seconds())), MAX_WAIT)


def _reason(error: TelegramError) -> str:
    """Telegram's words up to the first quotation, which could be a citizen's."""
    for mark in "\"“«'":
        error_text, _, _ = error.message.partition(mark)
        if error_text != error.message:
            return error_text.strip()[:100]
    return error.message[:100]
