"""The desk's part of the wiring: accounts, requests, live pages, and what runs beside them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import socketio
from aiohttp import web

from bot.bus import Bus
from bot.conversation import Counter
from bot.correspondence import Correspondence
from bot.desk import canned
from bot.desk.answering import Answering
from bot.desk.api import DeskApi
from bot.desk.article_shapes import ArticleShapes
from bot.desk.articles import Writing
from bot.desk.articles_api import ArticlesApi
from bot.desk.cases import Desk
from bot.desk.consent import Consent
from bot.desk.dossiers import Dossiers
from bot.desk.failures import Failures
from bot.desk.fiche_titles import FicheTitles
from bot.desk.hours import Hours
from bot.desk.labels import Labels
from bot.desk.letter_shapes import LetterShapes
from bot.desk.letters import DeskLetters
from bot.desk.letters_api import LettersApi
from bot.desk.login import Login
from bot.desk.moving import Moving
from bot.desk.moving_api import MovingApi
from bot.desk.offers import Offering
from bot.desk.pages import DeskPages
from bot.desk.passwords import Passwords
from bot.desk.promises import Promises
from bot.desk.reach import HUMAN_AGENT, REFUSED, TEMPLATE, Reach, Reaches
from bot.desk.referrals import Passing
from bot.desk.referrals_api import ReferralsApi
from bot.desk.relays import Relaying
from bot.desk.sessions import Door
from bot.desk.shapes import Shapes
from bot.desk.sockets import Citizens, DeskSockets
from bot.desk.topic_shapes import TopicShapes
from bot.desk.topic_titles import titles_of
from bot.desk.topics import DeskTopics
from bot.desk.topics_api import TopicsApi
from bot.desk.troubles import Troubles
from bot.desk.words import Words, load_words
from bot.faults import Told
from bot.gateway.pages import article_preview
from bot.knowledge.base import KnowledgeBase
from bot.settings import Settings
from bot.settings_channels import Channels
from bot.sourced import Sourced
from bot.store.sql import Store
from bot.text.wording import Wording
from bot.triage.delays import Delays
from channels.base import Channel
from channels.email.channel import Email
from channels.meta.pages import COMMENT

PAGES = ("messenger", "instagram")
"""Channels where a person may answer for longer than a robot, and the author of a comment once."""


@dataclass(frozen=True, slots=True)
class DeskParts:
    """The desk, ready to be attached."""

    desk: Desk
    sockets: DeskSockets
    offering: Offering
    relaying: Relaying
    routes: list[web.AbstractRouteDef]
    answering: Answering
    """What the requests of further pages go through."""
    words: Words
    shapes: Shapes
    passing: Passing | None = None

    @property
    def jobs(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What runs for as long as the gateway does, by name."""
        return {
            "desk.run": self.desk.run(),
            "desk.offering": self.offering.run(),
            "desk.relaying": self.relaying.run(),
            "desk.sockets": self.sockets.run(),
            "desk.seen": self.sockets.keep_seen(),
            **({"referrals.run": self.passing.run()} if self.passing else {}),
        }


