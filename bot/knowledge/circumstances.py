"""What citizens say of their situation, and how a fiche's cases name the same: « ma fille » is a minor.

A small list on purpose: each entry is read in the citizen's words and in the titles of cases alike, and whoever says it
means the same. What is not here is matched by its own words, or asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

import tantivy

from bot.text.french import STOP_WORDS, listed, tokens, words
from bot.text.memory import remembered

CIRCUMSTANCES = {
    "minor": r"mineure?s?|enfants?|bebes?|nourrissons?|ados?|adolescente?s?|filles?|fils|gamine?s?|moins de 18 ans",
    "adult": r"majeure?s?|adultes?|plus de 18 ans",
    "abroad": r"a l etranger|hors de france|expatriee?s?|francais de l etranger|pays etranger",
    "in_france": r"(?:en|vers la) france|france metropolitaine|sur le territoire francais",
    "foreigner": r"(?<!a l )(?<!de l )(?<!pays )etrang(?:ere?s?|ers?)",
    "european": r"europeenne?s?|europeens?|union europeenne|citoyen ue",
    "married": r"mariee?s?|epouse|epoux",
    "civil_partner": r"pacsee?s?|pacs",
    "cohabiting": r"concubin\w*|union libre",
    "single": r"celibataires?|vi[st] seule?",
    "divorced": r"divorcee?s?|separee?s?",
    "widowed": r"veufs?|veuves?",
    "first_time": r"premiere (?:fois|demande)|1ere (?:fois|demande)",
    "renewal": r"renouvel\w*|refaire|perimee?s?|expiree?s?",
    "lost": r"perd(?:ue?s?|re)|pertes?|egaree?s?",
    "stolen": r"volee?s?|vols?",
    "employee": r"salariee?s?|secteur prive",
    "public_agent": r"fonctionnaires?|agente?s? publi(?:cs?|ques?)|fonction publique",
    "self_employed": r"independante?s?|auto entrepreneur\w*|micro entrepreneur\w*",
    "jobseeker": r"chomeu(?:rs?|ses?)|au chomage|demandeu(?:rs?|ses?) d emploi",
    "retired": r"retraitee?s?|a la retraite",
    "student": r"etudiante?s?",
    "owner": r"proprietaires?",
    "tenant": r"locataires?",
    "pregnant": r"enceintes?",
    "disabled": r"handicap\w*",
    "on_sick_leave": r"arret (?:de travail|(?:de )?maladie)|conge (?:de )?maladie",
}
"""By name, a pattern over folded words that are parted by single spaces."""
_PATTERNS = {name: re.compile(rf"\b(?:{pattern})\b") for name, pattern in CIRCUMSTANCES.items()}

NEGATIONS = listed("pas non sans ni jamais aucun aucune")
_NEGATED = re.compile(rf"\b(?:{'|'.join(sorted(NEGATIONS))})(?: \w+)? $")
"""A negation at most one word before what it denies."""

_AGE = re.compile(
    r"\b(?:j ai|il a|elle a|qui a|agee?s? de|(?:fille|fils|enfant|bebe|ado|mineure?|personne) (?:de|a)) (\d{1,3}) ans\b"
)
_BELOW = re.compile(r"\bmoins de (\d{1,3}) ans\b")
_FROM = re.compile(r"\b(?:plus de|a partir de|au moins) (\d{1,3}) ans\b|\b(\d{1,3}) ans (?:et|ou) plus\b")
_BETWEEN = re.compile(r"\b(?:entre|de) (\d{1,3})(?: ans)? (?:et|a) (\d{1,3}) ans\b")
_DURATION = re.compile(
    r"\b(?:expir\w*|perim\w*|depass\w*|depuis|remont\w*|valid\w*|dat(?:e|es|ant)|durees?|anciennete)\b"
)
"""« La date d'expiration remonte à plus de 5 ans » is nobody's age."""
MAJORITY = 18


def facts(text: str) -> frozenset[str]:
    """What a text says: circumstances as "@minor", other words by their stem; "!" before what is denied."""
    return frozenset(fact for fact, _ in _found(text))


def stems(text: str) -> frozenset[str]:
    """The stems of a text's words that carry a subject, whatever they say of a situation."""
    return frozenset(stem(word) for word in words(text))


