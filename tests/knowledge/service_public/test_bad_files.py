"""Files that are broken or mean no good."""

from __future__ import annotations

import pytest

from bot.fiches import Fiche, Text
from bot.knowledge.importers.service_public.errors import Unusable
from bot.knowledge.importers.service_public.parse import read
from tests.knowledge.service_public.pages import page


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://lac.example/x", "//lac.example", "https://a b.example", ""]
)
def test_only_addresses_of_the_web_become_links(url: str) -> None:
    """Anything else is left out, and its words stay."""
    found = read(page(f'<Texte><Paragraphe>Voir <LienExterne URL="{url}">ici</LienExterne>.</Paragraphe></Texte>'))
    assert isinstance(found, Fiche)

    assert found.parts == (Text("Voir ici."),)


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE Publication [%s]><Publication ID="F1"><Texte>&a;</Texte></Publication>"""


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (ENTITIES % b'<!ENTITY a SYSTEM "file:///etc/passwd">', "DOCTYPE"),
        (ENTITIES % b'<!ENTITY a "x"><!ENTITY b "&a;&a;">', "DOCTYPE"),
        (ENTITIES % b'<!ENTITY % a SYSTEM "http://127.0.0.1:9/a">%a;', "DOCTYPE"),
        (b'<!DOCTYPE Publication SYSTEM "http://127.0.0.1:9/x.dtd"><Publication ID="F1"/>', "DOCTYPE"),
        (page("<Texte>").replace(b"</Texte>", b""), "well-formed"),
        (page("<Texte><Paragraphe>caf\u00e9</Paragraphe></Texte>").decode().encode("latin-1"), "well-formed"),
        (b"", "well-formed"),
        (b"\x00\x01\x02", "well-formed"),
        (b"PK\x03\x04 nothing", "well-formed"),
        (page("").replace(b'ID="F1"', b""), "no ID"),
        (page("", audience="Martiens"), "for whom"),
        (page("", title=" "), "no title"),
        (page("<Texte>" + "<Chapitre>" * 60 + "</Chapitre>" * 60 + "</Texte>"), "nested too deeply"),
        (page("<Texte>" + "<Liste><Item>" * 60 + "</Item></Liste>" * 60 + "</Texte>"), "nested too deeply"),
        (page("<Texte>" + "<Chapitre>" * 5000 + "</Chapitre>" * 5000 + "</Texte>"), "well-formed"),
    ],
)
def test_files_that_are_no_page(data: bytes, why: str) -> None:
    """Entities, broken XML, another encoding and senseless nesting are refused in one sentence, and read nothing else."""
    with pytest.raises(Unusable, match=why) as refused:
        read(data)

    assert "\n" not in str(refused.value)
    assert "root:" not in str(refused.value)


def test_a_deep_guided_search_is_refused() -> None:
    """Branches within branches without end are no guided search."""
    tree = "<Problematique>" + "<Branche><Titre>x</Titre>" * 60 + "</Branche>" * 60 + "</Problematique>"
    data = page(f"<Problematiques>{tree}</Problematiques>").replace(
        "Fiche d'information conditionnée".encode(), "Recherche guidée".encode()
    )

    with pytest.raises(Unusable, match="nested too deeply"):
        read(data)


def test_dates_that_are_none() -> None:
    """A page with a wrong date is a page without one."""
    found = read(page("").replace(b"</dc:title>", b"</dc:title><dc:date>modified 2026-13-45</dc:date>"))
    assert isinstance(found, Fiche)

    assert found.modified is None
