"""One file of the source as a fiche."""

from __future__ import annotations

from datetime import date

import pytest

from bot.fiches import Choice, Contact, Fiche, FicheKind, Link, Online, Option, Related, Section, Text, walk
from bot.knowledge.importers.service_public.parse import read
from bot.knowledge.importers.service_public.resources import Resource
from bot.knowledge.leaves import outline
from tests.knowledge.service_public.pages import FIXTURES, fiche, page


def small(body: str) -> Fiche:
    found = read(page(f"<Texte>{body}</Texte>"))
    assert isinstance(found, Fiche)
    return found


def situation(number: int) -> tuple[object, ...]:
    choice = next(part for part in fiche("part/F101").parts if isinstance(part, Choice))
    return choice.options[number].parts


def chapter(title: str) -> tuple[object, ...]:
    return next(part.parts for part in situation(0) if isinstance(part, Section) and part.title == title)


def test_the_head_of_a_page() -> None:
    """What it is, for whom, where it belongs and when it changed, each once."""
    found = fiche("part/F101")

    assert (found.key, found.kind, found.title) == ("part:F101", FicheKind.INFORMATION, "Louer une barque")
    assert found.description == "Pour louer une barque au 1er juin, adressez-vous au ponton."
    assert found.url == "https://www.service-public.fr/particuliers/vosdroits/F101"
    assert (found.modified, found.important) == (date(2026, 3, 15), date(2026, 2, 1))
    assert found.themes == ("Loisirs", "Eaux calmes", "Sur le lac", "Barques")
    assert found.publics == ("Particuliers", "Associations")


def test_the_tail_of_a_page() -> None:
    """What it names and explains stands apart from its text; what a definition rests on is the definition's."""
    found = fiche("part/F101")

    assert found.notice is not None
    assert (found.notice.title, found.notice.on) == ("Nouveau tarif au printemps", date(2026, 4, 1))
    assert found.notice.text == "Le tarif change bientôt.\n\nCette page sera revue."
    assert found.questions == (Related("F102", "Quand le ponton ouvre-t-il ?", "part"),)
    assert found.related == (
        Related("F105", "Les rives", "part"),
        Related("N201", "Sur le lac", "part"),
        Related("F103", "Je pars ramer", "part"),
        Related("F104", "Le bon bateau", "part"),
    )
    assert found.definitions == (("Écope", "Pelle pour vider l'eau"),)
    assert found.abbreviations == (("DDL", "Direction du lac"),)
    assert found.references == (("Code du lac : article L1 : Location", "https://loi.example/L1"),)


def test_words_abut_their_markup() -> None:
    """No space comes in or goes at an amount, an emphasis or a raised letter; links to pages stand beside the words."""
    intro, paragraph = fiche("part/F101").parts[0], chapter("Choisir la barque")[0]

    assert intro == Text("Vous voulez ramer, dès le 1er juin ?")
    assert paragraph == Text(
        "Elle coûte 12,50 € l'heure, voir les horaires et l'écope de la DDL.",
        links=(Link("les horaires", fiche="F102"),),
    )


def test_every_inline_element_keeps_its_words() -> None:
    """Foreign words, quotations, dates, variables and lowered letters are read as they stand."""
    assert situation(1) == (Text("La location n'existe pas : CO2, ferry, bac, 12 mai, nom, houle."),)


def test_cases_within_cases() -> None:
    """A case's text is inside its case, a case within a case inside both, and what follows the cases is for all."""
    cut = outline(fiche("part/F101"))
    found = {leaf.text: leaf.path for leaf in cut.leaves}

    assert [question.options for question in cut.questions] == [
        ("Sur le petit lac", "Sur le grand lac"),
        ("Vous êtes mineur", "Vous êtes majeur"),
        ("Moins de 12 ans", "12 ans et plus"),
        ("Vous avez un chien", "Vous n'avez pas de chien"),
    ]
    assert [question.situations for question in cut.questions] == [True, False, False, False]
    assert found["Un adulte rame."] == ((0, 0), (1, 0), (2, 0))
    assert found["Est mineur qui n'a pas dix-huit ans.\n\nUn adulte signe."] == ((0, 0), (1, 0))
    assert found["Après les cas."] == ((0, 0),)
    assert found["Il est pour tous."] == ((0, 0),)


