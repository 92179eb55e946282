"""Which passwords are taken, and what random ones look like."""

from __future__ import annotations

import re

import pytest

from bot.desk.accounts import is_loopback
from bot.desk.passwords import PasswordRefused, Passwords, new_password, require_good
from tests.desk.doorway import CHEAP


@pytest.mark.parametrize(
    "password",
    [
        "",
        "onze lettre",
        "x" * 201,
        "claire.martin",
        "Claire.Martin2026",
        "2026CLAIREMARTIN",
        "Claire Martinez",
        "guichet-mairie-2026",
        "motdepasse2026",
        "Azertyuiop123",
        "password12345",
        "administrateur",
        "123456789012",
        "aaaaaaaaaaaa",
        "ababababababab",
        "------------",
    ],
)
def test_what_would_be_guessed_is_refused(password: str) -> None:
    """Too short, too long, the login or the name with or without figures, ours, the commonest, a few characters only."""
    with pytest.raises(PasswordRefused):
        require_good(password, "claire.martin", "Claire Martinez")


@pytest.mark.parametrize(
    "password", ["trois tasses de thé", "correct cheval pile agrafe", "x7!Kq2#mZp9w", "日本語のパスワードです。"]
)
def test_what_would_not_be_guessed_is_taken(password: str) -> None:
    """Whatever it is made of: no figure and no capital is asked for."""
    require_good(password, "claire.m", "Claire M.")


def test_a_random_password_can_be_read_aloud() -> None:
    """Sixteen letters and figures in four groups, none that looks like another; good, and never the same."""
    made = {new_password() for _ in range(100)}

    assert len(made) == 100
    for password in made:
        assert re.fullmatch(r"(?:[a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}", password)
        require_good(password, "claire.m", "Claire M.")


async def test_a_damaged_hash_is_nobodys() -> None:
    """What stands in the database and is no hash lets nobody in and breaks nothing."""
    passwords = Passwords(CHEAP)

    assert [await passwords.fits("x", damaged) for damaged in ("", "plain", "$argon2id$v=19$m=8,t=1,p=1$x$y")] == [
        False
    ] * 3


async def test_the_usual_hash_is_argon2id_as_rfc_9106_advises() -> None:
    """64 MB, three passes."""
    made = await Passwords().hash("trois tasses de thé")

    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("::/64", True),
        ("localhost", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.0.2.1", False),
        ("2001:db8::/64", False),
        ("localhost.evil.example", False),
        ("pontavel.example", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, is_own: bool) -> None:
    """Names, addresses, and networks as clients are counted by."""
    assert is_loopback(host) == is_own
