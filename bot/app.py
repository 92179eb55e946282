"""The composition root: builds every service of the gateway and wires them; nothing else does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import structlog
from aiohttp import web

import channels as channel_list
from bot import clock, logs, metrics, safety
from bot.app_channels import build_channels, correspondents, deep_links, kept_files
from bot.app_desk import build_desk
from bot.app_forms import build_forms, links
from bot.app_health import build_health
from bot.app_learning import build_collector, build_learning, counting_first, naming_of
from bot.app_letters import build_letters
from bot.app_pages import build_pages
from bot.bus import DESK, Bus, LocalBus, RedisBus
from bot.cases import Standing
from bot.casework import StoredPhoto
from bot.conversation import Counter
from bot.delivery import Delivery
from bot.desk.consent import Consent
from bot.errors import ConfigurationError
from bot.faults import Faults
from bot.gateway import rerouting
from bot.gateway.consenting import Consenting
from bot.gateway.core import TrustedCore
from bot.gateway.night import nightly
from bot.gateway.routes import make_app, peer_of
from bot.gateway.worker import Worker
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.following import FollowedFiches
from bot.knowledge.opening import OpenedFiches
from bot.messages import Address, Message
from bot.rasa import Rasa
from bot.rasa_events import LOCK_OF_PROCESS, LOCK_OF_REDIS
from bot.settings import Settings
from bot.sourced import Quotes, Sourced
from bot.store.base import Entry, Erased
from bot.store.sql import Store, migrate, open_store
from bot.tasks import stop
from bot.text import languages, memory
from bot.text import wording as catalogues
from channels.base import Channel
from channels.web import WebChat
from channels.web.door import close_mute
from channels.web.live import Live
from channels.web.payloads import PHOTOS_PER_MESSAGE
from channels.web.sessions import Sessions
from channels.web.sockets import Ear, WebSockets, allowed_by, close_server, make_server
from channels.web.throttle import Throttle
from channels.web.uploads import Uploads

log = structlog.get_logger(__name__)

DRAIN = timedelta(seconds=5)
BACKLOG = 128
"""Connections that may wait to be accepted; aiohttp's own default."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway: what tests and the command line may ask of it."""

    port: int
    monitor_port: int
    store: Store
    core: TrustedCore
    counter: Counter
    broken: asyncio.Event
    """Set when one of its background tasks has ended by itself: it answers nobody any more."""