def build_desk(
    settings: Settings,
    store: Store,
    counter: Counter,
    channels: Mapping[str, Channel],
    wording: Wording,
    bus: Bus,
    server: socketio.AsyncServer,
    citizens: Citizens,
    knowledge: KnowledgeBase,
    sourced: Sourced,
    peer_of: Callable[[web.Request], str],
    correspondence: Correspondence | None = None,
    consent: Consent | None = None,
    holder: str = "",
    forms: Mapping[str, str] | None = None,
    faults: Told | None = None,
) -> DeskParts:
    """The desk of a gateway, whose process is called `holder` in leases.

    Without a `correspondence` no channel brings letters, without a `consent` nothing is passed on. `forms` are the titles
    of the web forms by name, `faults` what does not work of the channels.

    Raises:
        ConfigurationError: the canned replies are wrong, or the pages are not built.
    """
    office = settings.office
    reaches = reaches_of(channels, office.channels)
    labels = Labels(store.letters, store.cases, store.transcript)
    hours = Hours(office)
    desk = Desk(
        *(store.cases, store.agents, store.conversations, counter, wording, office, bus),
        reaches=reaches,
        labels=labels,
        offers=store.offers,
        promises=Promises(office, hours, Delays(office, hours).due),
    )
    login = Login(Door(store.agents, Passwords(), office.desk), office.town, settings.host, peer_of)
    words = load_words()
    shapes = Shapes(office, wording, words, reaches, forms)
    letter_shapes = LetterShapes(shapes, words)
    letters = DeskLetters(
        store.letters,
        store.cases,
        store.conversations,
        desk,
        labels,
        counter,
        letter_shapes,
        shapes,
        bus,
        correspondence,
    )
    dossiers = Dossiers(
        desk,
        shapes,
        store.agents,
        store.cases,
        store.conversations,
        store.transcript,
        store.outbox,
        store.links,
        letters,
        store.relays,
    )
    failures = Failures(store.outbox, store.cases, store.transcript, counter, bus)
    api = DeskApi(
        desk,
        login,
        shapes,
        store.agents,
        store.cases,
        store.photos,
        dossiers,
        failures,
        knowledge,
        canned.load(office, settings.root),
        office,
        sourced,
    )
    writing = Writing(store.editions, store.articles, store.agents, office)
    articles = ArticlesApi(
        writing,
        ArticleShapes(shapes, words),
        desk,
        dossiers,
        FicheTitles(store.fiches),
        sourced,
        article_preview,
        office,
    )
    sockets = DeskSockets(
        *(server, login, desk, dossiers, failures, shapes, store.cases, store.agents, citizens, bus),
        troubles=Troubles(faults, words, office.channels) if faults is not None else None,
    )
    pages = DeskPages(login, office.town)
    mail = LettersApi(letters, letter_shapes, desk, dossiers)
    titles = titles_of(store.editions, store.articles, knowledge)
    topics = TopicsApi(
        DeskTopics(store.topics, writing, office, titles, words.names("intent")), TopicShapes(shapes, words)
    )
    routes = [
        *api.routes(),
        *articles.routes(api.answering),
        *mail.routes(api.answering),
        *MovingApi(Moving(desk, store.cases, store.agents, labels, office), dossiers).routes(api.answering),
        *topics.routes(api.answering),
    ]
    passing = None
    if consent is not None:
        mailing = channels.get(Email.name)
        passing = Passing(
            *(store.referrals, desk, store.agents, store.conversations, consent, counter, wording, words, office, bus),
            posts=mailing.posts if isinstance(mailing, Email) else None,
            reaches=reaches,
            cursors=store.cursors,
            holder=holder,
        )
        routes += ReferralsApi(passing, desk, dossiers, words, office).routes(api.answering)
    offering = Offering(store.offers, office, hours, bus)
    relaying = Relaying(store.relays, store.agents, office, hours, bus)
    routes = [*login.routes(), *pages.routes(), *routes]
    return DeskParts(desk, sockets, offering, relaying, routes, api.answering, words, shapes, passing)


def reaches_of(channels: Mapping[str, Channel], settings: Channels) -> Reaches:
    """What the desk has to know of each channel that is switched on."""
    return {
        name: Reach(
            channel.limits.text_chars,
            channel.limits.window,
            _after_window(name, settings) if channel.limits.window else "",
            channel.limits.idempotent,
            COMMENT if name in PAGES else "",
        )
        for name, channel in channels.items()
    }


def _after_window(name: str, settings: Channels) -> str:
    if name in PAGES:
        return HUMAN_AGENT
    whatsapp = settings.meta.whatsapp if settings.meta else None
    return TEMPLATE if name == "whatsapp" and whatsapp and whatsapp.template else REFUSED
