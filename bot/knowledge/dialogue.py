"""From a citizen's words to an answer, over the town's articles and the State's fiches together. Pure.

The town's own article goes first when it is sure; otherwise the fiches, when they are about the question at all; where
neither is sure, titles of both by likelihood. State goes in as `Talk` and comes out with the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.knowledge import answer as town
from bot.knowledge import aspects, guiding, narrowing, precedence, publics
from bot.knowledge.answer import CHOICES, Answer
from bot.knowledge.articles import Passage, expired
from bot.knowledge.circumstances import age, facts
from bot.knowledge.engine.found import Findings, Found
from bot.knowledge.leaves import Outline
from bot.knowledge.library import Library, choose, is_fiche, source
from bot.knowledge.search import Hit, search
from bot.knowledge.talk import CASE, GUIDE, PUBLIC, Talk
from bot.knowledge.telling import back, case, guide, take, tell
from bot.messages import AnswerStatus
from bot.settings import GENERAL_SERVICE
from bot.text.french import tokens, words
from bot.text.normalise import normalise

HITS = 8
"""So many fiches are looked at."""
FAR = 0.1
"""A fiche whose likeliness is less than this share of the best one's is not offered."""
NEW_WORDS = 2
"""A question that begins with « et » may have so many words of its own and go on about the fiche before it."""


def answer(library: Library, question: str, previous: str | None, talk: Talk) -> Answer:
    """Answer a citizen's own words; `previous` is the article or the key of the fiche that was answered just before."""
    question = normalise(question)
    if talk.waiting and (replied := reply(library, question, talk)) is not None:
        return replied
    previous_fiche = talk.fiche if previous is not None and is_fiche(previous) and talk.fiche == previous else ""
    own = town.answer(library.index, library.office, question, library.today, None if previous_fiche else previous)
    findings = library.searcher.search(question, HITS)
    if previous_fiche and (gone_on := _gone_on(library, question, own, findings, talk)) is not None:
        return gone_on
    gate = library.office.knowledge
    if not previous_fiche and (elsewhere := _for_them(library, own, question, talk)) is not None:
        return elsewhere
    if own.status is AnswerStatus.ANSWERED:
        stays = own.passages[0].article_id == previous
        goes_first = precedence.TOWN if stays else precedence.first(library, own, question, findings)
        if goes_first == precedence.TOWN:
            asked = talk.question if stays and talk.question else question
            return _of_town(library, precedence.in_case(own, question), question, talk.go(question=asked))
        if goes_first == precedence.BOTH:
            whole = precedence.bearing(findings.hits, question)
            return _mixed(library, question, findings.hits[:2], talk, whole=whole)
        return _of_state(library, own, question, findings, talk, alone=True)
    if own.status is AnswerStatus.CHOOSE and precedence.half_asked(library, question):
        return _mixed(library, question, findings.hits[:1] if findings.in_scope >= gate.scope_threshold else (), talk)
    if findings.in_scope >= gate.scope_threshold and findings.hits:
        return _of_state(library, own, question, findings, talk)
    if own.status in {AnswerStatus.CHOOSE, AnswerStatus.EXPIRED}:
        return replace(own, talk=talk.go())
    return _neither(library, question, findings, talk)


def reply(library: Library, question: str, talk: Talk) -> Answer | None:
    """What typed words answer to the question that a reply ended with; None if they are about something else."""
    if talk.waiting == CASE:
        outline = library.searcher.outline(talk.fiche)
        if outline is None or talk.mark != narrowing.mark(outline) or talk.choice >= len(outline.questions):
            return None
        option = narrowing.picked(outline.questions[talk.choice].options, question)
        if option is None:
            return None
        known = {**dict(talk.known), talk.choice: option}
        return case(library, talk.fiche, known, talk.mark, talk.question, talk)
    if talk.waiting == GUIDE:
        fiche = library.searcher.fiche(talk.fiche)
        step = guiding.step(fiche, talk.at) if fiche is not None else None
        if fiche is None or step is None:
            return None
        if move := guiding.moved(question):
            return (
                back(library, fiche.key, step.at, talk) if move == guiding.BACK else guide(library, fiche.key, (), talk)
            )
        place = guiding.answered(step, question)
        return None if place is None else take(library, fiche.key, step.at, place, talk)
    if talk.waiting == PUBLIC:
        named = publics.said(question, talk.offered)
        short = not [word for word in narrowing.subject(question) if not publics.said(word, talk.offered)]
        return public(library, named, talk.question, talk) if named and short else None
    return None


