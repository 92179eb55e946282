"""Nothing unsourced: what may leave in a reply, and what is masked."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Address, Author, Button, Message, Reply, Source
from bot.settings import read_office
from bot.sourced import Quotes, Sourced, check, known
from bot.speaking import Speaker
from bot.store.base import Article, Imported
from bot.text import wording
from bot.text.contact_details import details
from bot.text.languages import GREETED
from bot.text.wording import GREETING, PERSON
from tests.fakes.fiches import FICHE, FewFiches

OFFICE = read_office(Path(__file__).resolve().parents[1] / "office.yml")
WORDING = wording.load(OFFICE)
KNOWN = known(OFFICE, WORDING)
TOWNS_OWN = sorted(number for number in KNOWN.phones if len(number) == 10)
NOON = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)
ARTICLE = Article(
    "piscine",
    "Piscine",
    "sports",
    "Réservez au 02 40 00 11 22 ou sur [le site](https://piscine.example/reserver), par mail à bassin@piscine.example.",
    source="https://voisine.example/piscine",
)

BLANK = st.sampled_from(
    ["", " ", "\u00a0", "\u202f", "\u2009", ".", "-", "\u2011", "/", " - ", "·", "\u200b", "_", ") "]
)
BEGINNING = st.sampled_from(["0", "+33", "+33 ", "0033 ", "+33 (0)", "(0)", "00 33 ", "O", "０"])


@st.composite
def spelled(draw: st.DrawFn, nine: st.SearchStrategy[str]) -> str:
    """A French number by its nine digits behind the zero, in some spelling."""
    digits = draw(nine)
    beginning = draw(BEGINNING)
    wide = draw(st.booleans())
    written = "".join(
        draw(BLANK) + (chr(ord("０") + int(digit)) if wide else digit) if place else digit
        for place, digit in enumerate(digits)
    )
    return beginning + written


INVENTED = st.from_regex(r"[1-9][0-9]{8}", fullmatch=True).filter(lambda nine: f"0{nine}" not in KNOWN.phones)
AROUND = st.sampled_from(["", "Appelez le ", "Notre numéro : ", "- Tél. ", "Contact (", "call "])


class FewArticles:
    """A base of one article."""

    async def get(self, article_id: str) -> Article:
        assert article_id == ARTICLE.id
        return ARTICLE

    async def all(self) -> list[Article]:
        return [ARTICLE]

    async def version(self) -> int:
        return 1

    async def replace(self, origin: str, articles: Sequence[Article], now: datetime) -> Imported:
        raise NotImplementedError


SOURCED = Sourced(OFFICE, WORDING, Quotes(FewArticles(), FewFiches(FICHE)))


def left(reply: Reply, quoted: Sequence[str] = ()) -> str:
    """What leaves of a reply, by the one place that all replies leave by."""
    speaker = Speaker({}, lambda: NOON, SOURCED)
    message = Message("m1", Address("web", "k"), "", NOON)
    return speaker.answer(reply, message, quoted=quoted).reply.text


def said(text: str, author: Author = Author.BOT) -> str:
    return left(Reply("r1", text, author=author))


@given(spelled(INVENTED), AROUND, st.sampled_from(["", ".", " ou passez nous voir.", ")", "\n\nMerci"]))
def test_an_invented_number_never_leaves(number: str, before: str, after: str) -> None:
    """However it is spelled, whatever stands around it, in words of the bot and of the system."""
    text = said(f"{before}{number}{after}")

    assert text == f"{before}[numéro à vérifier]{after}"


@given(spelled(st.sampled_from([number[1:] for number in TOWNS_OWN])), AROUND)
def test_a_number_of_the_directory_always_leaves(number: str, before: str) -> None:
    """However it is spelled."""
    assert said(f"{before}{number}.") == f"{before}{number}."


@pytest.mark.parametrize("number", ["15", "17", "18", "112", "114", "115", "119", "3114", "3919", "3230", "3949"])
@pytest.mark.parametrize("around", ["Appelez le {}.", "Au {}, jour et nuit", "- {} : secours", "Call {}", "Tél. {}"])
def test_numbers_of_help_and_short_ones_of_the_directory_leave(number: str, around: str) -> None:
    """Those that everybody knows, and those of `directory` in office.yml."""
    assert said(around.format(number)) == around.format(number)


@pytest.mark.parametrize(
    "text",
    [
        "Appelez le 3945.",
        "Le 3945 vous répond.",
        "Composez le 39 45",
        "au 39.45, 7 jours sur 7",
        "Appelez le 113",
        "Le 15, le 18 ou appelez le 16",
        "Call us on 1044",
        "116 999",
        "118 218",
        "Envoyez par SMS au 31700",
        "zéro deux, quarante, douze, trente-quatre, cinquante-six",
        "0\u200b2 4\u00ad0 12 34 56",
        "+41 22 730 51 11",
        "33 2 40 12 34 56",
        "Tel: +1 (555) 010-9999",
        "O2 4O 12 34 56",
    ],
)
def test_other_spellings_are_seen(text: str) -> None:
    """Short numbers, numbers in words, from abroad, with letters for digits."""
    assert "[numéro à vérifier]" in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Le 01/02/2026, de 08 h 30 à 12 h 30, 44990 Pontavel",
        "Du 03/09/2026 08:30 au 04/09/2026",
        "3 500 € par an, 3400 habitants, 1 200 euros et 3,5 %",
        "article 3122, article L3122-4, loi du 1er juillet 1901, en 1958 ou 2024",
        "articles 373-1 à 373-2-5, L. 3342-4, 1180-5-1, formulaire 3517-S, 5 000 + 3 000 x 12, le 122e jour",
        "SIRET 123 456 789 00012, dossier 2026-00123, Cerfa 12100*02",
        "86 € pour un adulte, 42 € de 15 à 17 ans, 17 € avant 15 ans",
        "Appelez avant le 15 juin, au 12 rue des Lilas",
        "de 9 h 30 à 17 h 15, salle 112, bus 15 et 17",
        "Étape 1. Le demandeur vient. De 30 à 45 minutes",
        "Nous en sommes au point de vue de la mairie, point final, un point info le mardi",
        "M. Martin, Mme. Durand ; etc. Voir plus",
    ],
)
def test_what_is_no_number_to_call_is_left_alone(text: str) -> None:
    """Dates, hours, amounts, years, articles of law, postcodes, SIRET, forms."""
    assert said(text) == text


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("Écrivez à contact@invente.fr.", "[adresse à vérifier]"),
        ("contact [at] invente [point] fr", "[adresse à vérifier]"),
        ("contact arobase invente point fr", "[adresse à vérifier]"),
        ("mairie@pontavel.example.invente.fr", "[adresse à vérifier]"),
        ("Voir https://invente.fr/aide", "[lien à vérifier]"),
        ("www.invente.fr", "[lien à vérifier]"),
        ("sur invente.fr", "[lien à vérifier]"),
        ("sur invente.quebec", "[lien à vérifier]"),
        ("invente.gov", "[lien à vérifier]"),
        ("Voir aide.invente.paris ou", "[lien à vérifier]"),
        ("demarches.invente.bzh, en ligne", "[lien à vérifier]"),
        ("sur invente.museum", "[lien à vérifier]"),
        ("sur invente.ville/aide", "[lien à vérifier]"),
        ("sur invente.tg", "[lien à vérifier]"),
        ("sur invente point fr", "[lien à vérifier]"),
        ("hxxps://invente[.]com/x", "[lien à vérifier]"),
        ("http:\\\\invente.fr", "[lien à vérifier]"),
        ("https://service-public.fr.invente.fr/", "[lien à vérifier]"),
        ("https://fauxgouv.fr/", "[lien à vérifier]"),
        ("https://servіce-public.fr/", "[lien à vérifier]"),
        ("https://caf.fr@192.0.2.1/x", "à vérifier]"),
    ],
)
def test_invented_addresses_and_links_never_leave(text: str, mask: str) -> None:
    """Plain, disguised, or made to look like an official one."""
    assert mask in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "mairie@pontavel.example",
        "État civil : etat-civil@pontavel.example.",
        "http://127.0.0.1:8080/confidentialite",
        "https://www.service-public.fr/particuliers/vosdroits/F1341",
        "https://passeport.ants.gouv.fr/",
        "caf.fr, www.ameli.fr/assure et https://www.impots.gouv.fr",
        "https://www.loire-atlantique.gouv.fr/Demarches?x=1",
    ],
)
def test_the_towns_and_the_states_own_leave(text: str) -> None:
    """Of settings and directory, and official sites whatever the page."""
    assert said(text) == text


@pytest.mark.parametrize("key", [key for key in WORDING.lines["fr"] if not key.startswith("unsourced_")])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_line_of_the_catalogues_leaves_as_it_is(key: str, language: str) -> None:
    """Our own words mask nothing of themselves."""
    line = WORDING.lines[language][key]

    assert check(line, KNOWN) == []


@pytest.mark.parametrize("language", GREETED)
def test_a_greeting_leaves_as_it_is(language: str) -> None:
    """In scripts that run from right to left too."""
    for key in GREETING:
        assert said(WORDING.say(key, language)) == WORDING.say(key, language)
    for key in PERSON:
        line = WORDING.lines[language][key]
        assert check(line, KNOWN) == []


async def test_what_an_article_says_leaves_with_the_article_alone() -> None:
    """A number of a page may be said where that page is the source, and nowhere else."""
    words = "Réservez au 02 40 00 11 22, sur https://piscine.example/reserver/ete ou à bassin@piscine.example."
    reply = Reply("r1", words, sources=(Source("Piscine", "/articles/piscine"),))

    async def nothing() -> list[str]:
        return []

    quoted = await SOURCED.quoted(reply, nothing)

    assert left(reply, quoted) == words
    assert said(words) == "Réservez au [numéro à vérifier], sur [lien à vérifier] ou à [adresse à vérifier]."
    assert "[lien à vérifier]" in left(Reply("r2", "https://piscine.example/autre"), quoted)


async def test_an_article_is_found_by_its_source_too() -> None:
    """One whose words come from another page names that page."""
    source = Source("Piscine", "https://voisine.example/piscine")

    quoted = await SOURCED.quoted(Reply("r1", "02 40 00 11 22", sources=(source,)), _own)
    reply = SOURCED.masked(Reply("r1", "02 40 00 11 22", sources=(source,)), quoted)

    assert (reply.text, reply.sources) == ("02 40 00 11 22", (source,))


@pytest.mark.parametrize("url", ["https://www.service-public.fr/particuliers/vosdroits/F90001", "/fiches/part/F90001"])
async def test_a_fiche_is_found_by_its_page_and_by_ours(url: str) -> None:
    """What the official source says may be said."""
    reply = Reply("r1", "Appelez le 0 806 00 12 34, payant.", sources=(Source("Fiche", url),))

    quoted = await SOURCED.quoted(reply, _own)

    assert left(reply, quoted) == reply.text


async def test_what_the_town_adds_to_a_fiche_leaves_with_the_fiche() -> None:
    """Its own words stand in the same reply, and their numbers are the town's."""

    class Added(FewArticles):
        async def all(self) -> list[Article]:
            return [ARTICLE, Article("carte", "Carte", "sports", "Au tabac, 02 40 99 88 77.", fiche="F90001")]

    quotes = Quotes(Added(), FewFiches(FICHE))
    texts = await quotes.texts((Source("Carte", "https://www.service-public.fr/particuliers/vosdroits/F90001"),))
    said = "À Pontavel : Au tabac, 02 40 99 88 77."

    assert left(Reply("r1", said), texts) == said
    assert left(Reply("r1", "Au 02 40 00 11 22."), texts) == "Au [numéro à vérifier]."


