"""The desk's door as a browser sees it: the form, the cookie, and what every request of a signed-in agent proves."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import jinja2
import structlog
from aiohttp import web

from bot.agents import MAX_PASSWORD_CHARS, SignedIn
from bot.desk.accounts import is_loopback
from bot.desk.sessions import Door, Refusal, SignInRefused
from bot.errors import ConfigurationError, NotSignedIn, PayloadRejected, SignatureRejected
from bot.settings import Town
from bot.text.typography import typeset

log = structlog.get_logger(__name__)

WEB = Path(__file__).resolve().parents[2] / "web"
COOKIE = "guichet_desk"
CSRF_HEADER = "X-CSRF-Token"
HOME = "/desk"
LOGIN = "/desk/login"
LOGOUT = "/desk/logout"
STYLE = "/desk/login.css"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
MAX_LOGIN_CHARS = 200
PROXY_HEADERS = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
"""Whoever sends one of them is not, or not surely, on this machine."""

_NEXT = re.compile(r"/desk(?:/[\w-]+)*/?(?:\?[\w=&%+-]*)?(?:#[\w/=&+-]*)?", re.ASCII)
_STATUS = {Refusal.WRONG: 403, Refusal.THROTTLED: 429, Refusal.DEMO: 403}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form says: which errors, in the words of its template, and what was typed."""

    errors: tuple[str, ...] = ()
    """Of: no_login, no_password, wrong, throttled, demo, foreign."""
    login: str = ""
    next: str = HOME
    minutes: int = 0
    is_expired: bool = False


class Login:
    """Routes of signing in and out, and `who` for every other route of the desk.

    `peer` says whose network a request comes from, `host` is where the gateway listens.

    Raises:
        ConfigurationError: the page's files are missing.
    """

    def __init__(
        self, door: Door, town: Town, host: str, peer: Callable[[web.Request], str], web_folder: Path = WEB
    ) -> None:
        self._door = door
        self._town = town
        self._is_private = is_loopback(host)
        self._peer = peer
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(web_folder / "pages"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["typeset"] = typeset
        try:
            self._style = (web_folder / "pages" / "desk.css").read_text(encoding="utf-8")
            self._template = self._templates.get_template("desk_login.html.j2")
        except (OSError, jinja2.TemplateNotFound) as error:
            raise ConfigurationError(f"{web_folder / 'pages'}: the desk's page cannot be read") from error

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of the door."""
        return [
            web.get(LOGIN, self.form),
            web.post(LOGIN, self.sign_in),
            web.post(LOGOUT, self.sign_out),
            web.get(STYLE, self.style),
        ]

    async def who(self, request: web.Request) -> SignedIn:
        """Who asks; for a Socket.IO handshake too, whose request carries the same cookie.

        Raises:
            NotSignedIn: nobody, or no longer.
        """
        return await self._door.use(token_of(request))

    async def still(self, request: web.Request) -> SignedIn:
        """Who asked, if they still may; does not count as a use, so that an open page alone keeps no session alive.

        Raises:
            NotSignedIn: they are signed out, the session is over or the account is locked.
        """
        return await self._door.look(token_of(request))

    async def form(self, request: web.Request) -> web.Response:
        """`GET /desk/login`; who is signed in already goes on."""
        wanted = next_of(request.query.get("next", ""))
        try:
            await self.who(request)
        except NotSignedIn:
            return self._page(Shown(next=wanted, is_expired=request.query.get("expired") == "1"), 200)
        raise web.HTTPSeeOther(wanted, headers={"Cache-Control": "no-store"})

    async def sign_in(self, request: web.Request) -> web.Response:
        """`POST /desk/login`: 303 to the desk with a cookie, or the form again with what was wrong."""
        login, password, wanted = await _typed(request)
        shown = Shown(login=login, next=wanted)
        if not is_same_origin(request):
            return self._page(_with(shown, "foreign"), 403)
        missing = tuple(name for name, typed in (("no_login", login), ("no_password", password)) if not typed)
        if missing:
            return self._page(_with(shown, *missing), 400)
        try:
            token = await self._door.sign_in(
                login, password, self._peer(request), self._is_local(request), request.cookies.get(COOKIE)
            )
        except SignInRefused as refused:
            log.info("desk.sign_in_refused", reason=refused.refusal.value)
            minutes = int(refused.wait.total_seconds() // 60) if refused.wait else 0
            response = self._page(_with(shown, refused.refusal.value, minutes=minutes), _STATUS[refused.refusal])
            if minutes:
                response.headers["Retry-After"] = str(minutes * 60)
            return response
        log.info("desk.signed_in")
        response = web.Response(status=303, headers={"Location": wanted, "Cache-Control": "no-store"})
        # Path / because the socket's handshake goes to /socket.io/.
        response.set_cookie(COOKIE, token, path="/", secure=True, httponly=True, samesite="Lax")
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """`POST /desk/logout`: 303 to the form.

        Raises:
            SignatureRejected: another site asks for it.
        """
        if not is_same_origin(request):
            raise SignatureRejected("another site signs nobody out")
        if token := request.cookies.get(COOKIE):
            await self._door.sign_out(token)
        response = web.Response(status=303, headers={"Location": LOGIN, "Cache-Control": "no-store"})
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
        return response

    async def style(self, request: web.Request) -> web.Response:
        """What the form needs beyond the town's style sheet."""
        return web.Response(text=self._style, content_type="text/css", headers={"Cache-Control": "public, max-age=300"})

    def _is_local(self, request: web.Request) -> bool:
        """Whether it comes from this machine for certain: no proxy brought it, and none is needed to get here."""
        return (
            self._is_private
            and is_loopback(self._peer(request))
            and is_loopback(_host_of(request))
            and not any(name in request.headers for name in PROXY_HEADERS)
        )

    def _page(self, shown: Shown, status: int) -> web.Response:
        text = self._template.render(town=self._town, shown=shown, action=LOGIN, style=STYLE)
        return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})