def covered(text: str) -> frozenset[str]:
    """The folded words of a text that name a circumstance or an age, and so no subject."""
    spaced = " ".join(tokens(text))
    spans = [found.group() for pattern in _PATTERNS.values() for found in pattern.finditer(spaced)]
    spans += [found.group() for found in _AGE.finditer(spaced)]
    return frozenset(word for span in spans for word in span.split())


def age(text: str) -> int | None:
    """The age, in years, of whom a text is about; « une carte de 10 ans » has none."""
    found = _AGE.search(" ".join(tokens(text)))
    return int(found[1]) if found else None


def ages(title: str) -> tuple[int, int] | None:
    """The ages, in years and both included, that a case is for; None if its title names none."""
    spaced = " ".join(tokens(title))
    if _DURATION.search(spaced):
        return None
    if found := _BETWEEN.search(spaced):
        return int(found[1]), int(found[2])
    if found := _BELOW.search(spaced):
        return 0, int(found[1]) - 1
    if found := _FROM.search(spaced):
        return int(found[1] or found[2]), 200
    return None


def matched(options: Collection[str], text: str, beside: Collection[str] = ()) -> int | None:
    """The one case, by place, that a text names; None if it names none, or several as well.

    `beside` are facts that tell nothing here, such as the words of the page's title.
    """
    said = facts(text) - frozenset(beside)
    cases = [facts(title) - frozenset(beside) for title in options]
    common = frozenset.intersection(*cases) if cases else frozenset()
    years = age(text)
    scores = [_score(said, case - common, years, ages(title)) for case, title in zip(cases, options, strict=True)]
    best = max(scores, default=0.0)
    return scores.index(best) if best >= 0.5 and scores.count(best) == 1 else None


def _score(said: frozenset[str], case: frozenset[str], years: int | None, wanted: tuple[int, int] | None) -> float:
    """Which share of what tells a case from the others is said, in [0, 1]; an age that fits or not settles it."""
    if years is not None and wanted is not None:
        return 1.0 if wanted[0] <= years <= wanted[1] else 0.0
    if any(_opposite(fact) in case for fact in said):
        return 0.0
    circumstances = {fact for fact in case if "@" in fact}
    others = case - circumstances
    return max(
        (len(said & part) / len(part) for part in (circumstances, others) if part),
        default=0.0,
    )


def _opposite(fact: str) -> str:
    return fact.removeprefix("!") if fact.startswith("!") else f"!{fact}"


@remembered(4096)
def _found(text: str) -> tuple[tuple[str, int], ...]:
    return tuple(_read(text))


def _read(text: str) -> Iterator[tuple[str, int]]:
    spaced = " ".join(tokens(text))
    taken: set[int] = set()
    for name, pattern in _PATTERNS.items():
        for found in pattern.finditer(spaced):
            taken.update(range(*found.span()))
            yield _signed(f"@{name}", spaced[: found.start()]), found.start()
    if (years := age(text)) is not None:
        yield ("@minor" if years < MAJORITY else "@adult"), 0
    for found in re.finditer(r"\w+", spaced):
        word = found.group()
        if found.start() not in taken and word not in STOP_WORDS and word not in NEGATIONS:
            yield _signed(stem(word), spaced[: found.start()]), found.start()


@lru_cache(maxsize=1)
def _stemmer() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("french")).build()


@remembered(8192)
def stem(word: str) -> str:
    """The stem of a folded word."""
    return next(iter(_stemmer().analyze(word)), word)


def _signed(fact: str, before: str) -> str:
    return f"!{fact}" if _NEGATED.search(before) else fact