def public(library: Library, name: str, question: str, talk: Talk, sought: str = "") -> Answer:
    """Answer the question before for one of the publics, which holds for the rest of the conversation.

    `sought` is what is searched where the question alone names no subject.
    """
    talk = talk.go(public=name if name in publics.PUBLICS else "")
    findings = library.searcher.search(sought or question, HITS)
    if not findings.hits:
        return Answer(AnswerStatus.LOST, question=question, talk=talk)
    fiches = [library.searcher.fiche(hit.key) for hit in findings.hits]
    hits = publics.preferred(findings.hits, fiches, talk.public)
    return tell(library, hits[0].key, question, talk)


def _gone_on(library: Library, question: str, own: Answer, findings: Findings, talk: Talk) -> Answer | None:
    """The answer of the fiche before, where a question goes on about it: a side of it, or another case."""
    fiche, outline = library.searcher.fiche(talk.fiche), library.searcher.outline(talk.fiche)
    if fiche is None or outline is None:
        return None
    asked = aspects.asked(question)
    if aspects.of_office(question) or aspects.only_standing(question):
        # « vos horaires »: the town hall's.
        return None
    options = [title for one in outline.questions for title in one.options]
    new = narrowing.subject(question, options)
    named = narrowing.read(outline, question, fiche.title)
    name = publics.said(question)
    if name and talk.question and not named and not asked and all(publics.said(word) == name for word in new):
        # « Je suis agent public »: the same question, for somebody else.
        return public(library, name, talk.question, talk, f"{publics.without(fiche.title)} {question}")
    if not new:
        if not (named or asked or any("@" in fact for fact in facts(question)) or aspects.refers_back(question)):
            return None
        if named or asked or not any("@" in fact for fact in facts(question)):
            # A case alone asks the same again: « et pour un mineur ? ».
            return tell(
                library, talk.fiche, question if asked else talk.question, _switched(talk, outline, named), said=""
            )
        return _elsewhere(library, question, fiche.title, talk)
    best = findings.hits[0] if findings.hits else None
    if own.status is AnswerStatus.ANSWERED:
        return None
    if best is not None and best.key == talk.fiche and findings.in_scope >= library.office.knowledge.scope_threshold:
        return tell(library, talk.fiche, question, _switched(talk, outline, named))
    points_back = aspects.refers_back(question) or tokens(question)[:1] == ["et"]
    sure = best is not None and best.score >= library.office.knowledge.fiche_threshold
    sure = sure and findings.in_scope >= library.office.knowledge.scope_threshold
    if points_back and len(new) <= NEW_WORDS and not sure:
        # « Et pour l'adoption ? » after maternity leave: another page on the same subject has it in its title.
        found = library.searcher.search(f"{publics.without(fiche.title)} {question}", HITS).hits
        beside = precedence.named_by(found, new, fiche.title)
        if beside is not None and beside.key != talk.fiche:
            return tell(library, beside.key, talk.question, talk)
    if points_back and len(new) <= NEW_WORDS and not sure and _holds(library, talk.fiche, question):
        return tell(library, talk.fiche, question, _switched(talk, outline, named))
    return None


