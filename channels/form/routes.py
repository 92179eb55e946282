"""The pages of the forms: shown, sent, received. See docs/channels/form.md."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web

from bot.clock import Clock, now
from bot.errors import BotError, Missing, PayloadRejected, TooMany
from bot.messages import Address, Message
from bot.store.base import CITIZEN, Entry
from bot.text.wording import Wording
from channels.form import bodies, letters, tokens
from channels.form.answers import Answers, Filled, Problem
from channels.form.answers import read as read_answers
from channels.form.attaching import Attaching
from channels.form.definitions import Definition
from channels.form.letters import MailKey
from channels.form.tokens import Receipt
from channels.form.views import Shown, form_view

log = structlog.get_logger(__name__)

PATH = "/formulaires"
TOKEN, POT = "page_token", "verification"
"""What every page of a form carries: its token, and a field that no person sees."""
TOO_FAST = timedelta(seconds=3)
"""Nobody fills in a form in less."""
TOO_OLD = timedelta(hours=24)
"""Longer than WCAG 2.2.1 asks a limit to be (20 hours), and nothing is lost by it."""
AT_ONCE, AT_ONCE_IN_ALL = 8, 24
"""Forms that one network address, and all together, may be sending at the same time: each may hold 20 MB."""
NUMBER_WITHIN = timedelta(seconds=2)
"""So long a receipt waits for its case's number."""
LOOK_EVERY = timedelta(milliseconds=200)
FRESH = timedelta(minutes=1)
"""A receipt of that age may still wait for its number."""

Page = Callable[..., web.Response]


@dataclass(frozen=True, slots=True)
class Doors:
    """What the pages need of the gateway."""

    page: Page
    """A private page from a template, a status and its values."""
    receive: Callable[[Message], Awaitable[bool]]
    alarm: Callable[[str], str | None]
    """The catalogue key of the numbers that a text calls for."""
    number: Callable[[Address, str], Awaitable[str]]
    """The number of the case that a message became; "" as long as there is none."""
    history: Callable[[Address], Awaitable[Sequence[Entry]]]
    wait: Callable[[str], timedelta | None]
    """How long somebody has to wait before they send again; counts what is sent."""
    peer_of: Callable[[web.Request], str]
    mail_key: MailKey | None = None
    """None where the town answers no mail."""


