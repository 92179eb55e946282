"""What has become of a request: by its number, or all that this conversation has made."""

from __future__ import annotations

from collections.abc import Callable

from rasa_sdk import Tracker

from actions.asking import language
from actions.services import Services
from bot.cases import Case, CaseKind, CaseState
from bot.desk.queue import standing
from bot.errors import Missing
from bot.text.moments_words import between, day, moment
from bot.text.references import read_number
from bot.wire import Say

SHOWN = 3
"""So many requests are told at once, the newest first."""


async def status_of(services: Services, say: Callable[[Say], None], tracker: Tracker, text: str) -> bool:
    """Say what became of the request that a text numbers, or of all of this citizen; False if there is none.

    Raises:
        StoreError: they cannot be read now.
    """
    number = read_number(text)
    found = await services.cases.find(tracker.sender_id, number, linked=True)
    if number and not found:
        say(Say("status_unknown", values={"number": number}))
        return True
    for case in found[:SHOWN]:
        say(await state(services, tracker, case))
    return bool(found)


async def state(services: Services, tracker: Tracker, case: Case) -> Say:
    """A request's state in words, with its appointment.

    Raises:
        StoreError: the queue cannot be read now.
    """
    said = language(tracker)
    now, zone = services.clock(), services.office.zone
    values = {"number": case.number, "agent": case.agent_name, **services.office.reach(case.service)}
    lines = [f"status_{case.kind.value}"]
    values["opened"] = day(services.hours.day(case.opened_at), services.hours.day(now), said)
    if case.state is CaseState.CLOSED:
        values["closed"] = day(services.hours.day(case.closed_at or now), services.hours.day(now), said)
        lines.append("status_closed" if case.agent_id is not None else "status_withdrawn")
    elif case.state is CaseState.TAKEN:
        lines.append("status_taken")
    else:
        lines.append("status_waiting")
        lines += await _place(services, case, values, said)
    if case.appointment_at is not None and case.state is not CaseState.CLOSED:
        values["moment"] = moment(case.appointment_at, now, zone, said)
        lines.append("status_time" if case.appointment_at > now else "status_time_past")
    return Say("+".join(lines), values=values)


async def _place(services: Services, case: Case, values: dict[str, str], said: str) -> list[str]:
    if not case.waits_live or case.kind is not CaseKind.QUESTION:
        return []
    try:
        stands = await standing(services.cases, services.agents, services.hours, case.id, services.clock())
    except Missing:
        return []
    values["place"] = str(stands.place)
    if stands.wait:
        values["wait"] = between(stands.wait.low, stands.wait.high, said)
        return ["handoff_place_wait"]
    return ["handoff_place", "handoff_wait_unknown"]
