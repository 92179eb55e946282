"""What a fiche is cut into, and in which cases a piece is true."""

from __future__ import annotations

from bot.fiches import Choice, Contact, Fiche, FicheKind, Online, Option, Part, Section, Text, walk
from bot.knowledge.leaves import WORDS_SHOWN, outline


def _fiche(*parts: Part) -> Fiche:
    return Fiche("part", "F1", FicheKind.INFORMATION, "Titre", parts=parts)


def _choice(*options: tuple[str, Part]) -> Choice:
    return Choice(tuple(Option(title, (part,)) for title, part in options))


def test_text_of_a_case_has_its_path() -> None:
    """What stands in a case of a case is true in both of them only; what stands before a choice is for everybody."""
    inner = _choice(("Mineur", Text("Pour un mineur.")), ("Majeur", Text("Pour un majeur.")))
    found = outline(_fiche(Text("Pour tous."), _choice(("En France", inner), ("À l'étranger", Text("Ailleurs.")))))

    assert [(leaf.text, leaf.path) for leaf in found.leaves] == [
        ("Pour tous.", ()),
        ("Pour un mineur.", ((0, 0), (1, 0))),
        ("Pour un majeur.", ((0, 0), (1, 1))),
        ("Ailleurs.", ((0, 1),)),
    ]
    assert [(question.path, question.options) for question in found.questions] == [
        ((), ("En France", "À l'étranger")),
        (((0, 0),), ("Mineur", "Majeur")),
    ]
    assert found.leaves[1].headings == ("En France", "Mineur")


def test_single_case_is_a_heading() -> None:
    """Nothing is asked where there is nothing to choose."""
    found = outline(_fiche(_choice(("En France", Text("Ici.")))))

    assert found.questions == ()
    assert [(leaf.path, leaf.headings) for leaf in found.leaves] == [((), ("En France",))]


def test_long_text_is_cut_and_a_list_stays_with_its_sentence() -> None:
    """A passage is read at a glance; a list is not torn from what introduces it, nor a service from its sentence."""
    long = Text("mot " * WORDS_SHOWN)
    service = Online("Demande en ligne", "https://exemple.fr/")
    found = outline(
        _fiche(Section("Pièces", (long, Text("Apportez :"), Text("une photo", line=True), service, long, long)))
    )

    assert [leaf.text for leaf in found.leaves][1] == "Apportez :\n- une photo"
    assert found.leaves[1].online == (service,)
    assert all(len(leaf.text.split()) <= WORDS_SHOWN for leaf in found.leaves)


def test_walk_goes_through_everything() -> None:
    """Sections, cases and what stands in them, in the order of the page."""
    contact = Contact("Mairie", ("mairie",))
    parts = (Section("S", (Text("a"),)), _choice(("C", contact)))

    assert [type(part).__name__ for part in walk(parts)] == ["Section", "Text", "Choice", "Contact"]
