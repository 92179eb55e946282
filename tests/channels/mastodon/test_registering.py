"""What is set up at the server, and what is left to a person."""

from __future__ import annotations

from channels.mastodon import Mastodon
from tests.channels.mastodon.test_channel import WEBSITE
from tests.fakes.mastodon import FakeMastodon


async def test_registering_sets_up_the_profile(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """The account is a bot's, names the town's site beside what it said before, and strangers may write to it."""
    mastodon.account["source"]["fields"] = [{"name": "Téléphone", "value": "01 99 00 12 34"}]
    steps = await channel.register("https://chat.pontavel.example")

    assert mastodon.account["bot"] is True
    assert mastodon.account["source"]["fields"] == [
        {"name": "Téléphone", "value": "01 99 00 12 34"},
        {"name": "Site officiel", "value": WEBSITE},
    ]
    assert mastodon.filtering is False
    assert [step.done for step in steps] == [True, True, True, False, False, False]


async def test_registering_twice_changes_nothing_more(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """It is safe to repeat."""
    first = await channel.register("https://chat.pontavel.example")
    mastodon.requests.clear()
    second = await channel.register("https://chat.pontavel.example")

    assert first == second
    assert len(mastodon.account["source"]["fields"]) == 1
    assert ("PATCH", "/api/v1/accounts/update_credentials") not in mastodon.requests


async def test_a_full_profile_is_left_alone(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Its four rows are the town's: a person decides which one goes."""
    rows = [{"name": f"Ligne {number}", "value": "x"} for number in range(4)]
    mastodon.account["source"]["fields"] = rows
    steps = await channel.register("https://chat.pontavel.example")

    assert mastodon.account["source"]["fields"] == rows
    assert any(not step.done and WEBSITE in step.text and "profil" in step.text for step in steps)


async def test_what_a_token_may_not_is_left_to_a_person(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Without the right to write, registering says what to do by hand."""
    mastodon.scopes.clear()
    steps = await channel.register("https://chat.pontavel.example")

    assert [step.done for step in steps] == [False] * 5
    assert any("mentions privées" in step.text for step in steps)


async def test_an_older_server_sets_nobody_aside(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Before 4.3 there is no policy to open."""
    mastodon.old_version = True
    steps = await channel.register("https://chat.pontavel.example")

    assert [step.done for step in steps] == [True, True, False, False, False]
