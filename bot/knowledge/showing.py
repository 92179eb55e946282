"""Which piece of a fiche answers, in whose case, and what stands beside it; or which case has to be asked first. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.fiches import Fiche, FicheKind
from bot.knowledge import aspects, guiding, narrowing, where
from bot.knowledge.answer import CHOICES, Answer
from bot.knowledge.articles import Passage
from bot.knowledge.circumstances import facts
from bot.knowledge.competent import competent, contacts_of, online_of, service_of
from bot.knowledge.leaves import Leaf, Outline, Path, Question
from bot.knowledge.library import Library, choose, linked, local, sources
from bot.knowledge.narrowing import Known
from bot.knowledge.talk import CASE, Beside, Talk
from bot.messages import AnswerStatus
from bot.settings import GENERAL_SERVICE
from bot.text.french import fold, words

ASPECT = 2.0
IN_CASE = 0.5
FIRST = 0.3
"""What a leaf is worth beside its score, as a share of the best score: for showing the side that is asked, for being
in a case that the citizen has named, for introducing the page or that case."""
WEAK = 0.8
"""A best score below this says little: « mon boss » stands in no piece, and the introduction answers better than a chance hit."""
BEGINS = 0.5
"""What the first piece under a heading is worth more where a side is asked."""
ASIDE = 0.5
"""What a box beside the text is worth less."""
SAYS_WORDS = 8
"""A piece with fewer words is a caption."""
MAX_WORDS = 12
"""So many words of a question are looked at one by one."""
MANY_LEAVES = 6
"""From so many pieces on, a word can be said to stand in most of them."""
_DIFFERS = re.compile(r"(?:\bdifferent|\bdifferemment|\bdepend|\bvarie)[^.]*\.?$")
LIST_LEAVES = 2
"""A list or a table that began so many pieces before is told from its beginning."""
KNOWN_ENOUGH = 0.9
"""A leaf that may be shown at once is taken before a better one that needs a question, from this share of its worth on."""


def show(
    library: Library, fiche: Fiche, outline: Outline, known: Known, question: str, talk: Talk, read: bool
) -> Answer:
    """Answer a question from a fiche as far as its cases are known, or ask for the outermost one that is not.

    `read` says that cases were read in the citizen's words or carried over, and not pressed. Cases of places are the
    town's own where nothing else was said; they make no other words of the page likelier.
    """
    said = known
    known = {**_here(library, outline), **said}
    leaves = narrowing.reachable(outline, known)
    if not leaves:
        return _bare(library, fiche, outline, known, question, talk)
    worth = _worth(library, fiche, leaves, said, question)
    best = max(leaves, key=lambda leaf: worth[leaf.number])
    # A box alone is no answer as long as a question leads to one.
    shown = [leaf for leaf in leaves if narrowing.holds(leaf.path, known) and not leaf.aside]
    ready = max(shown, key=lambda leaf: worth[leaf.number], default=None)
    if ready is not None and worth[ready.number] >= KNOWN_ENOUGH * worth[best.number]:
        best = ready
    open_choice = narrowing.undecided(outline, best.path, known)
    if open_choice is None:
        first = best.number == outline.leaves[0].number and not best.path and not aspects.asked(question)
        situations = next((q for q in outline.questions if not q.path and q.number not in known), None)
        if first and situations is not None:
            # The introduction says what the page is about, and for whom it differs.
            return narrowed(library, fiche, outline, situations, known, question, talk, before=best)
        best = _list_start(outline, best)
        if (next_choice := _leads_to(outline, best, known)) is not None:
            return narrowed(library, fiche, outline, next_choice, known, question, talk, before=best)
        return answered(library, fiche, outline, in_turn(outline, known, best.number), known, question, talk, read)
    if (same := _same(outline, open_choice, known, worth)) is not None:
        pieces = [same, *(leaf for leaf in narrowing.visible(outline, known) if leaf.text != same.text)]
        return answered(library, fiche, outline, pieces, known, question, talk, read)
    return narrowed(
        library, fiche, outline, open_choice, known, question, talk, before=_opening(outline, said, question)
    )


def _here(library: Library, outline: Outline) -> dict[int, int]:
    """The cases of places that the town is in, « Cas général » and not « À Mayotte »."""
    found = {one.number: where.local(one.options, library.office.town) for one in outline.questions}
    return {number: option for number, option in found.items() if option is not None}


def _opening(outline: Outline, known: Known, question: str) -> Leaf | None:
    """What the page says to everybody before its first choice; None where it begins with one, a case is known, or a price or the like is asked."""
    if any(aspect.name != "way" for aspect in aspects.asked(question)):
        return None
    leaf = next((leaf for leaf in outline.leaves if len(leaf.text.split()) >= SAYS_WORDS), None)
    return leaf if not known and leaf is not None and not leaf.path and not leaf.headings else None


def _leads_to(outline: Outline, leaf: Leaf, known: Known) -> Question | None:
    """The open choice that a leaf only leads up to: « Le délai est différent selon l'état des lieux : »."""
    if not leaf.text.endswith(":") and not _DIFFERS.search(fold(leaf.text)):
        return None
    behind = outline.leaves[leaf.number + 1 : leaf.number + 2]
    beyond = {number for one in behind for number, _ in one.path} - {number for number, _ in leaf.path}
    return next((outline.questions[number] for number in sorted(beyond) if number not in known), None)


