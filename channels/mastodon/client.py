"""HTTP to a Mastodon server: requests, their failures in our words, the stream and media."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ClientTimeout
from aiohttp.client_exceptions import ConnectionTimeoutError

from bot.clock import Clock
from bot.errors import MediaFailed, MediaRefused, SendError, SendFailed, SendRefused, SendUnsure
from channels.mastodon.stream import StreamLost

ANSWER = timedelta(seconds=15)
"""How long an answer may take."""
MEDIA_TIMEOUT = ClientTimeout(total=60, sock_connect=5, sock_read=15)
MAX_ANSWER_BYTES = 20_000_000
MAX_REDIRECTS = 3
"""A server that has not kept a remote image sends on to where it is."""
LONGEST_WAIT = timedelta(hours=3)
"""Of the periods that Mastodon's limits have, the longest that concerns us."""
STREAM = "/api/v1/streaming/user/notification"
_SECURE = {"wss": "https", "https": "https"}
_PLAIN = {"ws": "http", "http": "http"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one request."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def taken(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300

    def data(self) -> object:
        """The body's JSON, None if it is none."""
        try:
            found: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found

    def failure(self, now: datetime) -> SendError:
        """Why it did not, by what can be done about it. Of the body, which may repeat a citizen's words, nothing is kept."""
        said = f"the server answers {self.status}"
        if self.status == 429:
            return SendFailed(said, retry_after=self._wait(now), everyone=True)
        if self.status in (401, 403):
            # A token that was revoked, lacks a scope, or an account that is suspended: ours to repair, and no citizen's
            # fault. Somebody who blocks us does not show here.
            return SendFailed(f"{said}: the token is not (or no longer) good for this", everyone=True)
        if self.status >= 500:
            return SendFailed(said, retry_after=self._wait(now))
        if self.status == 404 or 300 <= self.status < 400:
            return SendFailed(f"{said}: is the address of the instance right?", everyone=True)
        return SendRefused(said)

    def _wait(self, now: datetime) -> timedelta | None:
        """https://docs.joinmastodon.org/api/rate-limits/: when the limit ends, as ISO 8601."""
        try:
            until = datetime.fromisoformat(self.headers["X-RateLimit-Reset"].replace("Z", "+00:00"))
            wait = until - now
        except (KeyError, ValueError, TypeError):
            seconds = self.headers.get("Retry-After", "")
            if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 7):
                return None
            wait = timedelta(seconds=int(seconds))
        return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