def _switched(talk: Talk, outline: Outline, named: dict[int, int]) -> Talk:
    """The talk with other cases of the same fiche; what was chosen against them is forgotten."""
    known = {**narrowing.valid(outline, talk.known), **named} if talk.mark == narrowing.mark(outline) else named
    gone = {title for number in named for title in outline.questions[number].options}
    titles = tuple(outline.questions[number].options[option] for number, option in named.items())
    kept = tuple(title for title in talk.titles if title not in gone)
    return talk.go(
        known=tuple(sorted(known.items())), mark=narrowing.mark(outline), titles=(*kept, *dict.fromkeys(titles))
    )


def _elsewhere(library: Library, question: str, title: str, talk: Talk) -> Answer | None:
    """« Et pour un mineur ? » after a fiche that knows no minors: another one on the same subject may be for them."""
    if (years := age(question)) is not None and precedence.for_age(library, talk.fiche, years):
        # « J'ai 22 ans » to a page for the young.
        return tell(library, talk.fiche, talk.question, talk, said="")
    findings = library.searcher.search(f"{title} {question}", HITS)
    others = [hit for hit in findings.hits if hit.key != talk.fiche]
    circumstances = {fact for fact in facts(question) if "@" in fact}
    if years is not None:
        others = [hit for hit in others if precedence.for_age(library, hit.key, years) is not False]
        aged = [hit for hit in others if precedence.for_age(library, hit.key, years)]
        if len(aged) == 1:
            return tell(library, aged[0].key, talk.question, talk)
    fitting = [hit for hit in others if circumstances & facts(hit.title)]
    if fitting and fitting[0].score >= library.office.knowledge.fiche_threshold:
        return tell(library, fitting[0].key, question, talk)
    keys = list(dict.fromkeys([*(hit.key for hit in fitting), *(hit.key for hit in findings.hits)]))[:CHOICES]
    return choose(library, keys, talk.question, talk) if keys else None


def _holds(library: Library, key: str, question: str) -> bool:
    return any(score > 0 for score in library.searcher.leaf_scores(key, question))


def _for_them(library: Library, own: Answer, question: str, talk: Talk) -> Answer | None:
    """A fiche for the circumstance that is all a message names, where the page before it says nothing of it.

    « Et si je suis à l'étranger ? » after the town's page on passports, « j'ai 22 ans » after titles that were offered.
    """
    stated = [fact for fact in facts(question) if fact.startswith("@")]
    if not talk.question or not stated or narrowing.subject(question) or aspects.asked(question):
        return None
    if own.status is AnswerStatus.ANSWERED and precedence.speaks_of(library, own, question):
        return None
    whole = f"{talk.question} ; {question}"
    findings = library.searcher.search(whole, HITS)
    near = [hit for hit in findings.hits if hit.score >= FAR * findings.hits[0].score]
    if (years := age(question)) is not None:
        near = [hit for hit in near if precedence.for_age(library, hit.key, years) is not False]
    fitting = precedence.for_them(library, near, question)
    if findings.in_scope < library.office.knowledge.scope_threshold:
        return None
    if not fitting:
        # A page on the subject that names no age may be for all of them.
        aged = years is not None and near
        return choose(library, [hit.key for hit in near[:CHOICES]], talk.question, talk) if aged else None
    alone = years is not None and [hit for hit in near if precedence.for_age(library, hit.key, years)] == fitting[:1]
    if alone or fitting[0] is findings.hits[0] or fitting[0].score >= library.office.knowledge.fiche_threshold:
        return tell(library, fitting[0].key, talk.question, talk, said=whole)
    keys = list(dict.fromkeys(hit.key for hit in (*fitting, *near)))[:CHOICES]
    return choose(library, keys, talk.question, talk)


def _of_town(library: Library, own: Answer, question: str, talk: Talk) -> Answer:
    """The town's answer; an article that adds to a fiche is shown with it."""
    place = library.index.place(own.passages[0].article_id)
    added = library.index.articles[place].fiche if place is not None else ""
    for key in (added,) if is_fiche(added) else (f"part:{added}", f"pro:{added}"):
        if added and library.searcher.fiche(key) is not None:
            return tell(library, key, question, talk)
    return replace(own, talk=talk.go(fiche="", known=(), mark=0))