def _list_start(outline: Outline, leaf: Leaf) -> Leaf:
    """The leaf in which the list begins that a leaf goes on with; the leaf itself where that is too far away."""
    start = leaf
    for _ in range(LIST_LEAVES):
        before = outline.leaves[start.number - 1] if start.number else None
        if not start.text.startswith("- ") or before is None:
            break
        if (before.path, before.headings) != (leaf.path, leaf.headings) or not before.text:
            break
        start = before
    return start if not _goes_on(outline, start) else leaf


def _goes_on(outline: Outline, leaf: Leaf) -> bool:
    before = outline.leaves[leaf.number - 1] if leaf.number else None
    same = before is not None and (before.path, before.headings) == (leaf.path, leaf.headings)
    return same and leaf.text.startswith("- ")


def _worth(library: Library, fiche: Fiche, leaves: list[Leaf], known: Known, question: str) -> dict[int, float]:
    # What the page is about stands in all of it, and chooses no piece.
    title = facts(fiche.title)
    telling = [word for word in words(question)[:MAX_WORDS] if not facts(word) & title]
    beside = " ".join(word for word in telling if not _everywhere(library, fiche, word))
    scores = library.searcher.leaf_scores(fiche.key, beside) if beside else ()
    top = max((scores[leaf.number] for leaf in leaves if leaf.number < len(scores)), default=0.0)
    asked = aspects.asked(question)
    depth = {leaf.number: sum(known.get(number) == option for number, option in leaf.path) for leaf in leaves}
    # The first that says something: « Vidéo - Résumé » introduces nothing.
    # Whose heading has the side that is asked is read from its first words on.
    begun: dict[tuple[Path, tuple[str, ...]], int] = {}
    for leaf in leaves:
        begun.setdefault((leaf.path, leaf.headings), leaf.number)
    first = max(leaves, key=lambda leaf: (depth[leaf.number], len(leaf.text.split()) >= SAYS_WORDS)).number
    return {
        leaf.number: (scores[leaf.number] / max(top, WEAK) if leaf.number < len(scores) else 0.0)
        + ASPECT * aspects.fit(asked, leaf.headings, leaf.text)
        + (IN_CASE if depth[leaf.number] else 0.0)
        + (FIRST if leaf.number == first and not asked else 0.0)
        + (BEGINS if asked and begun[leaf.path, leaf.headings] == leaf.number else 0.0)
        - (ASIDE if leaf.aside else 0.0)
        for leaf in leaves
    }


def _everywhere(library: Library, fiche: Fiche, word: str) -> bool:
    """Whether a word is this page's subject by another name (« cni »): it then stands in most pieces, and chooses none."""
    scores = library.searcher.leaf_scores(fiche.key, word)
    top = max(scores, default=0.0)
    return len(scores) >= MANY_LEAVES and top > 0 and sum(score > top / 2 for score in scores) > len(scores) / 2


