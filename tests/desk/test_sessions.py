"""How long somebody is signed in at the desk, and what each of their requests has to prove."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import Connection, select

from bot.desk.passwords import Passwords
from bot.desk.sessions import Door, SignInRefused
from bot.errors import CaseTaken, DeskClosed, DeskError, NotAllowed, NotSignedIn
from bot.gateway import middleware
from bot.settings_desk import Desk
from bot.store.desk_tables import failures, sessions
from tests.desk.doorway import CHEAP, PASSWORD, Doorway, doorway, errors

WRONG = "L’identifiant ou le mot de passe ne convient pas"


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorway]:
    async with doorway(tmp_path) as built:
        yield built


async def stored(door: Doorway) -> str:
    """Everything that the accounts' tables hold, as text."""

    def work(connection: Connection) -> str:
        return repr([connection.execute(select(table)).all() for table in (sessions, failures)])

    return await door.store.database.read(work)


async def test_nothing_that_is_stored_opens_the_desk_or_names_an_address(door: Doorway) -> None:
    """Neither the token, nor the login that failed, nor the network stands in the database."""
    token = await door.token()
    await door.fail(1, "secret.login")
    text = await stored(door)

    assert [part for part in (token, "secret.login", "127.0.0.1") if part in text] == []


async def test_a_session_is_renewed_at_every_sign_in(door: Doorway) -> None:
    """The browser gets another token, its former one is worth nothing, another browser's goes on."""
    first, elsewhere = await door.token(), await door.token()
    second = await door.token(cookie=first)

    assert len({first, second, elsewhere}) == 3
    assert [await door.status_of(token) for token in (first, second, elsewhere)] == [401, 200, 200]


async def test_a_token_that_somebody_chose_is_not_taken_up(door: Doorway) -> None:
    """A cookie planted before the sign-in is replaced."""
    planted = "planted-by-somebody-else"
    token = await door.token(cookie=planted)

    assert token != planted
    assert await door.status_of(planted) == 401


async def test_a_session_ends_when_it_is_not_used(door: Doorway) -> None:
    """After sixty minutes without a request; each request counts, to the minute."""
    token = await door.token()
    for _ in range(3):
        door.clock.turn(minutes=59)
        assert await door.status_of(token) == 200
    door.clock.turn(minutes=60)

    assert await door.status_of(token) == 401


async def test_a_session_ends_after_its_time_however_it_is_used(door: Doorway) -> None:
    """After twelve hours."""
    token = await door.token()
    for _ in range(23):
        door.clock.turn(minutes=30)
        assert await door.status_of(token) == 200
    door.clock.turn(minutes=30)

    assert await door.status_of(token) == 401


async def test_a_look_keeps_no_session_alive(door: Doorway) -> None:
    """What only asks whether somebody is still there is no use of the session."""
    token = await door.token()
    door.clock.turn(minutes=59)
    await door.door.look(token)
    door.clock.turn(minutes=1)
    with pytest.raises(NotSignedIn):
        await door.door.look(token)


async def test_a_locked_account_is_out_at_once(door: Doorway) -> None:
    """Its session ends, and its right password is refused like a wrong one."""
    token = await door.token()
    await door.store.agents.set_disabled((await door.account()).id, True, door.clock())
    answer = await door.sign_in()

    assert await door.status_of(token) == 401
    assert (answer.status, errors(answer)) == (403, [WRONG])


async def test_a_new_password_ends_the_session(door: Doorway) -> None:
    """Whoever had the old one is out."""
    token = await door.token()
    await door.replace_password("une autre phrase")

    assert await door.status_of(token) == 401
    assert (await door.sign_in()).status == 403
    assert (await door.sign_in(password="une autre phrase")).status == 303


async def test_a_password_that_is_replaced_while_it_is_checked_opens_nothing(door: Doorway) -> None:
    """Whoever signs in with the old one at the very moment of the reset is refused, and has no session."""

    class Overtaken(Passwords):
        async def fits(self, password: str, password_hash: str | None) -> bool:
            fits = await super().fits(password, password_hash)
            await door.replace_password("une autre phrase")
            return fits

    overtaken = Door(door.store.agents, Overtaken(CHEAP), Desk(), door.clock)
    with pytest.raises(SignInRefused):
        await overtaken.sign_in("claire.m", PASSWORD, "192.0.2.1")

    assert await stored(door) == "[[], []]"


async def test_a_session_that_is_over_is_told(door: Doorway) -> None:
    """Only when the desk says so in the address."""
    words = "Votre session est terminée"

    assert words in (await door.get("/desk/login?expired=1")).text
    assert words not in (await door.get("/desk/login")).text


async def test_who_is_signed_in_is_not_asked_again(door: Doorway) -> None:
    """The form leads on, to where it would have led."""
    token = await door.token()
    answer = await door.get("/desk/login?next=/desk/cases/12", cookie=token)

    assert (answer.status, answer.headers["Location"]) == (303, "/desk/cases/12")


async def test_signing_out_ends_the_session_and_takes_the_cookie(door: Doorway) -> None:
    """303 to the form; without a session too."""
    token = await door.token()
    answer = await door.post("/desk/logout", cookie=token)
    again = await door.post("/desk/logout")

    assert (answer.status, answer.headers["Location"]) == (303, "/desk/login")
    assert (answer.cookie.value, answer.cookie["max-age"], answer.cookie["path"]) == ("", "0", "/")
    assert await door.status_of(token) == 401
    assert again.status == 303


async def test_another_site_signs_nobody_out(door: Doorway) -> None:
    """403, and the session goes on; a link does nothing either."""
    token = await door.token()
    foreign = await door.post("/desk/logout", cookie=token, headers={"Origin": "https://evil.example"})
    link = await door.get("/desk/logout", cookie=token)

    assert (foreign.status, link.status, await door.status_of(token)) == (403, 405, 200)


async def test_without_a_session_a_route_of_the_desk_is_401(door: Doorway) -> None:
    """No cookie, an empty one, somebody's guess."""
    assert [await door.status_of(token) for token in ("", "x", "a" * 43)] == [401, 401, 401]


async def test_a_change_carries_the_sessions_token_and_our_origin(door: Doorway) -> None:
    """One without the other is 403, and so is the token of another session."""
    token, other = await door.token(), await door.token()
    csrf = json.loads((await door.get("/desk/api/me", cookie=token)).text)["csrf"]
    foreign = json.loads((await door.get("/desk/api/me", cookie=other)).text)["csrf"]

    async def status(**headers: str) -> int:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await door.post("/desk/api/me", cookie=token, headers=given)).status

    assert await status(X_CSRF_Token=csrf) == 200
    assert await status() == 403
    assert await status(X_CSRF_Token=foreign) == 403
    assert await status(X_CSRF_Token=csrf[:-1]) == 403
    assert await status(X_CSRF_Token=csrf, Origin="https://evil.example") == 403
    assert await status(X_CSRF_Token=csrf, Origin="") == 403
    assert await status(X_CSRF_Token=csrf, Origin="", Sec_Fetch_Site="same-origin") == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotSignedIn("x"), 401), (NotAllowed("x"), 403), (CaseTaken("x", by="Yann L."), 409), (DeskClosed("x"), 409)],
)
async def test_what_the_desk_refuses_has_its_status(error: DeskError, status: int) -> None:
    """Not signed in, not allowed, or not possible now."""

    async def refuse(request: web.Request) -> web.Response:
        raise error

    guarded = middleware.errors(lambda request, status: web.Response(status=status))
    response = await guarded(make_mocked_request("GET", "/desk/api/cases"), refuse)

    assert response.status == status