def test_lists_and_boxes_are_lines_of_their_kind() -> None:
    """A list's item is one line, a list within it more lines; a box's parts all say what they are."""
    choice = next(part for part in chapter("Choisir la barque") if isinstance(part, Choice))
    lines = [part for part in chapter("Choisir la barque") if isinstance(part, Text) and part.line]

    assert [line.words for line in lines] == ["Une rame en bois", "Un gilet :", "petit,", "ou grand", "Une lanterne"]
    assert choice.options[1].parts[1:] == (
        Text("la caution n'est pas rendue après 18 h.", box="attention"),
        Text("ni le dimanche", line=True, box="attention"),
    )
    boxes = [
        (part.box, part.words)
        for part in chapter("Prix et lieux")
        if isinstance(part, Section)
        for part in walk(part.parts)
        if isinstance(part, Text) and part.box
    ] + [(part.box, part.words) for part in chapter("Prix et lieux") if isinstance(part, Text) and part.box]
    assert boxes == [
        ("know", "le ponton ferme à midi."),
        ("note", "les chèques sont pris."),
        ("recall", "gilet obligatoire."),
        ("example", "Exemple de calcul :"),
        ("example", "deux heures font 25 €."),
        ("attention", "Panne du soir :"),
        ("attention", "Le service dort la nuit."),
    ]


def test_parts_for_some_profiles() -> None:
    """Two answers to one question are cases; one alone stands under its words; what has no words stays in its place."""
    choice, between, alone, last = chapter("Avec un animal")

    assert choice == Choice(
        (
            Option("Vous avez un chien", (Text("Le chien porte un gilet."),)),
            Option("Vous n'avez pas de chien", (Text("Rien de plus à prévoir."),)),
        )
    )
    assert between == Text("Entre les deux.")
    assert alone == Section("Vous marchez mal", (Text("Un banc vous attend."),))
    assert last == Text("Si vous venez de loin, une navette passe.")


def test_chapters_for_some_profiles() -> None:
    """Chapters side by side for two answers are cases, without a title that only repeats the case."""
    question = (
        "<Questionnaire><Question>"
        "<Choix><Titre>A</Titre><IntituleSiSelectionne>Vous êtes deux</IntituleSiSelectionne><SiSelectionne>"
        '<affecteVrai var="T1"/></SiSelectionne></Choix>'
        "<Choix><Titre>Vous êtes seul</Titre><SiSelectionne>"
        '<affecteVrai var="T2"/></SiSelectionne></Choix></Question></Questionnaire>'
    )
    chapters = (
        '<Texte><Chapitre><Titre>Vous êtes deux</Titre><Condition><estVrai var="T1"/></Condition><Paragraphe>Deux rames.</Paragraphe>'
        '<FragmentConditionne><Condition><estVrai var="T1"/></Condition><Paragraphe>Et deux gilets.</Paragraphe></FragmentConditionne></Chapitre>'
        '<Chapitre><Titre>Une rame</Titre><Condition><estVrai var="T2"/></Condition><Paragraphe>Une suffit.</Paragraphe></Chapitre></Texte>'
    )
    found = read(page(question + chapters))
    assert isinstance(found, Fiche)

    assert found.parts == (
        Choice(
            (
                Option("Vous êtes deux", (Text("Deux rames."), Text("Et deux gilets."))),
                Option("Vous êtes seul", (Section("Une rame", (Text("Une suffit."),)),)),
            )
        ),
    )


def test_a_floating_title_heads_what_follows() -> None:
    """Up to the next one or the next chapter; over nothing it is a line."""
    day, hour, below = chapter("Prix et lieux")[:3]

    assert isinstance(day, Section)
    assert (day.title, day.parts[0]) == ("À la journée", Text("La journée a huit heures."))
    assert (hour, below) == (Text("À l'heure"), Section("Au ponton", (Text("On paie sur place."),)))