def _of_state(
    library: Library, own: Answer, question: str, findings: Findings, talk: Talk, alone: bool = False
) -> Answer:
    """The fiches' answer; `alone` leaves the town's titles out of what is offered."""
    hits = _ranked(library, findings.hits, question, talk)
    fiches = [library.searcher.fiche(hit.key) for hit in hits]
    offered = publics.tied(hits, fiches)
    wanted = publics.said(question) or talk.public
    if len(offered) > 1 and wanted not in offered:
        named = tuple(name for name in publics.PUBLICS if name in offered)
        return Answer(
            AnswerStatus.CHOOSE,
            question=question,
            options=named,
            talk=talk.go(question=question, waiting=PUBLIC, offered=named),
        )
    if (whole := precedence.bearing(hits, question)) is not None:
        return tell(library, whole.key, question, talk)
    fair = precedence.unsaid_last(hits, question, talk)
    if fair[0] is not hits[0]:
        return _mixed(library, question, fair, talk, alone=True)
    if hits[0].score >= library.office.knowledge.fiche_threshold:
        return tell(library, hits[0].key, question, talk)
    if own.status is AnswerStatus.EXPIRED:
        return replace(own, talk=talk.go())
    return _mixed(library, question, hits, talk, alone)


def _ranked(library: Library, hits: Sequence[Found], question: str, talk: Talk) -> list[Found]:
    fiches = [library.searcher.fiche(hit.key) for hit in hits]
    return publics.preferred(hits, fiches, publics.said(question) or talk.public)


def _mixed(
    library: Library,
    question: str,
    hits: Sequence[Found],
    talk: Talk,
    alone: bool = False,
    whole: Found | None = None,
) -> Answer:
    """Up to three titles of the town's articles and the State's fiches, the likeliest first; `alone` of the fiches, as they stand.

    `whole` is the fiche that bears the question as its title: it goes first.
    """
    least = library.office.knowledge.choose_threshold
    own = [hit for hit in search(library.index, question, CHOICES) if hit.score >= least and not alone]
    own = [hit for hit in own if not expired(hit.article, library.today) and not hit.article.fiche]
    state = [hit for hit in hits[:CHOICES] if hit.score >= FAR * hits[0].score]
    merged: list[Hit | Found] = [*own, *state] if alone else sorted([*own, *state], key=lambda hit: -hit.score)
    if whole is not None:
        merged = [whole, *(hit for hit in merged if hit != whole)]
    passages, sources, services = [], [], []
    for hit in merged[:CHOICES]:
        if isinstance(hit, Hit):
            passages.append(hit.passage)
            sources.append(town.source(library.office, hit.article))
            services.append(hit.article.service)
        elif (fiche := library.searcher.fiche(hit.key)) is not None:
            passages.append(Passage(fiche.key, hit.leaf, (), fiche.description))
            sources.append(source(fiche))
            services.append(GENERAL_SERVICE)
    if not passages:
        return Answer(AnswerStatus.OUT_OF_SCOPE, question=question, talk=talk.go())
    return Answer(
        AnswerStatus.CHOOSE,
        tuple(passages),
        question,
        tuple(sources),
        tuple(services),
        talk=talk.go(question=question),
    )


def _neither(library: Library, question: str, findings: Findings, talk: Talk) -> Answer:
    """Out of scope, said plainly, where the words are known; LOST where nobody could know what is meant."""
    known = bool(findings.hits) or any(term.known for term in library.index.read(question).terms)
    status = AnswerStatus.OUT_OF_SCOPE if known and words(question) else AnswerStatus.LOST
    return Answer(status, question=question, talk=talk.go())
