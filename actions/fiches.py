"""How answers from the State's fiches are said: passages in their case, questions for a case, steps, publics."""

from __future__ import annotations

import re

import msgspec

from actions.base import Place
from actions.offering import person_button
from actions.remembered import payload, written, written_at
from actions.services import Services
from bot.cases import Cause
from bot.fiches import Online
from bot.knowledge import guiding
from bot.knowledge.answer import Answer
from bot.knowledge.articles import Passage
from bot.knowledge.competences import Door
from bot.knowledge.talk import Beside, Talk
from bot.messages import AnswerStatus
from bot.text.typography import typeset
from bot.wire import Say, WireButton, WireSource

CASE, GUIDE, PUBLIC, NONE_OF_THESE = "case", "guide", "public", "none_of_these"
"""Intents of buttons."""
QUOTING = frozenset({AnswerStatus.ANSWERED, AnswerStatus.NARROWED, AnswerStatus.GUIDED, AnswerStatus.CHOOSE})
"""What is said in the words of a page, or names its titles."""
_ARTICLE = re.compile(r"^(Les?)\s+", re.IGNORECASE)


def answered(services: Services, answer: Answer, place: Place, ending: str = "helped", opening: str = "") -> Say:
    """A passage of a fiche: what is out of date, what the town says, the case, the words, what to do on the web, whom to ask."""
    beside, talk = answer.beside or Beside(""), answer.talk or Talk()
    passage = answer.passages[0]
    going_on = place.further > 0
    lines = _lines(
        opening,
        "fiche_notice" if beside.notice else "",
        "fiche_local" if beside.local and not going_on else "",
        "fiche_case" if beside.cases else "",
        "answer",
        "fiche_online" if beside.online else "",
        _whom(beside) if beside.competent and not going_on else "",
        ending,
    )
    own = {"article": passage.article_id, "passage": place.slot()}
    buttons = [
        WireButton(payload("affirm", **own), key="yes_title"),
        WireButton(payload("deny", **own), key="no_title"),
    ]
    state = {"cases": written(talk.known), "mark": talk.mark}
    if len(answer.passages) > 1:
        buttons.append(WireButton(payload("more", **own, **state), key="more_title"))
    if beside.cases:
        buttons.append(WireButton(payload(CASE, article=passage.article_id, again=1), key="other_case_title"))
    return Say(
        lines,
        values={**_values(services, beside), "passage": _shown(passage)},
        buttons=tuple(buttons),
        # « Voir plus » goes on with an answer that was counted.
        sources=_counted(answer, passage.article_id) if not going_on else _sources(answer)[:1],
        status=AnswerStatus.ANSWERED,
    )


def narrowed(services: Services, answer: Answer) -> Say:
    """Which case of a fiche it is; what is true in every case stands before the question."""
    beside, talk = answer.beside or Beside(""), answer.talk or Talk()
    lines = _lines(
        "fiche_notice" if beside.notice else "",
        "fiche_local" if beside.local else "",
        "answer" if answer.passages else "fiche_title",
        "fiche_case" if beside.cases else "",
        "narrow",
    )
    passage = {"passage": _shown(answer.passages[0])} if answer.passages else {}
    start = talk.page * guiding.PAGE
    buttons = [
        WireButton(
            payload(CASE, article=talk.fiche, cases=written([*talk.known, (talk.choice, option)]), mark=talk.mark),
            title=typeset(title),
        )
        for option, title in list(enumerate(answer.options))[start : start + guiding.PAGE]
    ]
    if beside.pages > 1:
        page = (talk.page + 1) % beside.pages
        buttons.append(WireButton(payload(CASE, article=talk.fiche, page=page, again=1), key="others_title"))
    return Say(
        lines,
        values={**_values(services, beside), **passage},
        buttons=tuple(buttons),
        sources=_sources(answer),
        status=AnswerStatus.NARROWED,
    )


