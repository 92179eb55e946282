"""Answering with a fiche that is settled: by question, by a pressed case, by « Voir plus », by a guided search. Pure.

Nothing is said that is not in the fiche, and nothing of a case that is not the citizen's; see `bot.knowledge.narrowing`.
"""

from __future__ import annotations

from bot.fiches import Fiche, FicheKind
from bot.knowledge import guiding, narrowing, showing
from bot.knowledge.answer import Answer
from bot.knowledge.articles import Passage
from bot.knowledge.leaves import Outline
from bot.knowledge.library import Library, choose, linked, source
from bot.knowledge.narrowing import Known
from bot.knowledge.talk import CASE, GUIDE, Beside, Talk
from bot.messages import AnswerStatus
from bot.settings import GENERAL_SERVICE


def tell(library: Library, key: str, question: str, talk: Talk, said: str | None = None) -> Answer:
    """Answer with a fiche that is settled: in the case that is known, or by asking for it. LOST if there is none.

    Cases are read in what was `said`: by default the question, "" where its cases were read before.
    """
    fiche = library.searcher.fiche(key)
    if fiche is None:
        return Answer(AnswerStatus.LOST, question=question, talk=talk.go())
    if fiche.kind is FicheKind.GUIDED and fiche.guide is not None:
        return guide(library, fiche.key, (), talk)
    outline = library.searcher.outline(fiche.key)
    if outline is None:
        return Answer(AnswerStatus.LOST, question=question, talk=talk.go())
    known = {**narrowing.carried(outline, talk.titles), **_made(outline, fiche, talk)}
    named = narrowing.read(outline, question if said is None else said, fiche.title)
    known.update(named)
    titles = tuple(outline.questions[number].options[option] for number, option in named.items())
    return showing.show(library, fiche, outline, known, question, talk.go(titles=talk.having(titles)), read=bool(known))


def case(library: Library, key: str, known: Known, mark: int, question: str, talk: Talk) -> Answer:
    """Answer in the cases that a citizen has chosen, or ask the next; those of another state of the page are not believed."""
    fiche, outline = library.searcher.fiche(key), library.searcher.outline(key)
    if fiche is None or outline is None:
        return Answer(AnswerStatus.LOST, question=question, talk=talk.go())
    chosen = narrowing.valid(outline, tuple(known.items())) if mark == narrowing.mark(outline) else {}
    titles = tuple(outline.questions[number].options[option] for number, option in chosen.items())
    talk = talk.go(titles=talk.having(titles))
    # The same case has the same name in other branches of the page.
    chosen = {**narrowing.carried(outline, titles), **chosen}
    return showing.show(library, fiche, outline, chosen, question, talk, read=False)


def ask(library: Library, key: str, talk: Talk, question: str, page: int = 0) -> Answer:
    """Ask the first choice of a fiche anew, or show further options of the one that was asked."""
    fiche, outline = library.searcher.fiche(key), library.searcher.outline(key)
    if fiche is None or outline is None or not outline.questions:
        return Answer(AnswerStatus.LOST, question=question, talk=talk.go())
    number = talk.choice if talk.waiting == CASE and talk.fiche == fiche.key else 0
    known = _made(outline, fiche, talk) if number else {}
    asked = outline.questions[number] if number < len(outline.questions) else outline.questions[0]
    if not narrowing.holds(asked.path, known):
        asked, known = outline.questions[0], {}
    gone = set(asked.options)
    talk = talk.go(titles=tuple(title for title in talk.titles if title not in gone))
    return showing.narrowed(library, fiche, outline, asked, known, question, talk, page=page)


def read_on(library: Library, key: str, known: Known, mark: int, first: int, further: int, talk: Talk) -> Answer:
    """« Voir plus »: the leaves of the citizen's case behind the one that answered, without those shown since."""
    fiche, outline = library.searcher.fiche(key), library.searcher.outline(key)
    if fiche is None or outline is None:
        return Answer(AnswerStatus.LOST, talk=talk.go())
    settled = narrowing.valid(outline, tuple(known.items())) if mark == narrowing.mark(outline) else {}
    rest = showing.in_turn(outline, settled, first)[further:]
    if not rest:
        return Answer(AnswerStatus.ANSWERED, sources=(source(fiche),), services=(GENERAL_SERVICE,), talk=talk)
    return showing.answered(library, fiche, outline, rest, settled, talk.question, talk, read=False)


def guide(library: Library, key: str, at: guiding.At, talk: Talk, page: int = 0) -> Answer:
    """One step of a guided search; where it ends, the fiche it leads to, or the titles of several."""
    fiche = library.searcher.fiche(key)
    found = guiding.step(fiche, at) if fiche is not None else None
    if fiche is None or found is None:
        return Answer(AnswerStatus.LOST, talk=talk.go())
    if found.ends:
        return _ended(library, fiche, found, talk)
    parts = guiding.parts(len(found.answers))
    page %= parts
    return Answer(
        AnswerStatus.GUIDED,
        sources=(source(fiche),),
        services=(GENERAL_SERVICE,),
        options=found.answers,
        beside=Beside(
            title=found.fork.question,
            cases=found.trail,
            notice=fiche.notice if not found.at else None,
            help=found.fork.help,
            pages=parts,
        ),
        talk=talk.go(fiche=fiche.key, known=(), mark=0, question="", waiting=GUIDE, at=found.at, page=page),
    )


def back(library: Library, key: str, at: guiding.At, talk: Talk) -> Answer:
    """The step of a guided search before this one."""
    fiche = library.searcher.fiche(key)
    return guide(library, key, guiding.back(fiche, at) if fiche is not None else (), talk)


def take(library: Library, key: str, at: guiding.At, place: int, talk: Talk) -> Answer:
    """Go on with one of the answers of a step: a branch, or a page beside the branches."""
    fiche = library.searcher.fiche(key)
    found = guiding.step(fiche, at) if fiche is not None else None
    if fiche is None or found is None or not 0 <= place < len(found.answers):
        return Answer(AnswerStatus.LOST, talk=talk.go())
    if place < len(found.fork.forks):
        return guide(library, fiche.key, (*found.at, place), talk)
    link = found.pages[place - len(found.fork.forks)]
    return tell(library, linked(library, fiche, link.fiche), "", talk)


def _ended(library: Library, fiche: Fiche, found: guiding.Step, talk: Talk) -> Answer:
    keys = [linked(library, fiche, link.fiche) for link in found.pages]
    keys = list(dict.fromkeys(key for key in keys if library.searcher.fiche(key) is not None and key != fiche.key))
    talk = talk.go(fiche="", known=(), mark=0)
    # What led here says the case as well: it is read like a question.
    said = " ; ".join(found.trail)
    if len(keys) == 1:
        return tell(library, keys[0], said, talk)
    if keys:
        return choose(library, keys[: guiding.PAGE], said, talk)
    outside = [link for link in found.fork.links if link.url]
    text = "\n".join([found.fork.help, *(f"- {link.words} : {link.url}" for link in outside)]).strip()
    passage = Passage(fiche.key, 0, found.trail, text or fiche.title)
    return Answer(
        AnswerStatus.ANSWERED,
        (passage,),
        sources=(source(fiche),),
        services=(GENERAL_SERVICE,),
        beside=Beside(fiche.title, notice=fiche.notice),
        talk=talk.go(fiche=fiche.key),
    )


def _made(outline: Outline, fiche: Fiche, talk: Talk) -> dict[int, int]:
    """The choices that were made of this very state of a fiche."""
    if talk.fiche != fiche.key or talk.mark != narrowing.mark(outline):
        return {}
    return narrowing.valid(outline, talk.known)
