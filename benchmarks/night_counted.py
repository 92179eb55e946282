"""The contacts of a large town's conversations, made in the database: as gateways have counted them minute by minute.

What the collector makes of the same conversations, but for how long cases took: that is in plain seconds here, and in
those of opening hours there.
"""

from __future__ import annotations

from typing import Any

import asyncpg

_UNTIL = "b.last_heard_at < $1"
_LINES = "transcript l JOIN conversations b ON b.id = l.conversation_id"
_ARTICLE = "l.said::json #>> '{sources,0,article}'"
_LOCAL = "AT TIME ZONE 'Europe/Paris'"
_CONTACTS = f"""
INSERT INTO contacts (conversation_id, position, way, channel, language, started_at, ended_at, service, topic, day, hour,
    questions, answered, lost, cause, helpful, returned)
SELECT m.conversation_id, m.position, 'chat', m.channel, m.language, m.started_at, m.ended_at,
    coalesce(c.opened_for, s.service, ''), coalesce(m.topic, ''), (m.started_at {_LOCAL})::date,
    extract(hour FROM m.started_at {_LOCAL}), m.questions, m.answered, m.questions - m.answered, coalesce(c.cause, ''),
    r.helpful, false
FROM (
    SELECT l.conversation_id, b.channel, b.language, min(l.position) AS position,
        min(l.at) FILTER (WHERE l.author = 'citizen') AS started_at,
        max(l.at) FILTER (WHERE l.author = 'citizen') AS ended_at,
        count(*) FILTER (WHERE l.author = 'bot') AS questions,
        count(*) FILTER (WHERE l.author = 'bot' AND {_ARTICLE} IS NOT NULL) AS answered,
        (array_agg({_ARTICLE} ORDER BY l.position) FILTER (WHERE l.author = 'bot' AND {_ARTICLE} IS NOT NULL))[1] AS topic
    FROM {_LINES} WHERE {_UNTIL} GROUP BY 1, 2, 3
) AS m
LEFT JOIN cases c ON c.conversation_id = m.conversation_id
LEFT JOIN ratings r ON r.conversation_id = m.conversation_id
LEFT JOIN served s ON s.article = m.topic
ORDER BY m.position
"""
_OF = "JOIN conversations b ON b.id = o.conversation_id JOIN contacts k ON k.conversation_id = b.id"
_SERVED = "LEFT JOIN served s ON s.article = o.article"
_MET = f"(SELECT l.conversation_id, l.at, l.said::json ->> 'status' AS status, {_ARTICLE} AS article FROM transcript l WHERE l.author = 'bot')"
_SECONDS = "extract(epoch FROM o.{} - o.opened_at)::bigint"
_FACTS = {
    "met": (
        "o.at",
        "coalesce(s.service, '')",
        "coalesce(o.article, '')",
        "o.status",
        "NULL",
        f"{_MET} o {_OF} {_SERVED}",
        "true",
    ),
    "rated": (
        *(
            "o.at",
            "coalesce(s.service, '')",
            "o.article",
            "CASE WHEN o.helpful THEN 'helpful' ELSE 'useless' END",
            "NULL",
        ),
        *(f"(SELECT *, article_id AS article FROM ratings) o {_OF} {_SERVED}", "true"),
    ),
    "opened": ("o.opened_at", "o.service", "k.topic", "o.cause", "NULL", f"cases o {_OF}", "true"),
    "taken": ("o.taken_at", "o.service", "k.topic", "''", _SECONDS.format("taken_at"), f"cases o {_OF}", "true"),
    "closed": ("o.closed_at", "o.service", "k.topic", "''", _SECONDS.format("closed_at"), f"cases o {_OF}", "true"),
    "late": ("o.due_at", "o.service", "k.topic", "''", "NULL", f"cases o {_OF}", "o.closed_at > o.due_at"),
}


async def count(connection: asyncpg.Connection[Any], until: Any, services: dict[str, str]) -> None:
    """Count every conversation that was last heard before a moment; `services` of articles by their ids."""
    await connection.execute("CREATE TEMPORARY TABLE served (article text PRIMARY KEY, service text)")
    await connection.copy_records_to_table("served", records=list(services.items()))
    await connection.execute("ANALYZE served")
    await connection.execute(_CONTACTS, until)
    await connection.execute("ANALYZE contacts")
    for what, (at, service, topic, detail, value, source, which) in _FACTS.items():
        await connection.execute(
            "INSERT INTO facts (contact_id, what, at, day, hour, channel, language, service, topic, detail, value) "
            f"SELECT k.id, '{what}', {at}, ({at} {_LOCAL})::date, extract(hour FROM {at} {_LOCAL}), b.channel, b.language, "
            f"{service}, {topic}, {detail}, {value} FROM {source} WHERE {which} AND {_UNTIL} ORDER BY {at}",
            until,
        )
    await connection.execute(
        "INSERT INTO stale_days (day) SELECT DISTINCT day FROM facts UNION SELECT DISTINCT day FROM contacts"
    )
    for source, (table, column) in {
        "transcript": ("transcript", "position"),
        "case_events": ("case_events", "position"),
        "ratings": ("ratings", "id"),
        "letters": ("letters", "id"),
    }.items():
        for mark in (source, f"{source}.seen"):
            await connection.execute(
                f"INSERT INTO read_marks (source, position) SELECT '{mark}', coalesce(max(l.{column}), 0) "
                f"FROM {table} l JOIN conversations b ON b.id = l.conversation_id WHERE {_UNTIL}",
                until,
            )
    await connection.execute(
        "INSERT INTO read_marks (source, position) VALUES ('due', extract(epoch FROM $1::timestamptz))", until
    )
