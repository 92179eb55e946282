"""What every engine promises: one set of facts, run on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.store.contract_agents import AgentsContract
from tests.store.contract_cases import CasesContract
from tests.store.contract_channels import ChannelsContract
from tests.store.contract_contacts import ContactsContract
from tests.store.contract_counting import CountingContract
from tests.store.contract_editions import EditionsContract
from tests.store.contract_fiches import FichesContract
from tests.store.contract_filing import FilingContract
from tests.store.contract_inbox import InboxContract
from tests.store.contract_lessons import LessonsContract
from tests.store.contract_letters import LettersContract
from tests.store.contract_offers import OffersContract
from tests.store.contract_outbox import OutboxContract
from tests.store.contract_photos import PhotosContract
from tests.store.contract_referrals import ReferralsContract
from tests.store.contract_relays import RelaysContract
from tests.store.contract_replies import RepliesContract
from tests.store.contract_said import SaidContract
from tests.store.contract_subjects import SubjectsContract
from tests.store.contract_topics import TopicsContract
from tests.store.contract_trackers import TrackersContract
from tests.store.contract_visits import VisitsContract


class StoreContract(
    AgentsContract,
    CasesContract,
    ChannelsContract,
    ContactsContract,
    CountingContract,
    EditionsContract,
    FichesContract,
    FilingContract,
    InboxContract,
    LessonsContract,
    LettersContract,
    OffersContract,
    OutboxContract,
    PhotosContract,
    ReferralsContract,
    RelaysContract,
    RepliesContract,
    SaidContract,
    SubjectsContract,
    TopicsContract,
    TrackersContract,
    VisitsContract,
):
    """All of it; a module that inherits this brings the fixture `url`."""