class Api:
    """One account's door to its server."""

    def __init__(
        self, http: ClientSession, instance: str, token: str, clock: Clock, answer: timedelta = ANSWER
    ) -> None:
        self._http = http
        self._timeout = ClientTimeout(total=answer.total_seconds(), sock_connect=5)
        self._instance = instance.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"}
        self._clock = clock

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        body: object = None,
        key: str = "",
    ) -> Answer:
        """One request; `key` makes the server do it once.

        Raises:
            SendFailed: the server does not have it.
            SendUnsure: it may have it.
        """
        headers = {**self._headers, "Idempotency-Key": key} if key else self._headers
        try:
            async with self._http.request(
                method,
                self._instance + path,
                params=list(params),
                json=body,
                headers=headers,
                timeout=self._timeout,
                # A POST that is sent on becomes a GET, whose answer would pass for one to the POST.
                allow_redirects=False,
            ) as response:
                content = await _read(response, MAX_ANSWER_BYTES)
                return Answer(response.status, b"" if content is None else content, dict(response.headers))
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise SendFailed(f"no connection to the server: {type(error).__name__}") from error
        except (ClientError, asyncio.TimeoutError, OSError) as error:
            raise SendUnsure(f"no answer from the server: {type(error).__name__}") from error

    async def get(self, path: str, *params: tuple[str, str]) -> object:
        """The JSON of something that is only read.

        Raises:
            SendError: there is none to be had.
        """
        answer = await self.call("GET", path, params=params)
        if not answer.taken:
            raise answer.failure(self._clock())
        if (found := answer.data()) is None:
            raise SendFailed("the server's answer is not JSON")
        return found

    @contextlib.asynccontextmanager
    async def stream(self, streaming: str, silence: timedelta) -> AsyncIterator[AsyncGenerator[bytes, None]]:
        """The bytes of the stream of notifications; `streaming` is its server, `silence` is when it counts as lost.

        Raises:
            StreamLost: there is none, or no more.
        """
        timeout = ClientTimeout(total=None, sock_connect=5, sock_read=silence.total_seconds())
        headers = {**self._headers, "Accept": "text/event-stream", "Accept-Encoding": "identity"}
        try:
            response = await self._http.get(streaming + STREAM, headers=headers, timeout=timeout, allow_redirects=False)
        except (ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise StreamLost(f"no stream: {type(error).__name__}") from error
        try:
            if response.status != 200:
                raise StreamLost(f"the stream's server answers {response.status}")
            yield _chunks(response)
        finally:
            response.close()

    def streaming(self, told: object) -> str:
        """The address of the stream's server, from what the instance says of it; the instance itself if that is nothing.

        The token goes there: over TLS, unless all of it is plain.
        """
        known = _SECURE if self._instance.startswith("https:") else {**_SECURE, **_PLAIN}
        try:
            parts = urlsplit(told if isinstance(told, str) else "")
        except ValueError:
            return self._instance
        if parts.scheme not in known or not parts.netloc:
            return self._instance
        return f"{known[parts.scheme]}://{parts.netloc}{parts.path.rstrip('/')}"

    async def download(self, url: str, limit: int) -> bytes:
        """A file that was attached to a status; the token stays here.

        Raises:
            MediaRefused: it is gone, too large, or somewhere we do not go.
            MediaFailed: not now.
        """
        for _ in range(MAX_REDIRECTS + 1):
            if not self._may_fetch(url):
                raise MediaRefused("an address that is neither public nor the instance's", "file_gone")
            try:
                async with self._http.get(url, timeout=MEDIA_TIMEOUT, allow_redirects=False) as response:
                    if response.status in (301, 302, 303, 307, 308):
                        url = urljoin(url, response.headers.get("Location", ""))
                        continue
                    if response.status in (404, 410):
                        raise MediaRefused(f"the server answers {response.status}", "file_gone")
                    if response.status != 200:
                        raise MediaFailed(f"the server answers {response.status}")
                    content = await _read(response, limit)
            except (ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
                raise MediaFailed(f"no file from the server: {type(error).__name__}") from error
            if content is None:
                raise MediaRefused("more bytes than are taken", "file_too_large")
            return content
        raise MediaFailed("sent on too often")

    def _may_fetch(self, url: str) -> bool:
        """The instance, or a public name over TLS: what others write must not lead into the town's own network."""
        try:
            parts = urlsplit(url)
            name = parts.hostname or ""
            own = urlsplit(self._instance)
            if (parts.scheme, parts.netloc.lower()) == (own.scheme, own.netloc.lower()):
                return True
        except ValueError:
            return False
        if parts.scheme != "https" or "." not in name or name.endswith((".local", ".internal", ".localhost", ".")):
            return False
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(name)
            return False
        # Numbers that some resolvers take for an address, such as 127.1.
        return not name.rpartition(".")[2].isdigit()


async def _read(response: ClientResponse, limit: int) -> bytes | None:
    """A body, None if it is longer than `limit`."""
    parts: list[bytes] = []
    left = limit
    async for chunk in response.content.iter_any():
        left -= len(chunk)
        if left < 0:
            response.close()
            return None
        parts.append(chunk)
    return b"".join(parts)


async def _chunks(response: ClientResponse) -> AsyncGenerator[bytes, None]:
    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except (ClientError, asyncio.TimeoutError, OSError) as error:
        raise StreamLost(f"broken: {type(error).__name__}") from error
