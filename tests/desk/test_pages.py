"""The desk's pages have addresses of their own."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.agents import Role
from bot.app import Gateway
from bot.desk.login import WEB
from bot.desk.pages import PAGES
from tests.desk.office import at_desk


def test_the_page_knows_the_same_addresses() -> None:
    """Whatever the script takes for a page, the gateway serves, and nothing else."""
    found = re.search(r"PAGES = \[(.*?)\]", (WEB / "desk/pages.ts").read_text(encoding="utf-8"))
    assert found

    assert set(re.findall(r"\w+", found[1])) - {"cases"} == set(PAGES)


@pytest.mark.parametrize("path", ["/desk", "/desk/", *(f"/desk/{name}" for name in PAGES), "/desk/insights/"])
async def test_every_address_shows_the_page(running: Gateway, path: str) -> None:
    """To whoever is signed in; the page itself says what a role may not see."""
    async with (
        at_desk(running, role=Role.SUPERVISOR) as lea,
        lea.http.get(lea.origin + path, headers=lea.headers()) as response,
    ):
        text = await response.text()

    assert (response.status, "<guichet-desk>" in text) == (200, True)


async def test_the_door_leads_back(running: Gateway) -> None:
    """Who is not signed in comes to the page that was asked for, with its filters; home needs no way back."""
    async with at_desk(running) as lea:
        doors = []
        for path in ("/desk", "/desk/insights?first=2026-01-01&service=etat_civil"):
            async with lea.http.get(lea.origin + path, allow_redirects=False) as response:
                door = urlsplit(response.headers["Location"])
                doors.append((response.status, door.path, parse_qs(door.query)))

    assert doors == [
        (303, "/desk/login", {}),
        (303, "/desk/login", {"next": ["/desk/insights?first=2026-01-01&service=etat_civil"]}),
    ]


async def test_no_other_address(running: Gateway) -> None:
    """Anything else below /desk is not there."""
    async with (
        at_desk(running) as lea,
        lea.http.get(f"{lea.origin}/desk/nothing", headers=lea.headers()) as response,
    ):
        assert response.status == 404
