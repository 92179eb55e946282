"""The wiring of the web forms: what is sent becomes a message, and a receipt reads what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from aiohttp import web

from bot.casework import StoredPhoto
from bot.errors import Missing
from bot.gateway.pages import FormLink, Pages
from bot.messages import Address, Message
from bot.settings import Settings
from bot.store.base import Entry
from bot.store.sql import Store
from bot.text.wording import Wording
from channels.email import keys
from channels.form.attaching import Attaching
from channels.form.definitions import Definition
from channels.form.routes import Doors, Forms
from channels.web.throttle import Throttle


def links(forms: Mapping[str, Definition]) -> tuple[FormLink, ...]:
    """The forms as pages lead to them."""
    return tuple(FormLink(one.name, one.title, one.about, one.fits) for one in forms.values())


def build_forms(
    settings: Settings,
    forms: Mapping[str, Definition],
    store: Store,
    pages: Pages,
    wording: Wording,
    receive: Callable[[Message], Awaitable[bool]],
    alarm: Callable[[str], str | None],
    history: Callable[[Address], Awaitable[Sequence[Entry]]],
    peer_of: Callable[[web.Request], str],
) -> list[web.AbstractRouteDef]:
    """The routes of the forms; none where there are none."""
    office = settings.office
    if not forms or office.channels.form is None:
        return []

    async def number(address: Address, message_id: str) -> str:
        conversation = await store.conversations.find(address)
        filed = await store.letters.find(conversation.id, message_id) if conversation else None
        if filed is None or filed.case_id is None:
            return ""
        try:
            return (await store.cases.get(filed.case_id)).number
        except Missing:
            # It was erased meanwhile.
            return ""

    async def keep(address: Address, language: str, photo: StoredPhoto, moment: datetime) -> None:
        await store.photos.add(address, language, photo, moment)

    mail = office.channels.email
    doors = Doors(
        page=pages.render_private,
        receive=receive,
        alarm=alarm,
        number=number,
        history=history,
        wait=Throttle(office.channels.form.per_minute).take,
        peer_of=peer_of,
        mail_key=keys.key if mail and mail.smtp else None,
    )
    return Forms(forms, doors, Attaching(keep), wording, settings.secrets, office.origins, office.zone).routes()
