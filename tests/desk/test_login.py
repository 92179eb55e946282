"""Signing in at the desk, as browsers and those who only pretend to be one see it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from bot.desk.passwords import Passwords
from tests.desk.doorway import CHEAP, PASSWORD, Doorway, doorway, errors

WRONG = "L’identifiant ou le mot de passe ne convient pas"


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorway]:
    async with doorway(tmp_path) as built:
        yield built


async def test_the_form_can_be_read_by_everybody(door: Doorway) -> None:
    """French, with labels, names for password managers, no script, and nothing that a proxy keeps."""
    answer = await door.get()

    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    for part in (
        '<html lang="fr">',
        '<label for="login">Identifiant</label>',
        '<label for="password">Mot de passe</label>',
        'autocomplete="username"',
        'autocomplete="current-password"',
        '<form method="post" action="/desk/login"',
    ):
        assert part in answer.text
    assert errors(answer) == []
    assert (await door.get("/desk/login.css")).headers["Content-Type"].startswith("text/css")


async def test_signing_in_leads_to_the_desk_with_a_cookie(door: Doorway) -> None:
    """303, and a cookie for the whole host that scripts do not read and other sites do not send with a form."""
    answer = await door.sign_in(" Claire.M ")

    assert (answer.status, answer.headers["Location"], answer.headers["Cache-Control"]) == (303, "/desk", "no-store")
    cookie = answer.cookie
    assert (cookie["path"], cookie["secure"], cookie["httponly"], cookie["samesite"]) == ("/", True, True, "Lax")
    assert (cookie["domain"], cookie["max-age"], cookie["expires"]) == ("", "", "")
    me = await door.get("/desk/api/me", cookie=cookie.value)
    assert json.loads(me.text)["login"] == "claire.m"


async def test_a_wrong_password_and_an_unknown_login_are_refused_alike(door: Doorway) -> None:
    """The same status and page but for the login that was typed; the form keeps it and never the password."""
    wrong = await door.sign_in("claire.m", "un mauvais mot de passe")
    unknown = await door.sign_in("claire.x", "un mauvais mot de passe")

    assert (wrong.status, errors(wrong), wrong.cookie) == (403, [WRONG], None)
    assert wrong.text.replace("claire.m", "claire.x") == unknown.text
    assert (unknown.status, unknown.cookie) == (403, None)
    assert 'value="claire.m"' in wrong.text
    assert "un mauvais mot de passe" not in wrong.text
    assert wrong.text.count('aria-invalid="true"') == 2


async def test_an_unknown_login_costs_as_much_as_a_known_one() -> None:
    """What nobody's password is compared with has the parameters that accounts' hashes have."""
    hasher = PasswordHasher(time_cost=2, memory_cost=64, parallelism=3)
    compared: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, *given: Any) -> Any:
            compared.append(given[0])
            return super().verify(*given)

    fits = await Passwords(Watched(time_cost=2, memory_cost=64, parallelism=3)).fits(PASSWORD, None)

    assert not fits
    assert [len(one) for one in compared] == [len(hasher.hash(PASSWORD))]
    assert not hasher.check_needs_rehash(compared[0])


@pytest.mark.parametrize(
    ("form", "words", "invalid"),
    [
        ({"login": "claire.m"}, ["Saisissez votre mot de passe"], 1),
        ({"password": PASSWORD, "login": "  "}, ["Saisissez votre identifiant"], 1),
        ({"a": "b"}, ["Saisissez votre identifiant", "Saisissez votre mot de passe"], 2),
    ],
)
async def test_what_is_missing_is_named(door: Doorway, form: dict[str, str], words: list[str], invalid: int) -> None:
    """Each empty field stands in the summary, with a link to it, and beside the field."""
    answer = await door.post(**form)

    assert (answer.status, errors(answer)) == (400, words)
    assert answer.text.count('aria-invalid="true"') == invalid
    assert "<title>Erreur – " in answer.text


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("x\x00y", PASSWORD),
        ("é" * 5000, PASSWORD),
        ("<script>alert(1)</script>", PASSWORD),
        ("claire.m", "x" * 100_000),
        ("claire.m", PASSWORD + "\x00"),
        ("claire.m' OR 1=1 --", "' OR '1'='1"),
    ],
)
async def test_strange_input_is_refused_in_words(door: Doorway, login: str, password: str) -> None:
    """No error of ours, no markup of theirs."""
    answer = await door.sign_in(login, password)

    assert (answer.status, errors(answer)) == (403, [WRONG])
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"login=\xff\xfe", "application/x-www-form-urlencoded"),
        (b"login=a", "application/x-www-form-urlencoded; charset=klingon"),
        (b'{"login": "claire.m"}', "application/json"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)
async def test_what_is_no_form_is_refused(door: Doorway, body: bytes, content_type: str) -> None:
    """400, whatever it is."""
    headers = {"Content-Type": content_type, "Origin": f"http://{door.host}"}
    async with door.http.post("/desk/login", data=body, headers=headers) as response:
        assert response.status == 400


async def test_an_old_hash_is_made_anew_at_the_next_sign_in(door: Doorway) -> None:
    """When the parameters have grown; the same password signs in again."""
    door.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, hash_len=16))
    await door.hire("yann")
    assert (await door.sign_in("yann")).status == 303

    assert not CHEAP.check_needs_rehash(await door.kept("yann"))
    assert (await door.sign_in("yann")).status == 303


async def test_a_password_is_the_same_on_every_keyboard(door: Doorway) -> None:
    """An accent typed as a sign of its own is the same accent."""
    assert "é" in PASSWORD
    assert (await door.sign_in(password=PASSWORD.replace("é", "e\u0301"))).status == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "", "Sec-Fetch-Site": "none"}, 303),
    ],
)
async def test_another_site_signs_nobody_in(door: Doorway, headers: dict[str, str], status: int) -> None:
    """The form counts when the browser says that it came from our own page; a refusal says so and counts no failure."""
    form = {"login": "claire.m", "password": PASSWORD}
    answers = [await door.post(headers=headers, **form) for _ in range(6)]

    assert {answer.status for answer in answers} == {status}
    if status == 403:
        assert errors(answers[0]) == [
            "Le formulaire a été envoyé depuis un autre site. Connectez-vous depuis cette page."
        ]
        assert answers[0].cookie is None
        assert (await door.sign_in()).status == 303


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/desk", "/desk"),
        ("/desk/", "/desk/"),
        ("/desk/cases/12", "/desk/cases/12"),
        ("/desk?view=mine&case=12", "/desk?view=mine&case=12"),
        ("/desk#/cases/12", "/desk#/cases/12"),
        ("", "/desk"),
        ("/", "/desk"),
        ("/deskevil", "/desk"),
        ("//evil.example/desk", "/desk"),
        ("/desk//evil.example", "/desk"),
        ("/\\evil.example", "/desk"),
        ("/desk\\..\\evil", "/desk"),
        ("/desk/../articles", "/desk"),
        ("/desk/%2e%2e/articles", "/desk"),
        ("https://evil.example/desk", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/desk\r\nSet-Cookie: a=b", "/desk"),
        ("/desk\n", "/desk"),
        ("/desk/login", "/desk"),
        ("/desk/logout", "/desk"),
        ("/desk/\u00e9", "/desk"),
    ],
)
async def test_one_lands_in_the_desk_and_nowhere_else(door: Doorway, wanted: str, location: str) -> None:
    """`next` names a page of the desk; anything else means the desk itself."""
    answer = await door.sign_in(next=wanted)

    assert (answer.status, answer.headers["Location"]) == (303, location)


async def test_the_page_that_was_wanted_survives_a_failure(door: Doorway) -> None:
    """The form carries it on."""
    first = await door.get("/desk/login?next=/desk/cases/12&expired=1")
    failed = await door.sign_in(password="un mauvais mot de passe", next="/desk/cases/12")

    assert 'name="next" value="/desk/cases/12"' in first.text
    assert 'name="next" value="/desk/cases/12"' in failed.text


DEMO_WORDS = ["Le compte de démonstration ne s’ouvre que depuis la machine où Guichet est installé."]


async def test_the_demonstration_signs_in_on_its_own_machine(door: Doorway) -> None:
    """Loopback to loopback, nothing between."""
    await door.hire("demo", demo=True)

    assert (await door.sign_in("demo")).status == 303


@pytest.mark.parametrize(
    ("host", "proxies", "headers"),
    [
        ("0.0.0.0", 0, {}),
        ("", 0, {}),
        ("192.0.2.1", 0, {}),
        ("127.0.0.1", 0, {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", 1, {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", 1, {"X-Forwarded-For": "203.0.113.9"}),
        ("127.0.0.1", 0, {"X-Real-IP": "203.0.113.9"}),
        ("127.0.0.1", 0, {"Forwarded": "for=203.0.113.9"}),
        ("127.0.0.1", 0, {"Host": "pontavel.example", "Origin": "http://pontavel.example"}),
        ("127.0.0.1", 0, {"Host": "[::1", "Origin": "http://[::1"}),
    ],
)
async def test_the_demonstration_signs_in_from_nowhere_else(
    tmp_path: Path, host: str, proxies: int, headers: dict[str, str]
) -> None:
    """Refused in words to who knows the password; who does not is only told that something is wrong."""
    async with doorway(tmp_path, host, proxies) as door:
        await door.hire("demo", demo=True)
        right = await door.post(headers=headers, login="demo", password=PASSWORD)
        wrong = await door.post(headers=headers, login="demo", password="un mauvais mot de passe")
        other = await door.post(headers=headers, login="claire.m", password=PASSWORD)

        assert (right.status, errors(right), right.cookie) == (403, DEMO_WORDS, None)
        assert errors(wrong) == [WRONG]
        assert other.status == 303
