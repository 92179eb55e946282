"""What is learnt from a conversation, in every table for it: for the contract of erasure."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from bot.cases import Case
from bot.messages import Address
from bot.store.columns import metadata
from bot.store.sql import Store
from tests.store.words import START


async def learn(store: Store, address: Address, conversation: str, case: Case, agent: int) -> None:
    """A row of each, as what fills the tables would write it."""
    words, day, ref = f"je suis {address.key}", START.date(), f"{address.key}-1"
    rows: dict[str, dict[str, Any]] = {
        "topic_lines": {"ref": ref, "topic_id": 1, "why": "lost", "at": START},
        "referrals": {
            "case_id": case.id,
            "body": "caf",
            "text": words,
            "state": "asked",
            "agent_id": agent,
            "asked_at": START,
        },
        "lessons": {
            "ref": ref,
            "text": "où est la mairie",
            "language": "fr",
            "intent": "ask",
            "confidence": 0.2,
            "article": "",
            "why": "lost",
            "at": START,
            "decision": "",
            "value": "",
        },
        "samples": {
            "week": day,
            "question_ref": ref,
            "answer_ref": f"{ref}.0",
            "article": "",
            "drawn_at": START,
            "rating": "",
        },
        "contacts": {
            "position": 1,
            "way": "chat",
            "channel": "web",
            "language": "fr",
            "service": "",
            "topic": "",
            "started_at": START,
            "ended_at": START,
            "day": day,
            "hour": 9,
            "questions": 0,
            "answered": 0,
            "lost": 0,
            "cause": "",
            "returned": False,
        },
    }
    fact = {
        "contact_id": 1,
        "what": "alarm",
        "at": START,
        "day": day,
        "hour": 9,
        "channel": "web",
        "language": "fr",
        "service": "",
        "topic": "",
        "detail": "",
    }

    def work(connection: Connection) -> None:
        for name, row in rows.items():
            connection.execute(insert(metadata.tables[name]).values(conversation_id=conversation, **row))
        connection.execute(insert(metadata.tables["facts"]).values(fact))

    await store.database.write(work)