def test_a_table_is_a_line_a_row() -> None:
    """Each value with the name of its column, also where cells go over several rows or columns."""
    section = chapter("Prix et lieux")[0]
    assert isinstance(section, Section)

    assert section.parts[1:] == (
        Text("Prix de la journée (Bateau) :"),
        Text("Barque – Saison, Été : 60 € ; Saison, Hiver : 40 €, gants prêtés", line=True),
        Text("Barque – Saison, Été : 55 €, à deux", line=True),
        Text(
            "Canot – Saison, Été / Saison, Hiver : Voir le ponton",
            line=True,
            links=(Link("ponton", url="https://lac.example/ponton"),),
        ),
    )


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            '<Rangée type="normal"><Cellule><Paragraphe>Été</Paragraphe></Cellule><Cellule fusionHorizontale="x"><Paragraphe>9 h</Paragraphe></Cellule></Rangée>',
            ["Été – 9 h"],
        ),
        ('<Rangée type="header"><Cellule><Paragraphe>Seul</Paragraphe></Cellule></Rangée>', ["Seul :", "Seul"]),
        ('<Rangée type="header"/><Rangée type="normal"/>', []),
        (
            '<Rangée type="header"><Cellule><Paragraphe>Jour</Paragraphe></Cellule><Cellule><Paragraphe>Matin</Paragraphe></Cellule></Rangée>'
            '<Rangée type="normal"><Cellule><Paragraphe>Lundi</Paragraphe></Cellule><Cellule><Paragraphe>9 h</Paragraphe></Cellule></Rangée>'
            '<Rangée type="header"><Cellule><Paragraphe>Hiver</Paragraphe></Cellule><Cellule><Paragraphe>Soir</Paragraphe></Cellule></Rangée>'
            '<Rangée type="normal"><Cellule><Paragraphe>Mardi</Paragraphe></Cellule><Cellule><Paragraphe>17 h</Paragraphe></Cellule></Rangée>',
            ["Jour :", "Lundi – Matin : 9 h", "Hiver", "Mardi – Soir : 17 h"],
        ),
        (
            '<Rangée type="normal"><Cellule fusionVerticale="99999999999"><Paragraphe>A</Paragraphe></Cellule></Rangée>'
            * 2,
            ["A", "A – A"],
        ),
    ],
)
def test_odd_tables(rows: str, lines: list[str]) -> None:
    """A table without a header, of headers alone, empty, with a header in its middle, or with senseless spans."""
    found = small(f"<Tableau>{rows}</Tableau>")

    assert [part.words for part in found.parts if isinstance(part, Text)] == lines


def test_services_and_contacts_at_their_place() -> None:
    """A service follows what is said of it; a contact has all official codes and its lines; help comes last."""
    lake = chapter("Prix et lieux")
    service = Online("Réserver une barque", "https://lac.example/reserver", "Téléservice", "R302", "Ponton")
    lantern = Online("Demande de lanterne", "https://lac.example/lanterne", "Formulaire", "R301", "Ponton", "99001*02")
    hall = Contact(
        "Mairie",
        ("mairie", "capitainerie"),
        "https://lac.example/mairie",
        "Pour le permis de ramer\nPar téléphone : 01 99 00 00 01\nLe lundi",
        "R400",
    )

    assert lake[lake.index(service) - 3 : lake.index(service)] == (
        Text("Munissez-vous de votre numéro de rameur."),
        Text("Panne du soir :", box="attention"),
        Text("Le service dort la nuit.", box="attention"),
    )
    assert lake[-1] == hall
    assert lantern in chapter("Choisir la barque")
    assert fiche("part/F101").parts[-3:] == (
        Online(
            "Lettre au ponton",
            "https://www.service-public.fr/particuliers/vosdroits/R303",
            "Modèle de document",
            "R303",
            "Ponton",
        ),
        Contact("Allô Lac", (), "https://lac.example/ecrire", "Écrire au lac", "R401"),
        Contact("Maison des rameurs", ("maison_rameurs",), "", "Pour apprendre", "R402", help=True),
    )


def test_pictures_questionnaires_and_credits_are_not_the_answer() -> None:
    """What a page shows, asks or credits is in no part of its text."""
    said = str(fiche("part/F101").parts)

    assert [word for word in ("tu<", "tue", "écarté", "Résumé", "Avez-vous un chien", "Histoire") if word in said] == []