def _same(outline: Outline, asked: Question, known: Known, worth: Mapping[int, float]) -> Leaf | None:
    """The leaf that would be shown whatever the answer, where every case says the same; None if the answer matters."""
    found: list[Leaf] = []
    for option in range(len(asked.options)):
        supposed = {**known, asked.number: option}
        leaves = [leaf for leaf in narrowing.reachable(outline, supposed) if leaf.number in worth]
        best = max(leaves, key=lambda leaf: worth[leaf.number], default=None)
        if best is None or not narrowing.holds(best.path, supposed):
            return None
        found.append(best)
    alike = len({(leaf.text, leaf.online, leaf.contacts) for leaf in found}) == 1
    return found[0] if found and alike else None


def in_turn(outline: Outline, known: Known, first: int) -> list[Leaf]:
    """What may be shown, from one leaf on and round to the one before it."""
    leaves = narrowing.visible(outline, known)
    return [*(leaf for leaf in leaves if leaf.number >= first), *(leaf for leaf in leaves if leaf.number < first)]


def answered(
    library: Library,
    fiche: Fiche,
    outline: Outline,
    leaves: list[Leaf],
    known: Known,
    question: str,
    talk: Talk,
    read: bool,
) -> Answer:
    """The first of the leaves with what belongs to its place in the page; the others are behind « Voir plus »."""
    first = leaves[0]
    path = tuple((number, option) for number, option in first.path if number in known)
    named = competent(library.office, contacts_of(outline, first, known))
    return Answer(
        AnswerStatus.ANSWERED,
        tuple(_passage(fiche, outline, leaf) for leaf in leaves),
        question,
        sources(library, fiche),
        (service_of(named),),
        beside=Beside(
            title=fiche.title,
            cases=narrowing.cases(outline, path),
            read=read and bool(path),
            notice=fiche.notice,
            local=local(library, fiche),
            online=online_of(fiche, outline, first, known),
            competent=named,
        ),
        talk=_settled(talk, fiche, outline, known, question),
    )


def narrowed(
    library: Library,
    fiche: Fiche,
    outline: Outline,
    asked: Question,
    known: Known,
    question: str,
    talk: Talk,
    before: Leaf | None = None,
    page: int = 0,
) -> Answer:
    """One choice of a fiche as a question; `before` is what can be said whatever the case."""
    parts = guiding.parts(len(asked.options))
    settled = _settled(talk, fiche, outline, known, question)
    return Answer(
        AnswerStatus.NARROWED,
        () if before is None else (_passage(fiche, outline, before),),
        question,
        sources(library, fiche),
        (GENERAL_SERVICE,),
        options=asked.options,
        beside=Beside(
            title=fiche.title,
            cases=narrowing.cases(outline, tuple(pair for pair in asked.path if pair[0] in known)),
            notice=fiche.notice,
            local=local(library, fiche),
            pages=parts,
        ),
        talk=settled.go(waiting=CASE, choice=asked.number, page=page % parts),
    )


def _bare(library: Library, fiche: Fiche, outline: Outline, known: Known, question: str, talk: Talk) -> Answer:
    """A page without text of its own: what it is about, and what it leads to."""
    if fiche.kind is FicheKind.FOLDER and fiche.related:
        keys = [linked(library, fiche, related.id) for related in fiche.related]
        return choose(
            library, [key for key in keys if library.searcher.fiche(key) is not None][:CHOICES], question, talk
        )
    leaf = Leaf(0, (), (), fiche.description or fiche.title)
    named = competent(library.office, contacts_of(outline, leaf, known))
    return Answer(
        AnswerStatus.ANSWERED,
        (_passage(fiche, outline, leaf),),
        question,
        sources(library, fiche),
        (service_of(named),),
        beside=Beside(
            title=fiche.title,
            notice=fiche.notice,
            local=local(library, fiche),
            online=online_of(fiche, outline, leaf, known),
            competent=named,
        ),
        talk=_settled(talk, fiche, outline, known, question),
    )


def _settled(talk: Talk, fiche: Fiche, outline: Outline, known: Known, question: str) -> Talk:
    return talk.go(fiche=fiche.key, known=tuple(sorted(known.items())), mark=narrowing.mark(outline), question=question)


def _passage(fiche: Fiche, outline: Outline, leaf: Leaf) -> Passage:
    """A leaf as a passage; its cases are said apart from its chapters."""
    named = {outline.questions[number].options[option] for number, option in leaf.path}
    return Passage(
        fiche.key, leaf.number, tuple(title for title in leaf.headings if title not in named), leaf.shown or leaf.text
    )
