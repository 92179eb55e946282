"""Cases that went on by themselves, on the desk of a running gateway: who gets them, and why."""

from __future__ import annotations

from typing import Any

import pytest

from bot.agents import Role
from bot.app import Gateway
from bot.cases import Case, CaseKind, Cause
from bot.relays import Relay
from tests.desk.office import Colleague, at_desk, open_case, until
from tests.desk.test_offers_live import rows


async def relayed(running: Gateway, case: Case, relay: Relay) -> None:
    now = await running.store.cases.get(case.id)
    assert await running.store.relays.relay(case.id, now.version, relay, now.opened_at)


async def formed(running: Gateway) -> Case:
    return await open_case(running.store, kind=CaseKind.STREET_ISSUE, cause=Cause.FORM)


def relays(colleague: Colleague, case_id: int) -> list[Any]:
    return [row["relay"] for row in rows(colleague, case_id) if row["relay"]]


async def test_the_new_service_has_it_at_once_and_the_old_one_no_longer(running: Gateway) -> None:
    """Live, with where it comes from and why; the history has it from nobody in particular."""
    async with (
        at_desk(running, "claire", Role.AGENT, ("voirie",), live=True) as claire,
        at_desk(running, "sami", Role.AGENT, ("sports",), live=True) as sami,
    ):
        case = await formed(running)
        await until(lambda: bool(rows(claire, case.id)))
        await relayed(running, case, Relay("sports", "voirie", 450))
        await until(lambda: bool(relays(sami, case.id)))
        await until(lambda: any(case.id in told["gone"] for told in claire.events("cases")))
        whole = await sami.done("GET", f"/cases/{case.id}")
        queue = await sami.done("GET", "/cases?view=services")
        refused, _ = await claire.ask("GET", f"/cases/{case.id}")
        taken = await sami.done("POST", f"/cases/{case.id}/take")

    why = "de Voirie à Sports, car non prise en 7 h 30 ouvrées"
    mark = {
        "what": "relayed",
        "name": "Vient de\u00a0: Voirie",
        "text": why,
        "at": case.opened_at.isoformat(),
    }
    line = whole["history"][-1]
    assert relays(sami, case.id)[-1] == whole["case"]["relay"] == queue["cases"][0]["relay"] == mark
    assert (line["what"], line["what_name"], line["agent"], line["text"]) == (
        *("relayed", "Passée automatiquement à un autre service", "", why),
    )
    assert (refused, taken["case"]["relay"]) == (403, None)


async def test_those_who_see_all_are_told_live(running: Gateway) -> None:
    """Of what nobody took, where it is."""
    async with at_desk(running, "chief", Role.SUPERVISOR, live=True) as chief:
        case = await formed(running)
        await relayed(running, case, Relay("", "voirie", 240))
        await until(lambda: bool(relays(chief, case.id)))

    (mark,) = relays(chief, case.id)
    assert (mark["what"], mark["name"], mark["text"]) == (
        *("untaken", "Non prise", "non prise par Voirie en 4 heures ouvrées"),
    )


@pytest.mark.parametrize(
    ("relay", "text"),
    [
        (Relay("sports", "voirie", 60), "de Voirie à Sports, car non prise en 1 heure ouvrée"),
        (Relay("sports", "gone", 125), "de gone à Sports, car non prise en 2 h 05 ouvrées"),
        (Relay("sports", "voirie", 0), "de Voirie à Sports, car Voirie n'ouvre pas dans les deux mois"),
        (Relay("", "voirie", 0), "Voirie n'ouvre pas dans les deux mois"),
    ],
)
async def test_the_history_says_why(running: Gateway, relay: Relay, text: str) -> None:
    """Within how many opening hours, or that nobody will be there; a service that is gone has its code."""
    async with at_desk(running, "chief", Role.SUPERVISOR) as chief:
        case = await formed(running)
        await relayed(running, case, relay)
        whole = await chief.done("GET", f"/cases/{case.id}")

    assert whole["history"][-1]["text"] == text


async def test_those_who_see_all_can_list_what_nobody_took(running: Gateway) -> None:
    """A tab with its count, of one service too; an agent has no such tab."""
    async with (
        at_desk(running, "chief", Role.SUPERVISOR) as chief,
        at_desk(running, "claire", Role.AGENT, ("voirie",)) as claire,
    ):
        await formed(running)
        case = await open_case(running.store, "m2", kind=CaseKind.STREET_ISSUE, cause=Cause.FORM)
        await relayed(running, case, Relay("", "voirie", 240))
        queue = await chief.done("GET", "/cases?view=untaken")
        elsewhere = await chief.done("GET", "/cases?view=untaken&service=sports")
        tabs = [(await one.done("GET", "/me"))["views"] for one in (chief, claire)]
        counts = (await claire.done("GET", "/cases?view=waiting"))["counts"]
        await chief.done("POST", f"/cases/{case.id}/take")
        after = await chief.done("GET", "/cases?view=untaken")

    assert ([row["id"] for row in queue["cases"]], queue["counts"]["untaken"]) == ([case.id], 1)
    assert queue["cases"][0]["relay"]["name"] == "Non prise"
    assert (elsewhere["cases"], after["cases"], after["counts"]["untaken"]) == ([], [], 0)
    assert ["untaken" in one for one in tabs] == [True, False]
    assert "untaken" not in counts
