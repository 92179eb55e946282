"""The town's own contacts and addresses: what stays in a text whose personal data is masked."""

from __future__ import annotations

from bot.settings import Office


def own_contacts(office: Office) -> tuple[str, ...]:
    """Every telephone number, address and e-mail address of the town, its services and its directory."""
    town = office.town
    own = [town.phone, town.email, town.address, town.counter]
    for service in office.services.values():
        own += service.phone, service.email
    for entry in office.directory.values():
        own += entry.phone, entry.email, entry.address
    return tuple(filter(None, own))
