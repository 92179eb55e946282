"""Online services, forms and contacts, as the source names them."""

from __future__ import annotations

from lxml.etree import _Element

from bot.fiches import PRO, Contact, Online
from bot.knowledge.importers.service_public.inline import children, links, name, web, words

SITE = "https://www.service-public.fr"


def public_page(audience: str, page_id: str) -> str:
    """The public page of an id, for what comes without an address of its own."""
    return f"{SITE}/{'professionnels-entreprises' if audience == PRO else 'particuliers'}/vosdroits/{page_id}"


def online(element: _Element, audience: str) -> Online | None:
    """`ServiceEnLigne` or `PourEnSavoirPlus`; None if it leads nowhere.

    A letter or form that the State's own site makes has no address but its page there.
    """
    title, service = words(element.find("Titre")), (element.get("ID") or "").strip()
    url = web(element.get("URL")) or (public_page(audience, service) if service else "")
    if not url or not title:
        return None
    return Online(
        title=title,
        url=url,
        kind=(element.get("type") or "").strip(),
        id=service,
        provider=words(element.find("Source")),
        form=(element.get("numerocerfa") or "").strip(),
    )


def contact(element: _Element, helps: bool = False) -> Contact | None:
    """`OuSAdresser` or `QuiPeutMAider`; None if it says nothing."""
    title = words(element.find("Titre"))
    pivots = tuple(dict.fromkeys(filter(None, (words(pivot) for pivot in element.iterfind("PivotLocal")))))
    text = element.find("Texte")
    addresses = [web(page.get("URL")) for page in element.iterfind("RessourceWeb")]
    addresses += [link.url for link in links(text)]
    said = [words(element.find("Complement")), words(element.find("IntroductionSimple")), *(_lines(text))]
    if not title:
        return None
    return Contact(
        title=title,
        pivots=pivots,
        url=next(filter(None, addresses), ""),
        text="\n".join(filter(None, said)),
        id=(element.get("ID") or "").strip(),
        help=helps,
    )


def _lines(text: _Element | None) -> list[str]:
    """Numbers, hours and addresses, a line each; a heading stands before the line that it heads."""
    lines: list[str] = []
    heading = ""
    todo = list(reversed(children(text))) if text is not None else []
    while todo:
        element = todo.pop()
        kind = name(element)
        if kind in {"Condition", "Image", "Video"}:
            continue
        if kind in {"Titre", "TitreFlottant"}:
            heading = words(element)
        elif kind == "Paragraphe" or not children(element):
            said = words(element)
            if said:
                lines.append(f"{heading} : {said}" if heading else said)
                heading = ""
        else:
            todo.extend(reversed(children(element)))
    return [*lines, heading] if heading else lines
