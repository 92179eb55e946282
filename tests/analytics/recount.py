"""The figures once more, in the slowest and most obvious way: from the transcript and the cases, one figure after another.

Nothing here is shared with `bot.analytics` or `bot.store` but the words of the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from bot.messages import Author
from bot.store.base import CITIZEN, Entry
from tests.analytics.town import ARTICLES, HOURS, OFFICE, ZONE, Town

Dict = dict[str, Any]
DAY = timedelta(days=1)


async def contacts(town: Town) -> list[Dict]:
    """Every contact of the town, each with its facts under `facts`."""
    found: list[Dict] = []
    for conversation, address in sorted(town.journal.conversations.items()):
        found += await _conversation(town, conversation, address.channel)
    return found


async def _conversation(town: Town, conversation: str, channel: str) -> list[Dict]:
    lines = await town.store.transcript.read(conversation, 0, 100_000)
    cases = await town.store.cases.find(conversation)
    letters = town.journal.letters.get(conversation, {})
    openings = {case.id: town.journal.openings[case.id] for case in cases}
    comments = {openings[case.id][0] for case in cases if case.cause.value == "comment"}
    citizens = sorted((line for line in lines if line.author == CITIZEN), key=lambda line: (line.at, line.position))
    made: list[Dict] = []
    last_chat: Dict = {}
    for line in citizens:
        alone = {"lines": [line], "facts": [], "cases": [], "letter": None, "statuses": [], "articles": []}
        if channel in ("email", "form"):
            letter = letters.get(line.ref)
            if letter is None or letter.case_id is None:
                continue
            made.append({**alone, "way": "mail" if channel == "email" else "form", "letter": letter})
        elif line.ref in comments or line.ref in town.journal.public:
            made.append({**alone, "way": "post"})
        elif last_chat and line.at - last_chat["lines"][-1].at <= timedelta(hours=4):
            last_chat["lines"].append(line)
        else:
            last_chat = {**alone, "way": "chat"}
            made.append(last_chat)
    if not made:
        return []
    for line in lines:
        if line.author != CITIZEN:
            _reply(line, [one for one in citizens if one.position < line.position], made)
    for case in sorted(cases, key=lambda case: (case.opened_at, case.id)):
        message = openings[case.id][0].replace("-alarmed", "")
        own = [one for one in made if message in [line.ref for line in one["lines"]]]
        (own[0] if own else _begun(made, case.opened_at))["cases"].append(case)
    for at, article, helpful in sorted(town.journal.ratings.get(conversation, []), key=lambda one: one[0]):
        contact = _begun(made, at)
        contact["helpful"] = helpful
        _note(contact, "rated", at, ARTICLES[article], article, "helpful" if helpful else "useless")
    for one in made:
        _finish(one, channel, openings)
    for one in made:
        for case in one["cases"]:
            await _case(town, one, case, openings[case.id][1], lines, cases)
    for one in made:
        one["returned"] = any(
            timedelta(0) <= other["start"] - one["end"] <= 7 * DAY
            and (
                (one["topic"] and one["topic"] == other["topic"])
                or (one["service"] and one["service"] == other["service"] and other["cases"])
            )
            for other in made
            if other is not one
        )
    return made


def _reply(line: Entry, earlier: list[Entry], made: list[Dict]) -> None:
    if not earlier or line.reply is None:
        return
    asked = max(earlier, key=lambda one: one.position)
    for contact in made:
        if asked in contact["lines"]:
            if line.reply.status is not None:
                articles = [source.article for source in line.reply.sources if source.article] or [""]
                contact["statuses"].append(line.reply.status.value)
                contact["articles"].append(articles[0])
                _note(contact, "met", line.at, ARTICLES.get(articles[0], ""), articles[0], line.reply.status.value)
            if line.ref.endswith(".alarm"):
                _note(contact, "alarm", line.at, "", "", "")


def _begun(made: list[Dict], at: datetime) -> Dict:
    found = made[0]
    for one in made:
        if one["lines"][0].at <= at:
            found = one
    return found


def _finish(one: Dict, channel: str, openings: dict[int, tuple[str, str]]) -> None:
    one["start"], one["end"] = one["lines"][0].at, one["lines"][-1].at
    one["channel"], one["language"] = channel, "fr"
    letter = one["letter"]
    answered = [
        article for status, article in zip(one["statuses"], one["articles"], strict=True) if status == "answered"
    ]
    one["topic"] = next((article for article in answered if article), "")
    service = ""
    if letter is not None:
        one["topic"] = {"carte": "carte", "general.piscine": "piscine"}.get(
            letter.suggested[0].id if letter.suggested else "", ""
        )
        service = letter.reading.service
        _note(one, "letter", one["start"], service, one["topic"], letter.reading.kind.value)
    if one["cases"]:
        service = openings[one["cases"][0].id][1]
    one["service"] = service or ARTICLES.get(one["topic"], "")
    one["cause"] = one["cases"][0].cause.value if one["cases"] else ""
    one.setdefault("helpful", None)


async def _case(town: Town, contact: Dict, case: Any, service: str, lines: list[Entry], cases: list[Any]) -> None:
    history = await town.store.cases.history(case.id)
    topic, opened = contact["topic"], case.opened_at
    _note(contact, "opened", opened, service, topic, case.cause.value)
    where, taken, judged = service, False, None
    ended = None
    for event in history:
        if event.what.value == "transferred":
            _note(contact, "moved", event.at, where, topic, event.text)
            where = event.text
        if event.what.value == "relayed":
            _note(contact, "relayed", event.at, where, topic, event.text.split(":")[0])
            where = event.text.split(":")[0]
        if event.what.value == "untaken":
            _note(contact, "untaken", event.at, where, topic, "")
        if event.what.value == "taken" and not taken:
            taken = True
            _note(contact, "taken", event.at, where, topic, "", _open(where, opened, event.at))
        if event.what.value in ("closed", "withdrawn"):
            ended = event.at
            detail = "withdrawn" if event.what.value == "withdrawn" else ""
            _note(contact, "closed", ended, where, topic, detail, max(0, int((ended - opened).total_seconds())))
        if event.what.value == "rated":
            judged = (event.at, where, int(event.text))

    def place(at: datetime) -> str:
        moves = [one for one in history if one.what.value in ("transferred", "relayed") and one.at <= at]
        return [service, *(one.text.split(":")[0] for one in moves)][-1]

    if judged:
        _note(contact, "judged", judged[0], judged[1], topic, "", judged[2])
    if case.due_at and (ended or town.now) > case.due_at:
        _note(contact, "late", case.due_at, place(case.due_at), topic, "")
    for line in lines:
        if line.author == Author.AGENT.value and await _in_hand(town, cases, line.at) == case.id:
            seconds = _open(place(line.at), opened, line.at)
            _note(contact, "answered", line.at, place(line.at), topic, "", seconds)
            break


async def _in_hand(town: Town, cases: list[Any], at: datetime) -> int | None:
    """The case that was taken last by then and not closed before."""
    best, found = None, None
    for case in cases:
        history = await town.store.cases.history(case.id)
        if any(one.what.value in ("closed", "withdrawn") and one.at < at for one in history):
            continue
        for one in history:
            if one.what.value == "taken" and one.at <= at and (best is None or (one.at, one.position) > best):
                best, found = (one.at, one.position), case.id
    return found


def _open(service: str, start: datetime, end: datetime) -> int:
    """Minute after minute."""
    minutes, moment = 0, start
    while moment < end:
        minutes += HOURS.is_open(service, moment)
        moment += timedelta(minutes=1)
    return 60 * minutes


def _note(
    contact: Dict, what: str, at: datetime, service: str, topic: str, detail: str, value: int | None = None
) -> None:
    contact["facts"].append(
        {"what": what, "at": at, "service": service, "topic": topic, "detail": detail, "value": value}
    )


def figures(found: list[Dict], first: date, last: date) -> Dict:
    """What `as_json` should give of these contacts, without what is open now, findings and the sentence."""
    days = (last - first).days + 1
    was_first, was_last = first - days * DAY, first - DAY
    for one in found:
        for fact in one["facts"]:
            fact["channel"] = one["channel"]
    facts = [fact for one in found for fact in one["facts"]]

    def on(rows: Iterable[Dict], key: str, start: date, end: date) -> list[Dict]:
        return [row for row in rows if start <= row[key].astimezone(ZONE).date() <= end]

    def both(rows: list[Dict], key: str) -> tuple[list[Dict], list[Dict]]:
        return on(rows, key, first, last), on(rows, key, was_first, was_last)

    now, was = both(found, "start")
    facts_now, facts_was = both(facts, "at")

    def some(rows: list[Dict], what: str) -> list[Dict]:
        return [row for row in rows if row["what"] == what]

    def contained(rows: list[Dict]) -> list[Dict]:
        return [row for row in rows if row["way"] == "chat" and not row["cases"]]

    def solved(rows: list[Dict]) -> float | None:
        chats = [row for row in rows if row["way"] == "chat"]
        return len(contained(rows)) / len(chats) if chats else None

    def helped(rows: list[Dict]) -> float | None:
        rated = [row for row in contained(rows) if row["helpful"] is not None]
        good = [row for row in rated if row["helpful"] and not row["returned"]]
        return len(good) / len(rated) if rated else None

    def satisfied(rows: list[Dict]) -> float | None:
        points = [2 * (row["detail"] == "helpful") for row in some(rows, "rated")]
        points += [row["value"] - 1 for row in some(rows, "judged")]
        return sum(points) / (2 * len(points)) if points else None

    def card(key: str, value: float | None, before: float | None) -> Dict:
        change = None if value is None or before is None else value - before
        return {"key": key, "value": value, "unit": "share", "before": before, "change": change}

    def table(rows: tuple[list[Dict], list[Dict]], column: str, name: Callable[[str], str] = str) -> list[Dict]:
        keys = {row[column] for side in rows for row in side}
        lines = []
        for key in keys:
            count, before = (len([row for row in side if row[column] == key]) for side in rows)
            share = count / len(rows[0]) if rows[0] else None
            lines.append({"key": key, "name": name(key), "count": count, "before": before, "share": share})
        return sorted(lines, key=lambda line: (-line["count"], -line["before"], line["key"]))

    def time(what: str) -> Dict:
        values = sorted(row["value"] for row in some(facts_now, what))
        earlier = sorted(row["value"] for row in some(facts_was, what))
        return {
            "count": len(values),
            "median": values[math.ceil(len(values) / 2) - 1] if values else None,
            "ninetieth": values[math.ceil(9 * len(values) / 10) - 1] if values else None,
            "before": earlier[math.ceil(len(earlier) / 2) - 1] if earlier else None,
        }

    def service(key: str) -> str:
        return OFFICE.services[key].name if key in OFFICE.services else key

    def topic(key: str) -> str:
        return key.title() if ARTICLES.get(key) else key

    def unclaimed() -> list[Dict]:
        lines = []
        for key in {row["service"] for row in facts_now + facts_was if row["what"] in ("relayed", "untaken")}:
            line = {"service": key, "name": service(key)}
            for what in ("relayed", "untaken"):
                for name, side in ((what, facts_now), (f"{what}_before", facts_was)):
                    line[name] = len([row for row in some(side, what) if row["service"] == key])
            lines.append(line)
        return sorted(lines, key=lambda line: (-line["relayed"] - line["untaken"], -line["untaken"], line["service"]))

    def on_day(rows: list[Dict], key: str, day: date) -> int:
        return len(on(rows, key, day, day))

    local = [row["start"].astimezone(ZONE) for row in now]
    hours = sorted({(one.weekday(), one.hour) for one in local})
    change = (len(now) - len(was)) / len(was) if was else None
    return {
        "cards": [
            {"key": "contacts", "value": len(now), "unit": "count", "before": len(was), "change": change},
            card("contained", solved(now), solved(was)),
            card("helped", helped(now), helped(was)),
            card("satisfaction", satisfied(facts_now), satisfied(facts_was)),
        ],
        "series": {
            "days": [
                {
                    "day": day.isoformat(),
                    "contacts": on_day(found, "start", day),
                    "contained": on_day(contained(found), "start", day),
                    "cases": on_day(some(facts, "opened"), "at", day),
                    "mails": on_day(some(facts, "letter"), "at", day),
                }
                for day in (first + number * DAY for number in range(days))
            ],
            "hours": [
                {
                    "weekday": weekday,
                    "hour": hour,
                    "contacts": len([one for one in local if (one.weekday(), one.hour) == (weekday, hour)]),
                }
                for weekday, hour in hours
            ],
        },
        "tables": {
            "channels": table((now, was), "channel"),
            "services": table((now, was), "service", service),
            "topics": table((now, was), "topic", topic),
            "languages": table((now, was), "language"),
            "causes": table((some(facts_now, "opened"), some(facts_was, "opened")), "detail"),
            "statuses": table((some(facts_now, "met"), some(facts_was, "met")), "detail"),
        },
        "unclaimed": unclaimed(),
        "times": {"wait": time("taken"), "first_answer": time("answered"), "close": time("closed")},
    }
