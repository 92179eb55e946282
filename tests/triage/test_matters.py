"""Letters that ask several services at once, and one reply to all that they ask."""

from __future__ import annotations

import pytest

from bot.letters import Letter
from bot.readings import LetterKind, Matter, Reading
from bot.triage import several
from bot.triage.matters import MAX_CHARS, MAX_MATTERS, MAX_PIECES, cut
from bot.triage.reading import Triage
from bot.triage.rules import Rule, Rules
from tests.triage.drafting import FewChoices, read, replying

TWO = [
    (
        "Bonjour,\n\nLe lampadaire devant le 14 rue des Vignes ne s'allume plus depuis lundi.\n\nPar ailleurs, comment inscrire ma fille à la cantine pour la rentrée ?\n\nMerci,\nOdile Perrin",
        {"eclairage_public", "restauration_scolaire"},
    ),
    (
        "Bonjour, je voudrais un acte de naissance pour mon fils. J'en profite pour vous signaler un gros nid-de-poule rue du Moulin, juste après le pont.",
        {"etat_civil", "voirie"},
    ),
    (
        "Bonsoir,\n- ma poubelle jaune n'a pas été ramassée mardi\n- il me faudrait aussi une place en crèche pour janvier\nCordialement",
        {"petite_enfance", "proprete_dechets"},
    ),
    (
        "Madame, Monsieur,\n\nNotre association cherche une salle pour son assemblée générale du 14 février. Quelles salles sont libres ?\n\nAutre question : comment m'inscrire sur les listes électorales avant le scrutin de mars ?",
        {"elections", "vie_associative"},
    ),
    (
        "Le grand tilleul du square perd des branches sur l'aire de jeux. D'autre part, des jeunes font du rodéo en scooter tous les soirs sous mes fenêtres, que fait la police municipale ?",
        {"espaces_verts", "police_municipale_tranquillite"},
    ),
    (
        "1) Je conteste le forfait post-stationnement reçu hier, j'avais payé par l'application.\n2) Quand ouvre la piscine pendant les vacances ?",
        {"sports", "stationnement"},
    ),
    (
        "Hello, the street light in front of 3 rue Basse has been broken for a week. Also, how do I register my son for the school canteen?",
        {"eclairage_public", "restauration_scolaire"},
    ),
    (
        "Bonjour, quels documents faut-il pour un permis de construire d'un garage ?\n\nEt aussi, j'ai une fuite sur mon compteur d'eau, qui appeler ?",
        {"eau_assainissement", "urbanisme"},
    ),
    (
        "Je souhaite emprunter des livres à la médiathèque, comment avoir une carte ? Enfin, je cherche un emploi saisonnier à la mairie cet été, où envoyer mon CV ?",
        {"culture_mediatheque", "ressources_humaines_recrutement"},
    ),
    (
        "Pouvez-vous me dire où en est ma demande de logement social ?\n\nPar ailleurs ma mère de 87 ans aurait besoin du portage de repas à domicile.",
        {"logement", "personnes_agees_handicap"},
    ),
]
ONE = [
    "Bonjour, je souhaite inscrire mon fils à la cantine. Il est en CP à l'école Jules-Verne. Quels papiers faut-il et combien coûte un repas ?",
    "Un nid-de-poule s'est formé rue du Moulin. Ma voiture a été abîmée. Je demande le remboursement de mon pneu.",
    "Nous nous marions en juin. Quels documents faut-il ? Peut-on réserver la salle des mariages un samedi ? Par ailleurs, combien de témoins ?",
    "Ma poubelle n'a pas été ramassée. C'est la troisième fois. J'ai appelé la mairie, personne ne répond. Que faites-vous de nos impôts ?",
    "Je suis locataire aux Tilleuls. Il y a de la moisissure dans la chambre de mon bébé. Le bailleur ne fait rien. Pouvez-vous envoyer quelqu'un ?",
    "Bonjour,\n\nmon père est décédé hier. Comment faire la déclaration de décès ? Je suis loin et je dois prévenir l'école de mes enfants.\n\nMerci d'avance",
    "Quels sont les horaires de la médiathèque ? Est-elle ouverte le dimanche ? Et puis-je rendre les livres dans une boîte ?",
    "Je conteste mon forfait post-stationnement. J'avais payé. Ci-joint le ticket. De plus, l'horodateur était en panne.",
    "Hello,\n\nI would like to get married in your town. My fiancé is from Brazil. What documents do we need? Also, do we need a translator?",
    "Bonjour, la piscine est-elle ouverte mardi ? Mon fils voudrait aussi prendre des cours de natation. Quel est le tarif ?",
    "Le chien du voisin aboie toute la nuit, j'ai deux enfants qui vont à l'école. Je n'en peux plus. Envoyez la police municipale.",
]
HOLE = "Un nid-de-poule s'est formé au 58 rue de Bretagne, juste après le virage."
OPENING = "Quels sont les horaires de la déchèterie ?"