def guided(services: Services, answer: Answer) -> Say:
    """One step of a guided search."""
    beside, talk = answer.beside or Beside(""), answer.talk or Talk()
    at = written_at(talk.at)
    lines = _lines(
        "fiche_notice" if beside.notice else "",
        "guide_trail" if beside.cases else "guide_title",
        "guide_question" if beside.title else "guide_which",
        "guide_help" if beside.help else "",
    )
    start = talk.page * guiding.PAGE
    buttons = [
        WireButton(payload(GUIDE, article=talk.fiche, at=at, take=place), title=typeset(title))
        for place, title in list(enumerate(answer.options))[start : start + guiding.PAGE]
    ]
    if beside.pages > 1:
        page = (talk.page + 1) % beside.pages
        buttons.append(WireButton(payload(GUIDE, article=talk.fiche, at=at, page=page), key="others_title"))
    if talk.at:
        buttons.append(WireButton(payload(GUIDE, article=talk.fiche, at=at, back=1), key="back_title"))
        buttons.append(WireButton(payload(GUIDE, article=talk.fiche, at=written_at(())), key="restart_title"))
    values = {
        **_values(services, beside),
        "title": typeset(answer.sources[0].title),
        "question": typeset(beside.title),
        "help": typeset(beside.help),
    }
    return Say(lines, values, tuple(buttons), _sources(answer), AnswerStatus.GUIDED)


def publics(answer: Answer) -> Say:
    """For whom the citizen asks."""
    buttons = tuple(WireButton(payload(PUBLIC, public=name), key=f"public_{name}") for name in answer.options)
    return Say("choose_public", buttons=buttons, status=AnswerStatus.CHOOSE)


def out_of_scope(answer: Answer) -> Say:
    """That this is nothing the bot knows, what it does know, and a person; the State's fiches are named where there are any."""
    if answer.door is not None:
        return not_ours(answer.door)
    line = "out_of_scope" if answer.talk is not None else "out_of_scope_town"
    return Say(line, buttons=(person_button(Cause.LOST),), status=AnswerStatus.OUT_OF_SCOPE)


def not_ours(door: Door) -> Say:
    """Whose matter it is, and where they are reached: an answer, and a person for who wants help with it."""
    return Say(
        "not_ours",
        values={"body": typeset(door.body.line)},
        buttons=(person_button(Cause.LOST),),
        status=AnswerStatus.ANSWERED,
    )


def in_french(said: Say) -> Say:
    """The same, to somebody who asked in English: that the official text is in French."""
    if said.status not in QUOTING:
        return said
    return msgspec.structs.replace(said, say=f"in_french+{said.say}")


def none_button() -> WireButton:
    """« None of these », under titles."""
    return WireButton(f"/{NONE_OF_THESE}", key="none_title")


def at_town(name: str) -> str:
    """« À Pontavel », « Au Havre », « Aux Sables-d'Olonne »."""
    if found := _ARTICLE.match(name):
        return f"{'Aux' if found[1].lower() == 'les' else 'Au'} {name[found.end() :]}"
    return f"À {name}"


def _whom(beside: Beside) -> str:
    return "fiche_helps" if all(one.helps for one in beside.competent) else "fiche_competent"


def _lines(*keys: str) -> str:
    return "+".join(key for key in keys if key)


def _values(services: Services, beside: Beside) -> dict[str, str]:
    notice = beside.notice
    return {
        "title": typeset(beside.title),
        "notice": typeset(f"{notice.title}\n{notice.text}".strip()) if notice else "",
        "at_town": typeset(at_town(services.office.town.name)),
        "local": typeset(beside.local),
        "cases": typeset(" – ".join(beside.cases)),
        "online": typeset("\n".join(_online(one) for one in beside.online)),
        "competent": typeset("\n".join(f"- {one.line}" for one in beside.competent)),
    }


def _online(online: Online) -> str:
    kind = f" ({online.kind})" if online.kind and online.kind.lower() not in online.title.lower() else ""
    form = f", {online.form}" if online.form else ""
    return f"- {online.title}{kind}{form} : {online.url}" if online.url else f"- {online.title}{kind}{form}"


def _shown(passage: Passage) -> str:
    heading = " – ".join(passage.headings)
    return typeset(f"{heading}\n\n{passage.text}" if heading else passage.text)


def _sources(answer: Answer) -> tuple[WireSource, ...]:
    return tuple(
        WireSource(typeset(source.title), source.url, source.publisher, source.updated) for source in answer.sources
    )


def _counted(answer: Answer, article_id: str) -> tuple[WireSource, ...]:
    """The sources as the ones that were used: the fiche, and the town's article whose words stand before it."""
    ids = (article_id, *(source.article for source in answer.sources[1:]))
    shown = zip(_sources(answer), ids, strict=True)
    return tuple(msgspec.structs.replace(source, article=article) for source, article in shown)
