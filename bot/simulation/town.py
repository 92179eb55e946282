"""The town behind a simulation: the gateway's own services on a clock that the simulation sets, without any socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import aiohttp
import msgspec
import socketio
from sqlalchemy import select

import channels as channel_list
from actions.acting import Acting
from actions.services import Services
from bot import safety
from bot.agents import Agent
from bot.app_channels import correspondents, kept_files
from bot.bus import LocalBus
from bot.conversation import Counter
from bot.correspondence import Correspondence, Reads
from bot.desk.cases import Desk
from bot.desk.hours import Hours
from bot.desk.labels import Labels
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.following import FollowedFiches
from bot.knowledge.opening import OpenedFiches
from bot.messages import Address, Message
from bot.safety import Safety
from bot.settings import Office, Settings
from bot.settings_channels import Channels, Email, GraphApi, Mailbox, MailServer, Mastodon, Telegram, WebForms, WhatsApp
from bot.simulation import rules
from bot.simulation.calendar import Calendar
from bot.simulation.core import LocalCore
from bot.simulation.dialogue import Dialogues
from bot.simulation.hearing import Hearing, read_bounds
from bot.sourced import Quotes, Sourced
from bot.store.base import Conversation, Entry
from bot.store.desk_tables import cases
from bot.store.sql import Store
from bot.supervisor.plan import PROJECT
from bot.text import wording as catalogues
from bot.text.wording import Wording
from bot.triage import acknowledge
from bot.triage.live import LiveTriage
from channels.base import Channel
from channels.web import WebChat
from channels.web.sessions import Sessions
from nlu.components.understanding import Understanding

WORKER = "simulation"
LEASE = timedelta(minutes=5)
SEEN_EVERY = timedelta(seconds=60)
"""How often the pages of agents at work are heard of."""
SENT_AT_ONCE = 64
READ_LINES = 40
NOWHERE = "nobody.invalid"
"""A host that there is none of, for channels that would need one."""


class SimulatedClock:
    """The time of a simulation: aware, UTC, and never earlier than before."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """This moment."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Go on to a moment; one that has passed changes nothing."""
        self._now = max(self._now, moment.astimezone(timezone.utc))


class SimulatedDesk(Desk):
    """The desk, whose replies leave when the simulation says so and not by themselves."""

    async def leave(self) -> None:
        """Let those replies leave whose time has come."""
        await self._leave(await self._cases.leaving(self._clock()))


@dataclass(slots=True)
class Town:
    """What citizens and agents of a simulation may do."""

    office: Office
    calendar: Calendar
    hours: Hours
    clock: SimulatedClock
    store: Store
    counter: Counter
    desk: SimulatedDesk
    dialogues: Dialogues
    knowledge: KnowledgeBase
    wording: Wording
    safety: Safety
    present: dict[int, Agent]
    """Agents at work now, by id."""
    heard: int = 0
    """Messages so far; part of their ids."""
    _seen_at: datetime | None = None

    async def say(self, message: Message) -> None:
        """A citizen's message through the whole way, and all that came of it."""
        await self.attend()
        self.heard += 1
        message = replace(message, id=f"{message.address.key}.{self.heard}")
        await self.counter.receive(message)
        # What an alarm leaves to be told to the core waits behind it.
        await self.answer("" if self.safety.check(message.text) else message.id)

    async def answer(self, last: str = "") -> None:
        """Handle what waits in the inbox: all of it, or up to the message of this id."""
        while claimed := await self.store.inbox.claim(WORKER, self.clock(), LEASE):
            await self.counter.handle(claimed)
            if claimed.message.id == last:
                return

    async def attend(self) -> None:
        """The pages of the agents at work are heard of, if that was not just now."""
        moment = self.clock()
        if self.present and (self._seen_at is None or moment - self._seen_at >= SEEN_EVERY):
            self._seen_at = moment
            await self.store.agents.seen(sorted(self.present), moment)

    async def deliver(self) -> None:
        """The channels take what waits for them: nothing leaves this process."""
        moment = self.clock()
        while due := await self.store.outbox.claim(WORKER, moment, LEASE, SENT_AT_ONCE):
            # Together: they share a flush to the disk.
            await asyncio.gather(*(self.store.outbox.sent(one.row, moment, None) for one in due))

    async def conversation(self, address: Address) -> Conversation | None:
        """The conversation of an address."""
        return await self.store.conversations.find(address)

    async def opened_cases(self) -> list[tuple[datetime, str]]:
        """When each case was opened, and whose it is now, in order."""
        found = select(cases.c.opened_at, cases.c.service).order_by(cases.c.id)
        return await self.store.database.read(
            lambda connection: [(row.opened_at, row.service) for row in connection.execute(found)]
        )

    async def lines(self, conversation_id: str, after: int) -> Sequence[Entry]:
        """What was said behind a position."""
        return await self.store.transcript.read(conversation_id, after, READ_LINES)