def test_a_picture_that_is_all_there_is() -> None:
    """Its description is the answer of a case that has nothing else, and of no other."""
    picture = (
        "<Image><Legende>Tue</Legende><Description><Paragraphe>Le lac ouvre en mai.</Paragraphe></Description></Image>"
    )
    found = small(
        f"<BlocCas><Cas><Titre>A</Titre>{picture}</Cas><Cas><Titre>B</Titre>{picture}<Paragraphe>b</Paragraphe></Cas></BlocCas>"
    )

    assert found.parts == (Choice((Option("A", (Text("Le lac ouvre en mai."),)), Option("B", (Text("b"),)))),)


def test_a_guided_search_is_a_tree() -> None:
    """Answers lead to answers or to fiches; editors' marks are no title; it has no text of its own."""
    found = fiche("part/F104")
    assert found.guide is not None
    alone, two = found.guide.forks

    assert (found.title, found.kind, found.parts) == ("Le bon bateau", FicheKind.GUIDED, ())
    assert found.guide.help == "Deux questions suffisent."
    assert (alone.title, alone.help, alone.links) == ("Vous êtes seul", "Un enfant compte.", ())
    assert [(fork.title, fork.links) for fork in alone.forks] == [
        ("Vous savez nager", (Link("", fiche="F101"),)),
        ("Vous ne savez pas nager", (Link("", fiche="F105"),)),
    ]
    assert (two.title, two.links) == ("Vous êtes deux", (Link("", fiche="F102"),))


def test_the_other_kinds_of_pages() -> None:
    """Questions, events, pages of links and navigation are told apart; menus and lists are nothing."""
    kinds = {name: fiche(f"part/{name}").kind for name in ("F102", "F103", "F105", "F106", "N200", "N201")}
    nothing = [
        read((FIXTURES / "part" / name).read_bytes()) for name in ("accueil.xml", "menu.xml", "redirections.xml")
    ]

    assert kinds == {
        "F102": FicheKind.QUESTION,
        "F103": FicheKind.EVENT,
        "F105": FicheKind.LINKS,
        "F106": FicheKind.INFORMATION,
        "N200": FicheKind.FOLDER,
        "N201": FicheKind.FOLDER,
    }
    assert nothing == [None, None, None]
    assert [page.id for page in fiche("part/N201").related] == ["F101", "F102"]
    assert [page.id for page in fiche("part/N200").related] == ["N201"]
    assert fiche("part/F105").parts[1] == Text(
        "Rive nord : Avec un banc", line=True, links=(Link("Rive nord", url="https://rives.example/nord"),)
    )


def test_elements_of_a_later_schema() -> None:
    """An unknown block keeps its blocks and title, an unknown inline element its words, unknown cases stay cases."""
    assert fiche("part/F106").parts == (
        Section(
            "Plus tard",
            (
                Text("Un mot nouveau."),
                Section("À ouvrir", (Text("Texte plié."),)),
                Text("Bandeau bleu"),
                Section("Un", (Text("Texte rangé."),)),
                Online("Appuyer", "https://lac.example/b"),
            ),
        ),
    )
    assert small(
        "<Volets><Cas><Titre>A</Titre><Paragraphe>a</Paragraphe></Cas><Cas><Titre>B</Titre></Cas></Volets>"
    ).parts == (Choice((Option("A", (Text("a"),)), Option("B", ()))),)


def test_a_page_of_a_service() -> None:
    """It names its form, its address and the fiches of its own audience; its title is said without its kind."""
    key = read((FIXTURES / "part" / "R304.xml").read_bytes())
    letter = read((FIXTURES / "part" / "R303.xml").read_bytes())
    assert isinstance(letter, Resource)

    assert key == Resource(
        "part",
        Online("Demande de clé", "https://lac.example/cle", "Formulaire", "R304", "Ponton", "99002*01"),
        ("F102",),
    )
    assert letter.online.url == "https://www.service-public.fr/particuliers/vosdroits/R303"
    assert letter.fiches == ("F102",)