@contextlib.asynccontextmanager
async def gateway(settings: Settings) -> AsyncIterator[Gateway]:
    """A gateway that listens on its two ports until the block is left; then it drains.

    Raises:
        ConfigurationError: a port is in use, the pages are not built, the database cannot be opened.
    """
    async with contextlib.AsyncExitStack() as stack:
        office = settings.office
        worker_name = _worker_name(settings)
        # First of all: who cannot have the ports is a second gateway, and must not touch the first one's claims.
        monitor_sockets = _bind(stack, settings.monitor_host, settings.monitor_port)
        public_sockets = _bind(stack, settings.host, settings.port)
        store = await open_store(settings.database_url)
        stack.push_async_callback(store.close)
        naming = naming_of(settings, store)
        collector = build_collector(settings, store, naming, worker_name)
        store = counting_first(store, collector)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        bus: Bus = RedisBus(settings.redis_url) if settings.redis_url else LocalBus()
        stack.push_async_callback(bus.close)

        wording = catalogues.load(office)

        def connect(url: str) -> Rasa:
            return Rasa(http, url, settings.rasa_token, wording, office)

        lock = LOCK_OF_REDIS if settings.redis_url else LOCK_OF_PROCESS
        core = TrustedCore(connect, settings.rasa_urls, store.tracker_events, http, settings.actions_url, lock)

        sessions = Sessions(settings.secrets)
        server = make_server(allowed_by(office.origins), settings.redis_url)
        web_chat = WebChat(server, sessions, office.town.website, office.chat.max_text_chars)
        channels: dict[str, Channel] = {web_chat.name: web_chat} if office.channels.web else {}
        channels |= channel_list.build(settings, http, wording, correspondents(store), kept_files(store))

        net = safety.load()
        # Read now: otherwise the first citizen would wait for it.
        languages.lexicon()
        knowledge = KnowledgeBase(
            store.articles,
            office,
            fiches=FollowedFiches(store.fiches, OpenedFiches(store.fiches, settings.data, settings.root)),
        )
        stack.push_async_callback(knowledge.close)
        opens = deep_links(store, office)
        letters = build_letters(settings, store, knowledge, wording, net)
        sourced = Sourced(office, wording, Quotes(store.articles, store.fiches))
        consent = Consent(store.referrals, store.transcript, wording, office, settings.secrets, bus)
        counter = Counter(
            store,
            core,
            channels,
            wording,
            net,
            bus,
            worker_name,
            opens=opens,
            sourced=sourced,
            correspondence=letters.correspondence,
            consent=consent,
        )
        stack.push_async_callback(counter.close)
        worker = Worker(store.inbox, counter.handle, bus, worker_name)
        delivery = Delivery(store.outbox, channels, bus, worker_name)

        async def receive(message: Message) -> bool:
            fresh = await counter.receive(message)
            (metrics.RECEIVED if fresh else metrics.DOUBLED).labels(message.address.channel).inc()
            return fresh

        def alarm(text: str) -> str | None:
            alert = net.check(text)
            return alert.value if alert else None

        async def history(address: Address, after: int = 0) -> list[Entry]:
            conversation = await store.conversations.find(address)
            return await store.transcript.read(conversation.id, after) if conversation else []

        async def erase(address: Address) -> Erased:
            erased = await store.subjects.erase(address, clock.now())
            memory.forget()
            await bus.publish(DESK)
            return erased

        async def standing(address: Address) -> Standing:
            conversation = await store.conversations.find(address)
            return await parts.desk.standing(conversation.id, conversation.language) if conversation else Standing()

        async def typing(case_id: int) -> None:
            await parts.sockets.citizen_types(case_id)

        async def keep_photo(address: Address, language: str, photo: StoredPhoto) -> None:
            await store.photos.add(address, language, photo, clock.now())

        peer = partial(peer_of, settings.proxies)
        forms = channel_list.forms(settings)
        shown = build_pages(office, store, knowledge, peer, PHOTOS_PER_MESSAGE, links(forms))
        app = make_app(shown.pages)
        live = Live(server, web_chat, sessions, standing, typing)
        sockets = WebSockets(
            server,
            web_chat,
            sessions,
            wording,
            Ear(receive, alarm, history, erase),
            live,
            Throttle(office.chat.messages_per_minute),
            Throttle(office.chat.messages_per_minute_per_address),
            office.chat.max_text_chars,
            peer,
        )
        outside = build_channels(channels, store, bus, receive, history, worker_name, peer)
        faults = Faults(outside.faults, store.cursors, worker_name, bus)
        parts = build_desk(
            *(settings, store, counter, channels, wording, bus, server, live, knowledge, sourced, peer),
            *(letters.correspondence, consent, worker_name),
            forms={one.name: one.title for one in forms.values()},
            faults=faults,
        )
        learning = build_learning(
            *(settings, store, naming, collector, knowledge, net),
            *(parts.words, parts.shapes, parts.answering, worker_name),
        )
        form_routes = build_forms(settings, forms, store, shown.pages, wording, receive, alarm, history, peer)
        app.add_routes([*shown.routes, *parts.routes, *outside.routes, *learning.routes, *form_routes])
        app.add_routes(Consenting(consent, shown.pages.render_private).routes())
        if office.channels.web:
            sockets.attach(app)
            app.add_routes(Uploads(web_chat.name, sessions, wording, office.origins, keep_photo, peer).routes())
            parts.sockets.attach()
        health = build_health(store, core, sockets, bus, outside.faults, learning.night.state)

        for channel in channels.values():
            await channel.open()
            stack.push_async_callback(channel.close)
        stack.push_async_callback(close_server, server)
        # What a killed gateway of this name had claimed is taken up now, not when its lease runs out.
        await worker.release()
        await delivery.release()
        stack.push_async_callback(delivery.drain, DRAIN)
        broken = asyncio.Event()
        for name, job in {
            "core.watch": core.watch(),
            "delivery.run": delivery.run(),
            "web.close_mute": close_mute(server),
            "knowledge.follow": knowledge.follow(),
            "faults.run": faults.run(),
            "memory.follow": memory.follow(),
            "night.purge": nightly(store.subjects, office.retention, office.zone, settings.data),
            **shown.jobs,
            **parts.jobs,
            **outside.jobs,
            **letters.jobs,
            **learning.jobs,
        }.items():
            await stack.enter_async_context(_running(job, name, broken))
        stack.push_async_callback(worker.drain, DRAIN)
        await stack.enter_async_context(_running(worker.run(), "worker.run", broken))

        monitor = health.application()
        monitor.add_routes(rerouting.routes(core, settings.rasa_token))
        monitor_port = await _serve(stack, monitor, monitor_sockets)
        port = await _serve(stack, app, public_sockets)
        log.info("gateway.listening", port=port, monitor_port=monitor_port)
        yield Gateway(port, monitor_port, store, core, counter, broken)
        log.info("gateway.stopping")
        outside.leave()


