"""The Graph API's client: tokens in a header and never in an address, errors in our words."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from yarl import URL

from bot.errors import SendError, SendFailed, SendRefused, SendUnsure
from bot.settings_channels import GraphApi
from channels.meta.codes import Verdict, meaning

TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)
LONGEST_HINT = timedelta(hours=1)
"""A longer wish to be left alone is asked about again after that."""


class Graph:
    """Asks one version of the Graph API with one token."""

    def __init__(self, http: aiohttp.ClientSession, api: GraphApi, token: str) -> None:
        self.home = URL(api.url)
        self.http = http
        self._version = api.version
        self._token = token

    @property
    def authorization(self) -> dict[str, str]:
        """The header that says who we are."""
        return {"Authorization": f"Bearer {self._token}"}

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        """Read an object.

        Raises:
            SendError: as for `post`.
        """
        return _believe(*await self._ask("GET", path, None, params, None))

    async def post(self, path: str, body: Mapping[str, object], token: str | None = None) -> dict[str, Any]:
        """Do something, as the holder of `token` if it is not ours.

        Raises:
            SendRefused: for good.
            SendFailed: for now.
            SendUnsure: for now, and it may be done.
        """
        return _believe(*await self._ask("POST", path, body, {}, token))

    async def attempt(self, path: str, body: Mapping[str, object], code: int, token: str | None = None) -> bool:
        """Do something that may be refused with one code: whether it was done.

        Raises:
            SendError: as for `post`, for anything else.
        """
        status, data, headers = await self._ask("POST", path, body, {}, token)
        error = data.get("error")
        if isinstance(error, dict) and error.get("code") == code:
            return False
        _believe(status, data, headers)
        return True

    async def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None, params: Mapping[str, str], token: str | None
    ) -> tuple[int, dict[str, Any], Mapping[str, str]]:
        url = self.home / self._version / path
        headers = {"Authorization": f"Bearer {token}"} if token else self.authorization
        try:
            async with self.http.request(
                method, url, json=body, params=params, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                status, answered = response.status, response.headers.copy()
                raw = await response.read()
        # The order counts: a connection that was never made is a timeout and an OSError too.
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise SendFailed(f"the Graph API cannot be reached: {type(error).__name__}") from None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise SendUnsure(f"the Graph API did not answer: {type(error).__name__}") from None
        return status, _object(raw), answered


def _believe(status: int, data: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """An answer, if it is one."""
    if not 200 <= status < 300 or "error" in data:
        raise refusal(status, data, headers)
    if not data:
        raise SendUnsure("the Graph API's answer cannot be read")
    return data


def refusal(status: int, data: Mapping[str, Any], headers: Mapping[str, str]) -> SendError:
    """An error's answer as what the caller can do about it. Their words stay out: they may quote the citizen's."""
    found = data.get("error")
    error: Mapping[str, Any] = found if isinstance(found, dict) else {}
    code, subcode = _integer(error.get("code")), _integer(error.get("error_subcode"))
    known = meaning(code, subcode, status, error.get("is_transient") is True)
    text = f"{known.words} (HTTP {status}, code {code}, subcode {subcode})"
    if known.verdict is Verdict.NEVER and not error:
        # The API explains every refusal: this is somebody else's, such as a proxy's, or a wrong address.
        return SendFailed(f"an answer that is not the Graph API's (HTTP {status})")
    if known.verdict is Verdict.NEVER:
        return SendRefused(text)
    if known.verdict is Verdict.UNSURE:
        return SendUnsure(text)
    return SendFailed(text, _hint(headers) or known.wait, everyone=known.verdict is Verdict.EVERYONE)


def _hint(headers: Mapping[str, str]) -> timedelta | None:
    """How long they want to be left alone.

    `X-Business-Use-Case-Usage` holds minutes for each account
    (https://developers.facebook.com/docs/graph-api/overview/rate-limiting, read 28 November 2026).
    """
    seconds = _number(headers.get("Retry-After"))
    usage = _object((headers.get("X-Business-Use-Case-Usage") or "").encode())
    for uses in usage.values():
        for use in uses if isinstance(uses, list) else ():
            if isinstance(use, dict):
                seconds = max(seconds, 60 * _number(use.get("estimated_time_to_regain_access")))
    return min(timedelta(seconds=seconds), LONGEST_HINT) if seconds else None


def _number(given: object) -> float:
    """A number that is no less than 0, and no more than a day's seconds; 0 for anything else."""
    try:
        number = float(given) if isinstance(given, str | int | float) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return min(number, 86_400.0) if math.isfinite(number) and number > 0 else 0.0


def _integer(given: object) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _object(raw: bytes) -> dict[str, Any]:
    """An object in JSON, {} for anything else."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
