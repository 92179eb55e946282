"""Settings of the directory: who is competent beyond the town hall, and which of the town's services is, by official code."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

URL = r"^https?://[^\s/]+\S*$|^$"


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a citizen of this town turns to for one official code (`PivotLocal` of the State's pages).

    `service` names one of the town's services, whose name, telephone and hours then hold; the other fields say it for
    an office that is not the town's, or add to the service's own.
    """

    service: str = ""
    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    url: Annotated[str, Meta(pattern=URL)] = ""
    hours: Annotated[str, Meta(max_length=200)] = ""

    def __post_init__(self) -> None:
        if not (self.service or self.name):
            raise ValueError("an entry of the directory has the code of a service or a name")


Directory = dict[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_éèêàùç]*$")], Entry]
"""By official code: `mairie`, `caf`, `prefecture`."""