def token_of(request: web.Request) -> str:
    """The session's token that a request carries.

    Raises:
        NotSignedIn: it carries none.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        raise NotSignedIn("the request carries no session")
    return token


def guard(request: web.Request, signed_in: SignedIn) -> None:
    """Check that a request that changes something comes from our own page.

    Raises:
        SignatureRejected: it comes from another site, or does not carry the session's `X-CSRF-Token`.
    """
    if request.method in SAFE_METHODS:
        return
    if not is_same_origin(request):
        raise SignatureRejected("the request comes from another site")
    token = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(token.encode("utf-8", "surrogateescape"), signed_in.csrf.encode()):
        raise SignatureRejected(f"the request carries no valid {CSRF_HEADER}")


def is_same_origin(request: web.Request) -> bool:
    """Whether the browser says that our own page, or the person by hand, made this request."""
    origins = request.headers.getall("Origin", [])
    if origins:
        return origins in ([f"https://{request.host}"], [f"http://{request.host}"])
    return request.headers.get("Sec-Fetch-Site", "") in {"same-origin", "none"}


def next_of(wanted: str) -> str:
    """Where to go after signing in: a page of the desk, whatever was asked for."""
    is_ours = _NEXT.fullmatch(wanted) and not wanted.startswith((LOGIN, LOGOUT))
    return wanted if is_ours else HOME


def _host_of(request: web.Request) -> str:
    """The name that was asked for, without its port; "" if it is none."""
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""


async def _typed(request: web.Request) -> tuple[str, str, str]:
    """Login, password and the page to go to.

    Raises:
        PayloadRejected: it is not what a form sends.
    """
    if request.content_type != FORM:
        raise PayloadRejected("the form comes as application/x-www-form-urlencoded")
    try:
        form = await request.post()
    except (LookupError, ValueError) as error:
        raise PayloadRejected("the form cannot be read") from error
    login, password, wanted = (str(form.get(name, "")) for name in ("login", "password", "next"))
    # A longer one than any that is taken stays too long.
    return login.strip()[:MAX_LOGIN_CHARS], password[: MAX_PASSWORD_CHARS + 1], next_of(wanted)


def _with(shown: Shown, *errors: str, minutes: int = 0) -> Shown:
    return Shown(errors, shown.login, shown.next, minutes)
