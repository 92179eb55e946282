"""Whatever a file or a zip is: a fiche, nothing, or our own refusal."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.fiches import Fiche
from bot.knowledge.importers.service_public.errors import FeedRefused, Unusable
from bot.knowledge.importers.service_public.parse import read
from bot.knowledge.importers.service_public.reading import read as read_zip
from bot.knowledge.leaves import outline
from tests.knowledge.service_public.pages import FIXTURES, files, packed

PAGES = [path.read_bytes() for path in sorted(FIXTURES.glob("*/*.xml"))]
WHOLE = packed(files("part"))
TAGS = sorted({tag for page in PAGES for tag in page.decode().replace("<", " <").split() if tag.startswith("<")})


@st.composite
def mutated(draw: st.DrawFn, choices: list[bytes]) -> bytes:
    """Bytes with a few pieces cut out, doubled, moved or overwritten."""
    data = draw(st.sampled_from(choices))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 300)))
        piece = draw(
            st.one_of(
                st.just(b""),
                st.just(data[start:end] * 2),
                st.binary(max_size=8),
                st.sampled_from(TAGS).map(str.encode),
                st.sampled_from(
                    [b"<Cas>", b"</Cas>", b"<!DOCTYPE a>", b"&a;", b"<![CDATA[", b"]]>", b"\x00", b'"', b"<"]
                ),
            )
        )
        data = data[:start] + piece + data[end:]
    return data


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(PAGES))
def test_a_mutated_file_never_breaks_the_reader(data: bytes) -> None:
    """It is read or refused; what is read can be stored, cut and read back as it was."""
    with contextlib.suppress(Unusable):
        found = read(data)
        if isinstance(found, Fiche):
            outline(found)

            assert msgspec.json.decode(msgspec.json.encode(found), type=Fiche) == found


@st.composite
def trees(draw: st.DrawFn) -> bytes:
    """Well-formed pages of the schema's elements in any nesting."""
    names = st.sampled_from(
        [
            "Texte",
            "Chapitre",
            "SousChapitre",
            "BlocCas",
            "Cas",
            "ListeSituations",
            "Situation",
            "Titre",
            "TitreFlottant",
            "Paragraphe",
            "Liste",
            "Item",
            "Tableau",
            "Rangée",
            "Cellule",
            "Attention",
            "ASavoir",
            "FragmentConditionne",
            "Condition",
            "ServiceEnLigne",
            "OuSAdresser",
            "PivotLocal",
            "Introduction",
            "Complement",
            "LienInterne",
            "LienExterne",
            "Inconnu",
            "Problematiques",
            "Problematique",
            "Branche",
            "Aide",
            "Reference",
        ]
    )
    leaf = st.sampled_from(["mot", " deux  mots ", "", "é"])
    tree = st.recursive(
        leaf,
        lambda inner: st.tuples(names, st.lists(inner, max_size=4)).map(
            lambda node: (
                f'<{node[0]} URL="https://a.example" ID="R1" LienPublication="F2">{"".join(node[1])}</{node[0]}>'
            )
        ),
        max_leaves=25,
    )
    body = "".join(draw(st.lists(tree, max_size=4)))
    kind = draw(st.sampled_from(["Recherche guidée", "Fiche d'information conditionnée", "Dossier"]))
    return (
        '<Publication xmlns:dc="http://purl.org/dc/elements/1.1/" ID="F1" type="' + kind + '"><dc:title>T</dc:title>'
        '<FilDAriane><Niveau ID="Particuliers"/></FilDAriane>' + body + "</Publication>"
    ).encode()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees())
def test_any_nesting_of_elements_is_a_fiche(data: bytes) -> None:
    """However the elements are put together, the page is read and can be cut."""
    found = read(data)
    assert isinstance(found, Fiche)
    cut = outline(found)

    assert [leaf.number for leaf in cut.leaves] == list(range(len(cut.leaves)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated([WHOLE]))
def test_a_mutated_zip_never_breaks_the_import(data: bytes) -> None:
    """It is read, with problems or without, or refused as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.zip"
        path.write_bytes(data)
        with contextlib.suppress(FeedRefused):
            for found in read_zip(path, "feed.zip", force=True):
                assert {fiche.id for fiche in found.fiches} == found.sums.keys()
