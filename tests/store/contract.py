"""What every engine promises: one set of facts, run on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.store.contract_agents import AgentsContract
from tests.store.contract_cases import CasesContract
from tests.store.contract_channels import ChannelsContract
from tests.store.contract_editions import EditionsContract
from tests.store.contract_fiches import FichesContract
from tests.store.contract_inbox import InboxContract
from tests.store.contract_letters import LettersContract
from tests.store.contract_outbox import OutboxContract
from tests.store.contract_photos import PhotosContract
from tests.store.contract_referrals import ReferralsContract
from tests.store.contract_replies import RepliesContract
from tests.store.contract_said import SaidContract
from tests.store.contract_subjects import SubjectsContract
from tests.store.contract_trackers import TrackersContract
from tests.store.contract_visits import VisitsContract


class StoreContract(
    AgentsContract,
    CasesContract,
    ChannelsContract,
    EditionsContract,
    FichesContract,
    InboxContract,
    LettersContract,
    OutboxContract,
    PhotosContract,
    ReferralsContract,
    RepliesContract,
    SaidContract,
    SubjectsContract,
    TrackersContract,
    VisitsContract,
):
    """All of it; a module that inherits this brings the fixture `url`."""
