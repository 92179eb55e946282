from typing import Any

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge import lexicon
from bot.knowledge.index import ARTICLE_FIELDS, MAX_WORDS, PASSAGE_FIELDS, SHAPE, Index, _stems
from bot.knowledge.search import search
from bot.store.base import Article
from tests.knowledge import small

INDEX = small.index()


def first(question: str) -> str | None:
    hits = search(INDEX, question, 1)
    return hits[0].article.id if hits else None


@pytest.mark.parametrize(
    ("question", "article_id"),
    [
        ("Comment obtenir un passeport ?", "passeport-adulte"),
        ("PASSEPORTS", "passeport-adulte"),
        ("bibliothèque", "mediatheque"),
        ("l’inscription à la cantine", "cantine"),
        ("que faire de mes épluchures", "composteur"),
        ("orraires de la pissine", "piscine"),
        ("pasport", "passeport-adulte"),
        ("on se marie en mai", "mariage"),
    ],
)
def test_a_question_finds_its_article(question: str, article_id: str) -> None:
    """By title, by the citizens' own words in the keywords, without accents, misspelt, or in another form."""
    assert first(question) == article_id


@pytest.mark.parametrize(
    "question", ["", "   ", "bonjour merci", "comment faire svp", "Rivemont", "?!", "xyzt qwfp", "/restart"]
)
def test_a_question_without_a_subject_finds_nothing(question: str) -> None:
    """Politeness, grammar, the town's own name, noise and commands are no content."""
    assert search(INDEX, question, 5) == []


def test_scores_are_probabilities_that_fall_with_the_rank() -> None:
    """Every score is in [0, 1] and none is above the one before it."""
    scores = [hit.score for hit in search(INDEX, "horaires de la piscine pendant les vacances", 8)]

    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_scores_of_terms_add_up_to_that_of_a_search() -> None:
    """What is kept by term gives what the search engine says of the whole question in all fields; the second time too."""
    query = INDEX.read("horaires de la piscine et inscription à la cantine")
    grams = list(dict.fromkeys(INDEX._grams.analyze(query.shape)))
    expected = dict.fromkeys(range(len(INDEX.articles)), 0.0)
    for field in ARTICLE_FIELDS:
        terms, mass = (grams, len(grams)) if field == SHAPE else (_stems(query), query.mass)
        for place, score in whole(INDEX._article_searcher, INDEX._article_schema, field, terms):
            expected[place] += score / mass / len(ARTICLE_FIELDS)

    for _ in range(2):
        assert INDEX.strengths(query) == pytest.approx(list(expected.values()), rel=1e-5)


def test_the_scores_of_passages_add_up_too() -> None:
    """Those of each article are the engine's own for the whole question, by field."""
    query = INDEX.read("horaires de la piscine et inscription à la cantine")
    for field in PASSAGE_FIELDS:
        found = whole(INDEX._passage_searcher, INDEX._passage_schema, field, _stems(query))
        expected = {INDEX._passage_places[row]: score for row, score in found}
        for _ in range(2):
            scores = {
                (place, number): score
                for place in range(len(INDEX.articles))
                for number, score in INDEX.passage_scores(query, 1.0, place)[field].items()
            }
            assert scores == pytest.approx(expected, rel=1e-5)


def whole(searcher: Any, schema: Any, field: str, terms: list[str]) -> list[tuple[int, float]]:
    """A question of several terms as the engine scores it."""
    should = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, field, term, "freq")) for term in terms]
    hits = searcher.search(tantivy.Query.boolean_query(should), 10_000, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits]) if hits else []
    return [(int(row), float(score)) for (score, _), row in zip(hits, rows, strict=True)]


def test_unknown_words_make_less_sure() -> None:
    """What the base does not know counts against an answer."""
    sure, unsure = (
        search(INDEX, text, 1)[0].score for text in ("horaires piscine", "prix d'un robot de piscine gonflable")
    )

    assert sure > 0.5 > unsure


def test_the_lexicon_keeps_words_that_exist() -> None:
    """« mutuelle » is a word and not the wrong spelling of « tutelle ». A real mistake is still corrected."""
    article = Article(id="a", title="Demander une tutelle", service="etat_civil", body="Texte.\n")
    index = Index([article], small.OFFICE.services, lexicon={"mutuelle"})

    assert [(term.word, term.known) for term in index.read("mutuelle").terms] == [("mutuelle", 0.0)]
    assert [(term.stem, term.known) for term in index.read("tuttelle").terms] == [
        (index.read("tutelle").terms[0].stem, 0.8)
    ]


def test_the_french_lexicon() -> None:
    """It knows inflected forms without their accents, and no misspelt ones."""
    words = lexicon.french()

    assert {"mutuelle", "mangeons", "republique", "fenetres"} <= words
    assert {"orraires", "pissine", "passport"} & words == set()


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("passeport", ()),
        ("combien coûte un passeport", ("Prix",)),
        ("quels papiers pour le passeport", ("Pièces à fournir",)),
        ("passeport de mon enfant mineur", ("Enfants",)),
        ("c'est quoi le prix de la cantine", ("Tarifs",)),
        ("absence à la cantine demain", ("Absence",)),
        ("piscine pendant les vacances", ("Vacances",)),
    ],
)
def test_the_passage_that_answers_this_question(question: str, heading: tuple[str, ...]) -> None:
    """Its words and the side it asks for choose the section; when nothing does, the introduction is quoted."""
    assert search(INDEX, question, 1)[0].passage.headings == heading


def test_an_endless_question_is_read_to_a_limit() -> None:
    """A question of thousands of words costs no more than its first ones."""
    query = INDEX.read(" ".join(f"motinconnu{n}" for n in range(5000)))

    assert len(query.terms) == MAX_WORDS


def test_an_empty_base() -> None:
    """Without articles nothing is found and nothing breaks."""
    assert search(Index([], small.OFFICE.services), "passeport", 5) == []


@given(st.text())
def test_any_text_may_be_searched(text: str) -> None:
    """Query syntax, emoji and half characters are only text."""
    assert all(0 <= hit.score <= 1 for hit in search(INDEX, text, 3))


@given(st.text(alphabet="aàâéèêëîïôœûùüçABCÉ'’- dlqu", max_size=60))
def test_tantivy_reads_words_as_we_do(text: str) -> None:
    """A question's stems are those that the index would make of the same text."""
    analysed = INDEX._analyser.analyze(text)

    assert analysed == [stem for word in INDEX._words(text) for stem in INDEX._stem.analyze(word)]