class Forms:
    """`/formulaires` and everything below it."""

    def __init__(
        self,
        forms: Mapping[str, Definition],
        doors: Doors,
        attaching: Attaching,
        wording: Wording,
        secrets: Sequence[str],
        origins: Collection[str],
        zone: ZoneInfo,
        clock: Clock = now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._forms = forms
        self._doors = doors
        self._attaching = attaching
        self._wording = wording
        self._secrets = secrets
        self._origins = origins
        self._zone = zone
        self._clock = clock
        self._pause = pause
        self._sending: Counter[str] = Counter()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every page's route."""
        return [
            web.get(PATH, self.every),
            web.get(f"{PATH}/{{name}}", self.show),
            web.post(f"{PATH}/{{name}}", self.take),
            web.get(f"{PATH}/recu/{{token}}", self.receipt),
        ]

    async def every(self, request: web.Request) -> web.Response:
        """`GET /formulaires`"""
        return self._doors.page("forms.html.j2")

    async def show(self, request: web.Request) -> web.Response:
        """`GET /formulaires/{name}`"""
        return self._again(self._form(request), 200)

    async def take(self, request: web.Request) -> web.Response:
        """`POST /formulaires/{name}`: to the receipt, or back to the form with what was typed."""
        form = self._form(request)
        if not self._is_ours(request):
            return self._again(form, 403, "form_foreign")
        peer = self._doors.peer_of(request)
        try:
            with self._one_of(peer):
                filled = await bodies.read(request, form)
        except bodies.TooLarge as error:
            return self._again(form, error.status, "form_too_large")
        except TooMany:
            return self._again(form, 503, "form_not_stored")
        except (PayloadRejected, asyncio.TimeoutError):
            return self._again(form, 400, "form_unreadable")
        moment = self._clock()
        opened = tokens.read_page(form.name, filled.text(TOKEN), self._secrets, moment)
        if opened is None:
            return self._again(form, 403, "form_unknown_page", filled)
        if (wait := self._doors.wait(peer)) is not None:
            seconds = str(int(wait.total_seconds()))
            return self._again(form, 429, "form_throttled", filled, token=filled.text(TOKEN), seconds=seconds)
        answers = read_answers(form, filled, self._today())
        if any(filled.texts.get(POT, ())) and filled.text(POT).strip():
            # It looks as if it had been sent, and nothing of it is kept.
            return self._received(self._sent(form, opened, answers), answers)
        if moment - opened.at > TOO_OLD:
            return self._again(form, 422, "form_too_old", filled)
        if moment - opened.at < TOO_FAST:
            return self._again(form, 422, "form_too_fast", filled, token=filled.text(TOKEN))
        if answers.problems:
            return self._wrong(form, filled, answers.problems)
        return await self._store(form, opened, filled, answers)

    async def receipt(self, request: web.Request) -> web.Response:
        """`GET /formulaires/recu/{token}`: the number, danger's numbers before it, and the answers that are read here."""
        sent = tokens.read_receipt(request.match_info["token"], self._secrets)
        form = self._forms.get(sent.form) if sent else None
        if sent is None or form is None:
            raise Missing("no receipt of ours")
        number = await self._number(sent)
        is_read_here = sent.address.channel == "form"
        said = await self._doors.history(sent.address) if is_read_here else ()
        alarm = self._wording.say(sent.alert) if sent.alert else ""
        response = self._doors.page(
            "receipt.html.j2",
            form=form,
            number=number,
            alarm=alarm,
            replies=[entry for entry in said if entry.author != CITIZEN],
            is_read_here=is_read_here,
            by_mail=sent.address.channel == "email",
            zone=self._zone,
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    async def _store(self, form: Definition, opened: tokens.Opened, filled: Filled, answers: Answers) -> web.Response:
        moment = self._clock()
        sent = self._sent(form, opened, answers)
        try:
            kept = await self._attaching.keep(sent.address, sent.message_id, form, answers, moment)
            if isinstance(kept, Problem):
                return self._wrong(form, filled, (kept,))
            message = letters.message(form, answers, sent.address, sent.message_id, kept, moment)
            await self._doors.receive(message)
        except BotError:
            log.exception("form.not_stored", form=form.name)
            return self._again(form, 503, "form_not_stored", filled, token=filled.text(TOKEN))
        return self._received(sent, answers)

    def _sent(self, form: Definition, opened: tokens.Opened, answers: Answers) -> Receipt:
        """Where a form's answers go, and under which id it is stored."""
        contents = [one.content for kept in answers.files.values() for one in kept]
        ref = tokens.message_id(form.name, opened.nonce, answers.values, contents)
        sender = letters.sender(form, answers.values)
        if sender and self._doors.mail_key:
            address = Address("email", self._doors.mail_key(ref, sender))
        else:
            address = Address("form", tokens.key(ref))
        return Receipt(form.name, address, ref, self._clock())

    def _received(self, sent: Receipt, answers: Answers) -> web.Response:
        """On to the receipt. Danger is answered whoever wrote."""
        alert = self._doors.alarm(letters.all_words(answers.values)) or ""
        token = tokens.receipt(replace(sent, alert=alert), self._secrets)
        return web.Response(status=303, headers={"Location": f"{PATH}/recu/{token}", "Cache-Control": "no-store"})

    async def _number(self, sent: Receipt) -> str:
        """The case's number; a receipt that is fresh waits for it a moment."""
        left = NUMBER_WITHIN if self._clock() - sent.at < FRESH else timedelta(0)
        while True:
            number = await self._doors.number(sent.address, sent.message_id)
            if number or left <= timedelta(0):
                return number
            await self._pause(LOOK_EVERY.total_seconds())
            left -= LOOK_EVERY

    def _wrong(self, form: Definition, filled: Filled, problems: Sequence[Problem]) -> web.Response:
        shown = Shown(filled.text(TOKEN), filled, problems)
        return self._page(form, shown, 422)

    def _again(
        self, form: Definition, status: int, key: str = "", filled: Filled | None = None, token: str = "", **values: str
    ) -> web.Response:
        """The form once more, with why; it has a new token unless it keeps its own."""
        token = token or tokens.open_page(form.name, self._secrets, self._clock())
        notice = self._wording.say(key, **values) if key else ""
        return self._page(form, Shown(token, filled or Filled(), (), notice), status)

    def _page(self, form: Definition, shown: Shown, status: int) -> web.Response:
        view = form_view(form, shown, self._wording, self._today())
        return self._doors.page("form.html.j2", status=status, form=view)

    def _form(self, request: web.Request) -> Definition:
        """Raises: Missing."""
        form = self._forms.get(request.match_info["name"])
        if form is None:
            raise Missing("no form of that name")
        return form

    def _is_ours(self, request: web.Request) -> bool:
        """Whether a browser says that the form stood on a page of ours; old ones say nothing."""
        origin = request.headers.get("Origin")
        ours = {*self._origins, f"http://{request.host}", f"https://{request.host}"}
        return (not origin or origin in ours) and request.headers.get("Sec-Fetch-Site", "") != "cross-site"

    @contextlib.contextmanager
    def _one_of(self, peer: str) -> Iterator[None]:
        """Raises: TooMany, when too much is being sent at once."""
        if self._sending[peer] >= AT_ONCE or sum(self._sending.values()) >= AT_ONCE_IN_ALL:
            raise TooMany("too many forms at once")
        self._sending[peer] += 1
        try:
            yield
        finally:
            self._sending[peer] -= 1
            if not self._sending[peer]:
                del self._sending[peer]

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()