def run_gateway(settings: Settings) -> None:
    """Run the gateway until SIGTERM or SIGINT; ends with status 1 when a part of it broke, to be started again.

    Raises:
        ConfigurationError: see `gateway`.
    """
    logs.configure()
    migrate(settings.database_url)
    if not asyncio.run(_until_told(settings)):
        sys.exit(1)


async def _until_told(settings: Settings) -> bool:
    """Whether it ran until it was told to stop."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with gateway(settings) as running:
        ends = {asyncio.create_task(event.wait()) for event in (told, running.broken)}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*(stop(end) for end in ends))
        return not running.broken.is_set()


@contextlib.asynccontextmanager
async def _running(job: Coroutine[Any, Any, None], name: str, broken: asyncio.Event) -> AsyncIterator[None]:
    """A background task for as long as the block lasts; one that ends by itself sets `broken`."""
    task = asyncio.create_task(job, name=name)

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            log.critical("gateway.task_ended", task=name, exc_info=task.exception())
            broken.set()

    task.add_done_callback(ended)
    try:
        yield
    finally:
        task.remove_done_callback(ended)
        await stop(task)


def _bind(stack: contextlib.AsyncExitStack, host: str, port: int) -> list[socket.socket]:
    """Listen on every address of a host; who connects waits until the sockets are served.

    Raises:
        ConfigurationError: they cannot be listened on.
    """
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, address in dict.fromkeys((one[0], one[4][:2]) for one in found):
            # Asked for any port, the second address gets that of the first.
            bound = sockets[0].getsockname()[1] if sockets else port
            sockets.append(socket.create_server((address[0], bound), family=family, backlog=BACKLOG))
            stack.callback(sockets[-1].close)
    except OSError as error:
        raise ConfigurationError(f"port {port} on {host} cannot be listened on: {error.strerror}") from error
    return sockets


async def _serve(stack: contextlib.AsyncExitStack, app: web.Application, sockets: list[socket.socket]) -> int:
    """Serve an application on bound sockets; their port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    for bound in sockets:
        await web.SockSite(runner, bound, backlog=BACKLOG).start()
    port: int = sockets[0].getsockname()[1]
    return port


def _worker_name(settings: Settings) -> str:
    """One name for all lives of one gateway: only one process at a time listens on an address and port of a machine."""
    return f"{socket.gethostname()}:{settings.host}:{settings.port or os.getpid()}"
