"""The composition root: builds every service of the gateway and wires them; nothing else does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import aiohttp
import structlog
from aiohttp import web

from bot import clock, logs, metrics, safety
from bot.bus import Bus, LocalBus, RedisBus
from bot.conversation import Counter
from bot.delivery import Delivery
from bot.errors import ConfigurationError
from bot.gateway.core import TrustedCore
from bot.gateway.health import Check, Health
from bot.gateway.night import nightly
from bot.gateway.pages import Pages
from bot.gateway.routes import make_app, peer_of
from bot.gateway.worker import Worker
from bot.messages import Address, Message
from bot.rasa import Rasa
from bot.settings import Settings
from bot.store.base import Entry
from bot.store.sql import Store, migrate, open_store
from bot.tasks import stop
from bot.text import wording as catalogues
from channels.base import Channel
from channels.web import WebChat
from channels.web.sessions import Sessions
from channels.web.sockets import Ear, WebSockets, allowed_by, close_server, make_server
from channels.web.throttle import Throttle

log = structlog.get_logger(__name__)

DRAIN = timedelta(seconds=5)
STUCK_AFTER = timedelta(minutes=2)
"""A backlog whose oldest message waits longer makes /ready say so."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway: what tests and the command line may ask of it."""

    port: int
    monitor_port: int
    store: Store
    core: TrustedCore


@contextlib.asynccontextmanager
async def gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """A gateway that listens on its two ports until the block is left; then it drains.

    Raises:
        ConfigurationError: a port is in use, the pages are not built, the database cannot be opened.
    """
    async with contextlib.AsyncExitStack() as stack:
        office = settings.office
        worker_name = _worker_name(settings)
        store = await open_store(settings.database_url)
        stack.push_async_callback(store.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        bus: Bus = RedisBus(settings.redis_url) if settings.redis_url else LocalBus()
        stack.push_async_callback(bus.close)

        wording = catalogues.load(office)
        rasa = Rasa(http, settings.rasa_url, settings.rasa_token, wording, office)
        core = TrustedCore(rasa, store.tracker_events, http, settings.actions_url)

        sessions = Sessions(settings.secrets)
        server = make_server(allowed_by(office.chat.allowed_origins), settings.redis_url)
        web_chat = WebChat(server, sessions, office.town.website, office.chat.max_text_chars)
        channels: dict[str, Channel] = {web_chat.name: web_chat} if office.channels.web else {}

        net = safety.load()
        counter = Counter(store, core, channels, wording, net, bus, worker_name)
        worker = Worker(store.inbox, counter.handle, bus, worker_name)
        delivery = Delivery(store.outbox, channels, bus, worker_name)

        async def receive(message: Message) -> bool:
            fresh = await counter.receive(message)
            (metrics.RECEIVED if fresh else metrics.DOUBLED).labels(message.address.channel).inc()
            return fresh

        def alarm(text: str) -> str | None:
            alert = net.check(text)
            return alert.value if alert else None

        async def history(address: Address) -> list[Entry]:
            conversation = await store.conversations.find(address)
            return await store.transcript.read(conversation.id) if conversation else []

        app = make_app(Pages(office, store.articles))
        sockets = WebSockets(
            server,
            web_chat,
            sessions,
            wording,
            Ear(receive, alarm, history, lambda address: store.subjects.erase(address, clock.now())),
            Throttle(office.chat.messages_per_minute),
            Throttle(office.chat.messages_per_minute_per_address),
            office.chat.max_text_chars,
            partial(peer_of, settings.proxies),
        )
        if office.channels.web:
            sockets.attach(app)
        health = _health(store, core, sockets, bus)

        for channel in channels.values():
            await channel.open()
            stack.push_async_callback(channel.close)
        stack.push_async_callback(close_server, server)
        # What a killed gateway of this name had claimed is taken up now, not when its lease runs out.
        await worker.release()
        await delivery.release()
        stack.push_async_callback(delivery.release)
        for name, job in {
            "core.watch": core.watch(),
            "delivery.run": delivery.run(),
            "night.purge": nightly(store.subjects, office.retention, office.zone),
        }.items():
            await stack.enter_async_context(_running(job, name))
        stack.push_async_callback(worker.drain, DRAIN)
        await stack.enter_async_context(_running(worker.run(), "worker.run"))

        monitor_port = await _listen(stack, health.application(), settings.monitor_host, settings.monitor_port)
        port = await _listen(stack, app, settings.host, settings.port)
        log.info("gateway.listening", port=port, monitor_port=monitor_port)
        yield Gateway(port, monitor_port, store, core)
        log.info("gateway.stopping")


def run_gateway(settings: Settings) -> None:
    """Run the gateway until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: see `gateway`.
    """
    logs.configure()
    migrate(settings.database_url)
    asyncio.run(_until_told(settings))


async def _until_told(settings: Settings) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with gateway(settings):
        await told.wait()


@contextlib.asynccontextmanager
async def _running(job: object, name: str) -> AsyncIterator[None]:
    """A background task for as long as the block lasts."""
    task: asyncio.Task[None] = asyncio.create_task(job, name=name)  # type: ignore[arg-type]
    try:
        yield
    finally:
        await stop(task)


async def _listen(stack: contextlib.AsyncExitStack, app: web.Application, host: str, port: int) -> int:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        raise ConfigurationError(f"port {port} on {host} cannot be listened on: {error.strerror}") from error
    bound: int = runner.addresses[0][1]
    return bound


def _worker_name(settings: Settings) -> str:
    """One name for all lives of one gateway: only one process at a time listens on a host's port."""
    return f"{socket.gethostname()}:{settings.port or os.getpid()}"


def _health(store: Store, core: TrustedCore, sockets: WebSockets, wakes: Bus) -> Health:
    async def database() -> Check:
        await store.ping()
        return Check(True, "answers")

    async def rasa() -> Check:
        return Check(core.trusted, core.detail)

    async def actions() -> Check:
        return Check(core.actions_well, core.actions_detail)

    async def knowledge() -> Check:
        version = await store.articles.version()
        return Check(version > 0, f"version {version}" if version else "no article: run `guichet knowledge import`")

    async def inbox() -> Check:
        return _backlog("inbox", *await store.inbox.waiting(clock.now()))

    async def outbox() -> Check:
        return _backlog("outbox", *await store.outbox.waiting(clock.now()))

    async def bus() -> Check:
        return Check(True, await wakes.ping())

    async def chats() -> Check:
        metrics.CONNECTED.set(sockets.connected)
        return Check(True, f"{sockets.connected} connected")

    pings = (database, rasa, actions, knowledge, inbox, outbox, bus, chats)
    return Health({ping.__name__: ping for ping in pings})


def _backlog(box: str, count: int, oldest: timedelta) -> Check:
    metrics.WAITING.labels(box).set(count)
    metrics.OLDEST_SECONDS.labels(box).set(oldest.total_seconds())
    return Check(oldest < STUCK_AFTER, f"{count} waiting, the oldest for {oldest.total_seconds():.0f} s")