def reading_of(taught: Triage, body: str, subject: str = "", **more: str) -> Reading:
    return taught.read(Letter(subject, "lou@exemple.example", **more), body)


@pytest.mark.parametrize(("body", "services"), TWO)
def test_two_requests_in_one_letter_are_both_seen(body: str, services: set[str], taught: Triage) -> None:
    """Each with its service, its own words, and its kind; where the letter goes is decided by all of it as before."""
    reading = reading_of(taught, body)

    assert {one.service for one in reading.matters} == services
    assert all(one.said and one.kind.value in {"request", "complaint", "report"} for one in reading.matters)
    assert reading.services[0].service in services


@pytest.mark.parametrize("body", ONE)
def test_a_letter_about_one_thing_has_no_parts(body: str, taught: Triage) -> None:
    """Several sentences, several questions and an « en plus » about the same matter are one request."""
    assert reading_of(taught, body).matters == ()


def test_three_requests(taught: Triage) -> None:
    """In the order of the letter, at most three."""
    body = (
        "Bonjour,\n- le lampadaire du 3 rue Basse est éteint\n- je voudrais un acte de naissance\n"
        "- comment inscrire mon fils à la cantine ?\nMerci"
    )
    found = [one.service for one in reading_of(taught, body).matters]

    assert found == ["eclairage_public", "etat_civil", "restauration_scolaire"]
    assert len(reading_of(taught, "\n".join(text for text, _ in TWO)).matters) <= MAX_MATTERS


def test_what_is_decided_or_nobodys_is_not_parted(taught: Triage) -> None:
    """A form knows its service, a rule decides, and a trader's mail has no requests."""
    body, _ = TWO[0]
    rule = Rule(name="tout", words=("lampadaire",), service="voirie")
    ruled = Triage(taught.model, taught.safety, Rules((rule,)))

    assert reading_of(taught, body, form="contact", service="voirie").matters == ()
    assert ruled.read(Letter("", "lou@exemple.example"), body).matters == ()
    assert reading_of(taught, "Offre exceptionnelle. Cliquez ici pour vous désinscrire. Des lampadaires.").matters == ()


@pytest.mark.parametrize("body", ["", "?", "- \n- \n1)", "par ailleurs " * 4000, "Un trou. " * 20_000, "\n" * 50_000])
def test_odd_letters_are_cut_into_few_pieces(body: str, taught: Triage) -> None:
    """Whatever stands in a letter, its pieces are few and short."""
    pieces = cut(body)

    assert len(pieces) <= MAX_PIECES
    assert sum(len(piece.text) for piece in pieces) <= MAX_CHARS
    assert reading_of(taught, body).matters == ()


def both() -> Reading:
    matters = (
        Matter("voirie", HOLE, 0.9, LetterKind.REPORT),
        Matter("proprete_dechets", OPENING, 0.9, LetterKind.REQUEST),
    )
    return Reading(**{**_fields(read(f"{HOLE} {OPENING}", kind=LetterKind.REPORT)), "matters": matters})


