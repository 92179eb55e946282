"""Pages of online services, forms and letters (R…): they have no text to answer with, and lead to fiches."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element

from bot.fiches import PART, PRO, Online
from bot.knowledge.importers.service_public.errors import Unusable
from bot.knowledge.importers.service_public.inline import web, words
from bot.knowledge.importers.service_public.services import public_page

AUDIENCE_NAMES = {"particuliers": PART, "associations": PART, "professionnels": PRO}
"""By how the source names them; associations are in the file of individuals."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be done on the web, and the fiches that its page names."""

    audience: str
    online: Online
    fiches: tuple[str, ...]
    """Ids in its own audience."""


def resource(root: _Element, audience: str, page_id: str, title: str) -> Resource:
    """A `ServiceComplementaire`.

    Raises:
        Unusable: it has no title.
    """
    link = root.find("LienWeb")
    url = web(link.get("URL")) if link is not None else ""
    crumbs = root.findall("FilDAriane/Niveau")
    # The page's title has its kind and number behind it; the last crumb has not.
    own = next((words(crumb) for crumb in reversed(crumbs) if crumb.get("ID") == page_id), "")
    shown = own or title
    if not shown:
        raise Unusable("has no title")
    named = (
        linked.get("ID", "")
        for linked in root.iterfind("FicheLiee")
        if AUDIENCE_NAMES.get((linked.get("audience") or "").strip().lower(), audience) == audience
    )
    return Resource(
        audience=audience,
        online=Online(
            title=shown,
            url=url or public_page(audience, page_id),
            kind=(root.get("type") or "").strip(),
            id=page_id,
            provider=words(link.find("Source")) if link is not None else "",
            form=words(root.find("NumeroCerfa")),
        ),
        fiches=tuple(dict.fromkeys(filter(None, named))),
    )