async def test_a_source_that_is_none_is_left_out() -> None:
    """A link card is a link like any other."""
    reply = Reply(
        "r1", "Voici.", sources=(Source("Ailleurs", "https://invente.fr/x"), Source("Ici", "/articles/piscine"))
    )

    shown = SOURCED.masked(reply, await SOURCED.quoted(reply, _own))

    assert [source.url for source in shown.sources] == ["/articles/piscine"]


async def test_a_form_says_a_contact_back_to_whoever_gave_it() -> None:
    """A citizen's own number is theirs; in an answer with a source it is none of the source's."""
    recap = Reply("r1", "Nous vous rappelons au 06 12 34 56 78.")
    answer = Reply("r2", recap.text, sources=(Source("Piscine", "/articles/piscine"),))

    assert left(recap, await SOURCED.quoted(recap, _own)) == recap.text
    assert "[numéro à vérifier]" in left(answer, await SOURCED.quoted(answer, _own))


def test_buttons_are_checked_and_english_is_said_in_english() -> None:
    """Whatever of a reply can be read."""
    shown = SOURCED.masked(Reply("r1", "x", language="en", buttons=(Button("Call 02 40 99 99 99", "/x"),)))

    assert [button.title for button in shown.buttons] == ["Call [number to be checked]"]


