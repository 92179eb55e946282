"""A signed HTTP API for every other front end: a kiosk, a voice service, the town's own app."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping, Sequence
from typing import ClassVar

import aiohttp

from bot.clock import Clock, now
from bot.errors import ConfigurationError, SendError, SendRefused, SignatureRejected
from bot.messages import Address, Message, Outgoing, Receipt, Reply, Thread
from bot.settings_channels import Api
from bot.text.wording import Wording
from channels.api import payloads, signing
from channels.api.callbacks import Callbacks
from channels.api.render import render
from channels.base import Channel, Limits, RawRequest, Step


class SignedApi(Channel):
    """The API as a channel. An address is `client.conversation`; neither of the two holds a dot."""

    name: ClassVar[str] = "api"
    limits: ClassVar[Limits] = Limits(
        text_chars=20_000, buttons=12, button_title_chars=120, incoming_text_chars=4_000, idempotent=True
    )

    def __init__(
        self,
        http: aiohttp.ClientSession,
        options: Api,
        secrets: Mapping[str, Sequence[str]],
        wording: Wording,
        website: str,
        clock: Clock = now,
    ) -> None:
        """Raises: ConfigurationError, where a client has no secret or no good address."""
        # Who is not in office.yml is nobody, even if the environment still has a secret.
        self._keys = {client: tuple(map(signing.key_of, secrets.get(client, ()))) for client in options.clients}
        for client, keys in self._keys.items():
            if not keys:
                raise ConfigurationError(f"channels.api.clients.{client}: has no secret")
        urls = {client: one.callback for client, one in options.clients.items() if one.callback}
        self._callbacks = Callbacks(http, urls, {client: keys[0] for client, keys in self._keys.items()}, clock)
        self._wording = wording
        self._website = website
        self._clock = clock

    def verify(self, request: RawRequest) -> None:
        """The body has to be signed by the client that it names itself, a short while ago."""
        self.client(request.headers, request.body)

    def client(self, headers: Mapping[str, str], content: bytes) -> str:
        """Who signed some content.

        Raises:
            SignatureRejected: nobody whom we know.
        """
        return signing.believe(self._keys, headers, content, self._clock())

    def nonce(self, request: RawRequest) -> str:
        """What no two verified requests share: to be remembered for `signing.NONCE_LIFE`, and refused if it comes again."""
        return f"{self._named(request)}.{request.headers.get(signing.ID_HEADER, '')}"

    def parse(self, request: RawRequest) -> list[Message]:
        """The one message of a request."""
        limit = self.limits.incoming_text_chars
        return [payloads.message(self.name, self._named(request), request.body, self._clock(), limit)]

    def render(self, reply: Reply, thread: Thread) -> list[Outgoing]:
        """One object a reply, as docs/openapi.yml describes it."""
        return render(reply, thread.now or self._clock(), self._website, self._wording, self.limits)

    async def send(self, to: Address, outgoing: Outgoing) -> Receipt:
        """Post a reply to the client's callback; a client that has none comes for it (`polling`)."""
        client, _, conversation = to.key.partition(".")
        if client not in self._keys:
            raise SendRefused(f"the API has no client {client} any more")
        if client in self._callbacks.urls:
            body = {"conversation": conversation, "reply": outgoing.payload}
            await self._callbacks.post(client, outgoing.key, body)
        return Receipt()

    async def check(self) -> str:
        """How many clients there are; nobody is asked."""
        return f"{len(self._keys)} clients" if len(self._keys) != 1 else "1 client"

    async def register(self, address: str) -> list[Step]:
        """Try each callback, and say what the makers of the clients have to know."""
        steps = [await self._ping(client) for client in self._callbacks.urls]
        address = address.rstrip("/")
        asking = [client for client in self._keys if client not in self._callbacks.urls]
        words = (
            f"Donnez à chaque application son nom et l’adresse {address}/channels/{self.name} : {', '.join(self._keys)}. "
            "Son secret lui est remis à part, jamais par courriel."
        )
        steps.append(Step(done=False, text=words))
        if asking:
            words = f"Sans adresse de rappel, {', '.join(asking)} : réponses à demander à {address}/channels/{self.name}/replies."
            steps.append(Step(done=False, text=words))
        return steps

    async def _ping(self, client: str) -> Step:
        try:
            # Another id each time: a callback that remembers ids would not look at the second one.
            await self._callbacks.post(client, f"ping-{randomness.token_hex(8)}", {"type": "ping"})
        except SendError as error:
            words = (
                f"L’adresse de rappel de {client} n’accepte pas l’appel d’essai : vérifiez-la dans office.yml, ainsi que le secret "
                f"des deux côtés, puis recommencez. Détail : {error}."
            )
            return Step(done=False, text=words)
        return Step(done=True, text=f"L’adresse de rappel de {client} a accepté l’appel d’essai.")

    def _named(self, request: RawRequest) -> str:
        """The client that a verified request names."""
        name = request.headers.get(signing.CLIENT_HEADER, "")
        if name not in self._keys:
            raise SignatureRejected("a client that we do not know")
        return name
