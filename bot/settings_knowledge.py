"""Settings of where knowledge comes from."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

SOURCE = r"^https://[^\s/]+/\S*$|^http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?/\S*$|^$"
"""Over https only: what is downloaded is told to citizens. A machine may ask itself."""

LIVE = "https://lecomarquage.service-public.gouv.fr/vdd/3.5/{}/zip/vosdroits-latest.zip"


class ServicePublic(Struct, frozen=True, forbid_unknown_fields=True):
    """The State's open data, by audience; "" leaves one out."""

    part: Annotated[str, Meta(pattern=SOURCE)] = LIVE.format("part")
    pro: Annotated[str, Meta(pattern=SOURCE)] = LIVE.format("pro")