def test_an_agent_is_not_corrected() -> None:
    """The desk flags an agent's words, and nobody changes them."""
    assert said("Rappelez-moi au 02 40 99 99 99.", Author.AGENT) == "Rappelez-moi au 02 40 99 99 99."


@pytest.mark.parametrize(
    ("number", "key"), [("34 00", "3400"), ("116 006", "116006"), ("39.60", "3960"), ("3230", "3230")]
)
@pytest.mark.parametrize("around", ["Par téléphone : {}", "{} – Informations", "Appelez le {}, jour et nuit.", "le {}"])
def test_a_short_number_is_the_same_whatever_stands_around_it(around: str, number: str, key: str) -> None:
    """Otherwise the source would not vouch for the reply."""
    assert [one.key for one in details(around.format(number))] == [key]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """No text breaks it; what is found stands in the text, in order, without overlaps."""
    found = details(text)

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(first.end <= second.start for first, second in itertools.pairwise(found))


@pytest.mark.parametrize(
    "text", ["0 " * 50_000, "1." * 50_000, "a@" * 50_000, "zéro " * 20_000, "+" * 100_000, "www." * 30_000]
)
def test_long_nonsense_is_read_at_once(text: str) -> None:
    """Time grows with the length alone: the test's own limit would be passed otherwise."""
    assert isinstance(details(text), list)


async def _own() -> list[str]:
    return ["Mon numéro : 0612345678"]