@contextlib.asynccontextmanager
async def opened(
    settings: Settings,
    store: Store,
    model: Understanding,
    start: datetime,
    contacts_per_day: int,
    reads: Reads | None = None,
) -> AsyncIterator[Town]:
    """A town on an open store, its clock at `start`. `reads` reads letters instead of the town's own triage.

    Raises:
        ConfigurationError: a file of the town or of the project is wrong.
    """
    settings = with_channels(settings)
    office, clock, hours = settings.office, SimulatedClock(start), Hours(settings.office)
    wording, net, bus = catalogues.load(office), safety.load(), LocalBus()
    fiches = FollowedFiches(store.fiches, OpenedFiches(store.fiches, settings.data, settings.root))
    knowledge = KnowledgeBase(store.articles, office, clock, fiches=fiches)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(bus.close)
        stack.push_async_callback(knowledge.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        services = Services(
            office=office,
            knowledge=knowledge,
            ratings=store.ratings,
            cases=store.cases,
            bookings=store.bookings,
            photos=store.photos,
            agents=store.agents,
            conversations=store.conversations,
            hours=hours,
            wording=wording,
            clock=clock,
        )

        async def given() -> Services:
            return services

        hears = Hearing(model, read_bounds(PROJECT), office, clock)
        dialogues = Dialogues(rules.load(PROJECT), Acting(given), hears, store.tracker_events, clock)
        built = _channels(settings, store, http, wording)
        triage = reads or LiveTriage(settings.root, settings.data, office, net, store.articles, store.letters)
        answering = acknowledge.answering(settings.root, office, wording, knowledge, store.letters, clock)
        counter = Counter(
            store,
            LocalCore(http, dialogues, wording, office),
            built,
            wording,
            net,
            bus,
            WORKER,
            clock,
            sourced=Sourced(office, wording, Quotes(store.articles, store.fiches)),
            correspondence=Correspondence(store, triage, *answering, clock),
        )
        stack.push_async_callback(counter.close)
        labels = Labels(store.letters, store.cases, store.transcript, clock)
        desk = SimulatedDesk(
            store.cases, store.agents, store.conversations, counter, wording, office, bus, clock, labels=labels
        )
        # Before the first citizen asks.
        await knowledge.index()
        await fiches.searcher()
        calendar = Calendar(office, hours, contacts_per_day)
        yield Town(office, calendar, hours, clock, store, counter, desk, dialogues, knowledge, wording, net, {})


def with_channels(settings: Settings) -> Settings:
    """The settings with every channel of a simulation switched on, beside those that the town has; none is ever opened."""
    on, keys = settings.office.channels, settings.keys
    graph = on.meta or GraphApi()
    channels = Channels(
        web=True,
        address=on.address,
        telegram=on.telegram or Telegram(),
        meta=msgspec.structs.replace(
            graph, whatsapp=graph.whatsapp or WhatsApp(phone_number_id="1", business_account_id="1")
        ),
        mastodon=on.mastodon or Mastodon(instance=f"https://{NOWHERE}"),
        api=on.api,
        email=on.email or Email(mailboxes={settings.office.town.email: Mailbox(imap=MailServer(host=NOWHERE))}),
        form=on.form or WebForms(),
    )
    return replace(
        settings,
        office=msgspec.structs.replace(settings.office, channels=channels),
        keys=replace(
            keys,
            telegram_token=keys.telegram_token or WORKER,
            meta_app_secrets=keys.meta_app_secrets or (WORKER,),
            whatsapp_token=keys.whatsapp_token or WORKER,
            mastodon_token=keys.mastodon_token or WORKER,
            email_passwords=keys.email_passwords or {settings.office.town.email: WORKER},
        ),
    )


def _channels(settings: Settings, store: Store, http: aiohttp.ClientSession, wording: Wording) -> dict[str, Channel]:
    """The channels, to render replies as each of them would; none of them is opened."""
    web = WebChat(
        socketio.AsyncServer(async_mode="aiohttp"),
        Sessions(settings.secrets),
        settings.office.town.website,
        settings.office.chat.max_text_chars,
    )
    others = channel_list.build(settings, http, wording, correspondents(store), kept_files(store))
    return {web.name: web, **others}
