"""Every store on one database, SQLite or PostgreSQL.

migrate(settings.database_url)
store = await open_store(settings.database_url)
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.agents import Agents
from bot.articles import Editions
from bot.casework import Bookings, Cases, Photos
from bot.contacts import ContactBook
from bot.feeds import Feeds
from bot.lessons import Lessons, Samples
from bot.linking import Cursors, Links, Nonces
from bot.mailroom import Letters
from bot.offering import CaseOffers
from bot.outgoing import Outbox
from bot.referrals import Referrals
from bot.relays import Relays
from bot.store import schema
from bot.store.agents import SqlAgents
from bot.store.articles import SqlArticles
from bot.store.base import (
    Articles,
    Conversations,
    Inbox,
    Ratings,
    Subjects,
    Transcript,
)
from bot.store.belongings import SqlBookings, SqlPhotos
from bot.store.contacts import SqlContacts
from bot.store.conversations import SqlConversations
from bot.store.desk import SqlCases
from bot.store.editions import SqlEditions
from bot.store.engine import Database, parse
from bot.store.fiches import SqlFiches
from bot.store.inbox import SqlInbox
from bot.store.lessons import SqlLessons
from bot.store.letters import SqlLetters
from bot.store.links import SqlCursors, SqlLinks, SqlNonces
from bot.store.offers import SqlCaseOffers
from bot.store.outbox import SqlOutbox
from bot.store.postgresql import PostgresqlDatabase
from bot.store.ratings import SqlRatings
from bot.store.referrals import SqlReferrals
from bot.store.relays import SqlRelays
from bot.store.samples import SqlSamples
from bot.store.schema import migrate
from bot.store.sqlite import SqliteDatabase
from bot.store.subjects import SqlSubjects
from bot.store.tables import versions
from bot.store.topics import SqlTopics
from bot.store.tracker_events import SqlTrackerEvents
from bot.store.transcript import SqlTranscript
from bot.store.visits import SqlVisits
from bot.topics import Topics
from bot.trackers import TrackerEvents
from bot.visits import Visits

_PING = select(versions.c.value).limit(1)


@dataclass(frozen=True, slots=True)
class Store:
    """The stores of one process, on one pool of connections. Belongs to the event loop that opened it."""

    database: Database
    conversations: Conversations
    inbox: Inbox
    outbox: Outbox
    transcript: Transcript
    tracker_events: TrackerEvents
    articles: Articles
    fiches: Feeds
    editions: Editions
    ratings: Ratings
    subjects: Subjects
    agents: Agents
    cases: Cases
    offers: CaseOffers
    relays: Relays
    bookings: Bookings
    photos: Photos
    links: Links
    letters: Letters
    cursors: Cursors
    nonces: Nonces
    visits: Visits
    lessons: Lessons
    samples: Samples
    contacts: ContactBook
    topics: Topics
    referrals: Referrals

    async def ping(self) -> None:
        """Read something, and begin and end a writing transaction.

        Raises:
            StoreError: the database does not answer, or lets nobody write.
        """

        def work(connection: Connection) -> None:
            connection.execute(_PING).all()

        await self.database.read(work)
        await self.database.write(work)

    async def close(self) -> None:
        """Finish what was begun and let go of connections."""
        await self.database.close()


async def open_store(url: str, flushes: bool = True) -> Store:
    """The stores on a migrated database.

    Without `flushes` commits do not wait for the disk: for who is followed by another that does, see docs/adr/0032.

    Raises:
        ConfigurationError: the URL is wrong, or the tables are not those of this code.
        StoreError: the database does not answer.
    """
    parsed = parse(url)
    schema.require_file(parsed)
    is_file = parsed.get_backend_name() == "sqlite"
    database: Database = SqliteDatabase(parsed, flushes) if is_file else PostgresqlDatabase(parsed, flushes)
    try:
        await database.read(schema.check)
    except BaseException:
        await database.close()
        raise
    return stores(database)


def stores(database: Database) -> Store:
    """The stores on a database that is open and migrated."""
    return Store(
        database=database,
        conversations=SqlConversations(database),
        inbox=SqlInbox(database),
        outbox=SqlOutbox(database),
        transcript=SqlTranscript(database),
        tracker_events=SqlTrackerEvents(database),
        articles=SqlArticles(database),
        fiches=SqlFiches(database),
        editions=SqlEditions(database),
        ratings=SqlRatings(database),
        subjects=SqlSubjects(database),
        agents=SqlAgents(database),
        cases=SqlCases(database),
        offers=SqlCaseOffers(database),
        relays=SqlRelays(database),
        bookings=SqlBookings(database),
        photos=SqlPhotos(database),
        links=SqlLinks(database),
        letters=SqlLetters(database),
        cursors=SqlCursors(database),
        nonces=SqlNonces(database),
        visits=SqlVisits(database),
        lessons=SqlLessons(database),
        samples=SqlSamples(database),
        contacts=SqlContacts(database),
        topics=SqlTopics(database),
        referrals=SqlReferrals(database),
    )


__all__ = ["Store", "migrate", "open_store", "stores"]
