"""The channels' part of the wiring: webhooks, pulling, the API's own routes, deep links and where comments go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot import clock
from bot.bus import DESK, Bus
from bot.errors import MediaRefused, Missing
from bot.faults import Seen
from bot.gateway.pulling import Pulling
from bot.gateway.webhooks import Webhooks
from bot.hearing import Opens
from bot.messages import FILE_URL, PHOTO_URL, Address, Attachment, Message, Status
from bot.settings import Office
from bot.store.sql import Store
from channels.api import SignedApi
from channels.api.polling import Polling, Read
from channels.api.signing import NONCE_LIFE
from channels.base import Channel, Deliver
from channels.email import Bring, Correspondent, Email

LOOK_EVERY = timedelta(milliseconds=250)
"""How often the API looks for replies that a client waits for."""

Receive = Callable[[Message], Coroutine[Any, Any, bool]]


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """What the channels add to a gateway."""

    routes: list[web.AbstractRouteDef]
    channels: Mapping[str, Channel]
    pulling: tuple[tuple[str, Pulling], ...]
    leave: Callable[[], None]
    """Let go of requests that wait; the process stops."""

    @property
    def jobs(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What runs for as long as the gateway does, by name."""
        return {f"pulling.{name}": one.run() for name, one in self.pulling}

    def faults(self) -> Iterator[Seen]:
        """What does not work just now of the channels, here: `/ready` and the desk say the same."""
        for name, channel in self.channels.items():
            for place, why in channel.faults.items():
                yield Seen(name, place, why)
        for name, one in self.pulling:
            if one.fault:
                yield Seen(name, "", one.fault)


def build_channels(
    channels: Mapping[str, Channel],
    store: Store,
    bus: Bus,
    receive: Receive,
    read: Read,
    worker: str,
    peer_of: Callable[[web.Request], str],
) -> ChannelParts:
    """The parts of the channels that citizens reach through somebody else."""

    async def report(channel: str, status: Status) -> None:
        if await store.outbox.report(channel, status):
            await bus.publish(DESK)

    async def spend(nonce: str) -> bool:
        return await store.nonces.spend(nonce, clock.now(), NONCE_LIFE)

    async def wait(at_most: timedelta) -> None:
        await asyncio.sleep(min(at_most, LOOK_EVERY).total_seconds())

    heard = {name: channel for name, channel in channels.items() if channel.hears}
    routes = Webhooks(heard, receive, report, spend, peer_of).routes()
    pollings = [Polling(one, read, wait) for one in channels.values() if isinstance(one, SignedApi)]
    for polling in pollings:
        routes += polling.routes()

    def deliver_for(name: str) -> Deliver:
        async def deliver(event: Message | Status) -> bool:
            if isinstance(event, Message):
                return await receive(event)
            await report(name, event)
            return True

        return deliver

    pulling = tuple(
        (name, Pulling(channel, deliver_for(name), store.cursors, worker))
        for name, channel in channels.items()
        if channel.pulls
    )

    def leave() -> None:
        for polling in pollings:
            polling.leave()

    return ChannelParts(routes, channels, pulling, leave)


def correspondents(store: Store) -> Correspondent:
    """Finds who is written to in the conversation of a mail."""

    async def correspondent(key: str) -> str:
        conversation = await store.conversations.find(Address(Email.name, key))
        return await store.letters.correspondent(conversation.id) if conversation else ""

    return correspondent


def kept_files(store: Store) -> Bring:
    """Finds the content of the photos and documents that replies carry."""

    async def bring(attachment: Attachment) -> bytes:
        try:
            return (await store.photos.get(attachment.url.removeprefix(PHOTO_URL).removeprefix(FILE_URL))).content
        except Missing as error:
            raise MediaRefused("not kept any more", "file_gone") from error

    return bring


def deep_links(store: Store, office: Office) -> Opens:
    """Reads a deep link's payload: an article's id asks its title, a service's code asks for its hours, a code links."""

    async def opens(payload: str) -> str:
        service = office.services.get(payload)
        if service is not None:
            return f"Horaires : {service.name}"
        if payload.startswith("lier-"):
            return payload.replace("-", " ", 1)
        try:
            return (await store.articles.get(payload)).title
        except Missing:
            return ""

    return opens
