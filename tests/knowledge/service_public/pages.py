"""The made-up pages, and zips of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bot.fiches import Fiche
from bot.knowledge.importers.service_public.parse import read

FIXTURES = Path(__file__).parent / "fixtures"


def files(audience: str) -> dict[str, bytes]:
    """The files of one audience by name."""
    return {path.name: path.read_bytes() for path in sorted((FIXTURES / audience).glob("*.xml"))}


def fiche(name: str) -> Fiche:
    """A page of "part/F101"."""
    found = read((FIXTURES / f"{name}.xml").read_bytes())
    assert isinstance(found, Fiche)
    return found


def zipped(path: Path, contents: Mapping[str, bytes]) -> Path:
    """A zip with these files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(contents))
    return path


def packed(contents: Mapping[str, bytes]) -> bytes:
    """The bytes of a zip with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in contents.items():
            # Without the time of the day: the same files are the same zip.
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def page(
    body: str, page_id: str = "F1", audience: str = "Particuliers", schema: str = "3.4", title: str = "Titre"
) -> bytes:
    """A page with this body."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Publication xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 ID="{page_id}" type="Fiche d'information conditionnée"
 xsi:noNamespaceSchemaLocation="../Schemas/{schema}/Publication.xsd"><dc:title>{title}</dc:title>
<FilDAriane><Niveau ID="{audience}">Accueil</Niveau></FilDAriane>{body}</Publication>""".encode()
