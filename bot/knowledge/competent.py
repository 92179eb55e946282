"""Who is competent here: the town's own contacts for the codes of a fiche, then the fiche's own words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from bot.fiches import Contact, Fiche, Online
from bot.knowledge.leaves import Leaf, Outline
from bot.knowledge.narrowing import Known, holds
from bot.settings import GENERAL_SERVICE, Office
from bot.settings_directory import Entry

CONTACTS = 2
"""So many are named in one answer."""
SERVICES = 2
"""The same of what can be done on the web."""
_Beside = TypeVar("_Beside", Online, Contact)


@dataclass(frozen=True, slots=True)
class Competent:
    """Whom to turn to, in words that are the town's or the fiche's."""

    name: str
    details: tuple[str, ...]
    """Telephone with hours, address, web page, e-mail address; whichever there is."""
    service: str = ""
    """The town's service, where it is one."""

    @property
    def line(self) -> str:
        """All of it on one line."""
        return f"{self.name} : {', '.join(self.details)}" if self.details else self.name


def competent(office: Office, contacts: Iterable[Contact]) -> tuple[Competent, ...]:
    """The contacts of a place in a fiche as this town names them; who decides before who helps, and nobody twice."""
    found: dict[str, Competent] = {}
    for contact in sorted(contacts, key=lambda contact: contact.help):
        entries = [office.directory[pivot] for pivot in contact.pivots if pivot in office.directory]
        for one in [_entry(office, entry) for entry in entries] or [_own(contact)]:
            found.setdefault(one.name, one)
    return tuple(found.values())[:CONTACTS]


def service_of(contacts: Iterable[Competent]) -> str:
    """The town's service that is answerable for an answer: the first that is named, else the general one."""
    return next((one.service for one in contacts if one.service), GENERAL_SERVICE)


def contacts_of(outline: Outline, leaf: Leaf, known: Known) -> tuple[Contact, ...]:
    """Who is competent for a leaf; see `_scope`."""
    return _scope(outline, leaf, known, lambda one: one.contacts)


def online_of(fiche: Fiche, outline: Outline, leaf: Leaf, known: Known) -> tuple[Online, ...]:
    """What can be done on the web about a leaf; see `_scope`."""
    found = _scope(outline, leaf, known, lambda one: one.online)
    if not found and not outline.questions:
        # Their own pages name the whole fiche: which case they are for is not said.
        found = fiche.forms
    return found[:SERVICES]


def _scope(
    outline: Outline, leaf: Leaf, known: Known, beside: Callable[[Leaf], tuple[_Beside, ...]]
) -> tuple[_Beside, ...]:
    """What stands beside a leaf, else in its section, else in its case, else beside the fiche; never of another case."""
    if own := beside(leaf):
        return own
    shown = [one for one in outline.leaves if holds(one.path, known)]
    for depth in range(len(leaf.headings), -1, -1):
        above = leaf.headings[:depth]
        near = [one for one in shown if (one.headings[:depth] == above if depth else not one.headings)]
        found = [thing for one in near for thing in beside(one)]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def _entry(office: Office, entry: Entry) -> Competent:
    service = office.services.get(entry.service)
    name = entry.name or (service.name if service else "")
    phone = entry.phone or (service.phone or office.town.phone if service else "")
    hours = entry.hours or (service.hours or office.town.hours if service else "")
    email = entry.email or (service.email if service else "")
    called = f"{phone} ({hours})" if phone and hours else phone
    return Competent(name, tuple(part for part in (called, entry.address, entry.url, email) if part), entry.service)


def _own(contact: Contact) -> Competent:
    text = " ".join(contact.text.split())
    return Competent(contact.title, tuple(part for part in (text, contact.url) if part))
