"""The tables of what agents teach: messages that were judged, and samples of answers that were rated."""

from __future__ import annotations

from sqlalchemy import Column, Date, Float, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from bot.store.columns import Moment, Number, Words, metadata, where

lessons = Table(
    "lessons",
    metadata,
    Column("id", Number, primary_key=True),
    # Empty once the conversation is gone: what was decided stays, with the masked words.
    Column("conversation_id", String, ForeignKey("conversations.id"), index=True),
    Column("ref", String),
    # The citizen's words with personal data masked.
    Column("text", Words, nullable=False),
    Column("language", String, nullable=False),
    # What the model took it for, and how sure it was, in [0, 1].
    Column("intent", String, nullable=False),
    Column("confidence", Float, nullable=False),
    # The article it was answered with; "" for none.
    Column("article", String, nullable=False),
    # The article that the citizen then chose, or that answered the same in other words; "" for none.
    Column("meant", String, nullable=False, server_default=""),
    # unsure, lost, useless or corrected: why it is shown.
    Column("why", String, nullable=False),
    # How many messages of that day said it, this one included.
    Column("times", Integer, nullable=False, server_default="1"),
    Column("at", Moment, nullable=False),
    # right, intent, article or ignore; "" as long as nobody has decided.
    Column("decision", String, nullable=False),
    # The intent or the article's id that it should have been.
    Column("value", String, nullable=False),
    Column("agent_id", Number, ForeignKey("agents.id")),
    Column("decided_at", Moment),
    # When it was written into training data; empty again once it was decided anew.
    Column("exported_at", Moment),
    # What stands there because of it, by an earlier decision too: an act's example, an article's phrasing.
    Column("written_act", String, nullable=False, server_default=""),
    Column("written_page", String, nullable=False, server_default=""),
    UniqueConstraint("conversation_id", "ref"),
    Index("ix_lessons_open", "at", **where("decision = ''")),
    Index("ix_lessons_decided", "decided_at", **where("decision != ''")),
    Index("ix_lessons_exported", "exported_at", **where("exported_at IS NOT NULL")),
    sqlite_autoincrement=True,
)

samples = Table(
    "samples",
    metadata,
    Column("id", Number, primary_key=True),
    # The Monday of the week whose answers it was drawn from.
    Column("week", Date, nullable=False),
    # All three empty once the conversation is gone: the rating stays.
    Column("conversation_id", String, ForeignKey("conversations.id"), index=True),
    Column("question_ref", String),
    Column("answer_ref", String),
    Column("article", String, nullable=False),
    # The stratum that it was drawn from, and how many answers of that week were in it.
    Column("service", String, nullable=False, server_default=""),
    Column("stratum", Integer, nullable=False, server_default="1"),
    Column("drawn_at", Moment, nullable=False),
    # right, partly, wrong or unsourced; "" as long as nobody has rated it.
    Column("rating", String, nullable=False),
    Column("agent_id", Number, ForeignKey("agents.id")),
    Column("rated_at", Moment),
    UniqueConstraint("conversation_id", "answer_ref"),
    Index("ix_samples_week", "week"),
    sqlite_autoincrement=True,
)
