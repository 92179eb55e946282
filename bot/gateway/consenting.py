"""The page on which a citizen agrees that their request is passed on, or not: without script, opened from a mail."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot.clock import Clock, now
from bot.desk.consent import PATH, Consent, open_to_answer
from bot.errors import Missing, PayloadRejected, SignatureRejected
from bot.referrals import Referral, State

ANSWERS = {"oui": True, "non": False}
AGREED = frozenset({State.GIVEN, State.SENT, State.FAILED})
"""What a page says « oui » of, whenever it is opened."""


class Consenting:
    """`/accord/TOKEN`. Reading it changes nothing: mail programs and their guards open links by themselves."""

    def __init__(self, consent: Consent, page: Callable[..., web.Response], clock: Clock = now) -> None:
        """`page` fills a template for one person; see `Pages.render_private`."""
        self._consent = consent
        self._page = page
        self._clock = clock

    def routes(self) -> list[web.AbstractRouteDef]:
        """Both routes."""
        return [web.get(f"{PATH}/{{token}}", self.read), web.post(f"{PATH}/{{token}}", self.answer)]

    async def read(self, request: web.Request) -> web.Response:
        """What would be passed on and to whom, with two buttons; or what became of it, or that the link leads nowhere."""
        try:
            referral = await self._consent.read(request.match_info["token"])
        except (SignatureRejected, Missing) as error:
            return self._nowhere(error)
        return self._shown(referral)

    async def answer(self, request: web.Request) -> web.Response:
        """Keep the answer; pressed twice, the first one counts.

        Raises:
            PayloadRejected: it is neither yes nor no.
        """
        token = request.match_info["token"]
        try:
            referral = await self._consent.read(token)
        except (SignatureRejected, Missing) as error:
            return self._nowhere(error)
        given = ANSWERS.get(str((await request.post()).get("reponse", "")))
        if given is None:
            raise PayloadRejected("neither oui nor non")
        if open_to_answer(referral, self._clock()):
            await self._consent.take(referral.id, given)
        return web.Response(status=303, headers={"Location": f"{PATH}/{token}"})

    def _nowhere(self, error: SignatureRejected | Missing) -> web.Response:
        return self._page("consent.html.j2", 404 if isinstance(error, Missing) else error.status, referral=None)

    def _shown(self, referral: Referral) -> web.Response:
        return self._page(
            "consent.html.j2",
            referral=referral,
            is_open=open_to_answer(referral, self._clock()),
            agreed=referral.state in AGREED,
            refused=referral.state is State.REFUSED,
            sent=referral.state is State.SENT,
        )