def _fields(reading: Reading) -> dict[str, object]:
    return {name: getattr(reading, name) for name in reading.__slots__}


async def test_one_reply_covers_both_requests() -> None:
    """Greeted and signed once, each part below its service's name, the sources of both beside it."""
    first = (await replying()[0].suggest(Letter("Bonjour", name="Madame Lucie Martin"), both(), 3))[0]
    text = first.text.replace("\u00a0", " ").replace("\u202f", " ")

    assert first.id.startswith("several.voirie.trou+")
    assert text.startswith("Bonjour Madame Lucie Martin,\n\nVotre message porte sur plusieurs sujets.")
    assert "\n\n1. Voirie\n\nVous nous signalez une chaussée ou un trottoir abîmé, 58 rue de Bretagne" in text
    assert "\n\n2. Propreté" in text
    assert text.index("1. Voirie") < text.index("2. Propreté") < text.index("Cordialement")
    assert text.count("Bonjour") == text.count("Cordialement") == 1
    assert [source.url for source in first.sources] == ["/articles/nid-de-poule", "/articles/decheterie"]


async def test_each_request_has_its_own_reply_beside_it() -> None:
    """Behind the one to both, and each reply once."""
    found = await replying()[0].suggest(Letter(""), both(), 20)
    ids = [one.id for one in found]

    assert ids[1] == "voirie.trou"
    assert ids[2] == ids[0].partition("+")[2]
    assert len(set(ids)) == len(ids)


async def test_a_part_that_nothing_fits_does_not_come_first() -> None:
    """Where a part has a general reply only, the reply to the letter as a whole stays the first."""
    odd = Matter("urbanisme", "Un perroquet gris chante chaque matin.", 0.6, LetterKind.REQUEST)
    reading = both()
    reading = Reading(**{**_fields(reading), "matters": (reading.matters[0], odd)})
    ids = [one.id for one in await replying()[0].suggest(Letter(""), reading, 5)]

    assert ids[0] == "voirie.trou"
    assert ids[1].startswith("several.voirie.trou+")


async def test_in_danger_there_is_one_reply() -> None:
    """Nobody reads of a second matter above the numbers."""
    reading = Reading(**{**_fields(both()), "alert": "emergency"})
    ids = [one.id for one in await replying()[0].suggest(Letter(""), reading, 5)]

    assert ids[0] == "general.danger"
    assert not [one for one in ids if one.startswith(several.PREFIX)]


async def test_a_chosen_reply_to_both_counts_for_each_part() -> None:
    """What agents chose is learnt for the templates that it was made of; a reply of one's own counts for none."""
    letter, reading = Letter("Rue"), read("Un trou dans la rue, et un panneau tombé.", kind=LetterKind.REPORT)
    before = [one.id for one in await replying()[0].suggest(letter, reading, 2)]
    used = FewChoices(*[f"several.{before[1]}+sports.piscine"] * 40, "")

    assert [one.id for one in await replying(used=used)[0].suggest(letter, reading, 2)] == before[::-1]
    assert several.ids("") == []


async def test_an_english_letter_about_two_things_is_answered_in_english() -> None:
    """The frame is English; what only a French page says is named and quoted as French."""
    matters = (
        Matter("voirie", "There is a pothole in front of 58 rue de Bretagne.", 0.9, LetterKind.REPORT),
        Matter("proprete_dechets", "What are the opening hours of the recycling centre?", 0.9, LetterKind.REQUEST),
    )
    said = " ".join(one.said for one in matters)
    reading = Reading(**{**_fields(read(said, kind=LetterKind.REPORT, language="en")), "matters": matters})
    found = {one.id: one.text for one in await replying()[0].suggest(Letter(""), reading, 5)}
    text = next(text for name, text in found.items() if name.startswith(several.PREFIX))

    assert text.startswith("Hello,\n\nYour message is about several matters.")
    assert "Kind regards," in text
    assert "Votre" not in text
