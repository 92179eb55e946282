"""Which lines of a conversation ask what was not answered: pure functions over its transcript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from bot.messages import ALARM_SUFFIX, AnswerStatus, Author, Reply
from bot.store.base import CITIZEN, Entry
from bot.text.french import ELIDED, STOP_WORDS, fold, listed
from bot.topics import Asked, Heard, RatedBy, Why

MAX_CHARS = 500
"""Of a question; who has not said by then what it is about will not."""
MAX_BACK = 6
"""So many lines of a citizen are looked back over for the question that buttons were offered for."""
MIN_WORD_CHARS = 3
MAX_WORD_CHARS = 24
INSULT_WORDS = 3
"""Beside an insult a question has more words than this, or it asks nothing."""

UNANSWERED: Mapping[AnswerStatus, Why] = {
    AnswerStatus.LOST: Why.LOST,
    AnswerStatus.OUT_OF_SCOPE: Why.OUT_OF_SCOPE,
    AnswerStatus.UNAVAILABLE: Why.UNAVAILABLE,
}
ASKING_BACK = frozenset({AnswerStatus.CHOOSE, AnswerStatus.NARROWED, AnswerStatus.GUIDED})

INSULTS = listed(
    """
    abruti abrutie abrutis batard batards bouffon bouffons branleur branleurs con conne connes connard connards connasse
    cretin cretins debile debiles encule encules enfoire enfoires fdp idiot idiote idiots imbecile imbeciles incapable
    incapables merde merdes merdique nique niquer ntm nul nulle nuls pourri pourris pute putes putain salaud salauds salope
    salopes stupide tg debiles foutre bordel gueule
    """
)
CHATTER = listed(
    """
    aurevoir bye ciao cool super genial parfait top nickel rien aucun aucune aucuns reponse repondre comprends compris
    comprend robot bot chatbot test tests essai haha hihi lol mdr ptdr bah euh hein ben bof yes humain personne conseiller
    agent parler operateur
    """
)
"""Words about the talk itself: a question with no others has no subject."""

ENGLISH = listed(
    """
    about after again all also and any are because been before being but can could did does doing for from get got had has
    have having her here him his how into its just know let like may mine more most much must need needs not now off one only
    our out over please she should some somebody someone than thank thanks that the their them then there these they this
    those too under until very want wants was were what when where which while who whom whose why will with without would
    yes yet you your
    """
)
"""English words of grammar; those that are French words of a subject (« the », a tea, is written « thé ») are few."""

WORD = re.compile(r"[^\W\d_]+")
_MASK = re.compile(r"\[[^\[\]\n]{1,40}\]")


def subject_words(text: str) -> list[str]:
    """The folded words of a text that say what it is about, in order; masked places and figures are none."""
    found = WORD.findall(fold(_MASK.sub(" ", text[:MAX_CHARS])))
    return [
        word[:MAX_WORD_CHARS]
        for word in found
        if len(word) >= MIN_WORD_CHARS and word not in STOP_WORDS and word not in ELIDED and word not in ENGLISH
    ]


def has_subject(text: str) -> bool:
    """Whether a text asks about something: a greeting, an insult and « je ne comprends pas » do not."""
    found = subject_words(text)
    meant = [word for word in found if word not in INSULTS and word not in CHATTER]
    if any(word in INSULTS for word in found) and len(meant) <= INSULT_WORDS:
        return False
    return bool(meant)


def questions(heard: Heard, since: datetime, alarming: Callable[[str], bool]) -> list[Asked]:
    """What a citizen asked since then that was not answered, or whose answer was rated useless, in order; each line once.

    Of a button that was pressed, or a « non » to titles, the question before it counts. `alarming` says what shows danger
    or distress: such a line is never a question here, nor is one that was answered with an alarm.
    """
    lines = heard.lines
    alarms = {line.ref.removesuffix(ALARM_SUFFIX) for line in lines if line.ref.endswith(ALARM_SUFFIX)}
    found: dict[str, Asked] = {}
    for place, why in (*_unanswered(lines), *_useless(lines, heard.ratings)):
        asked = _question(lines, place)
        if asked is None or asked.ref in alarms or asked.at < since or asked.ref in found:
            continue
        if has_subject(asked.text) and not alarming(asked.text):
            found[asked.ref] = Asked(heard.conversation_id, asked.ref, why, asked.at, asked.text)
    return sorted(found.values(), key=lambda one: (one.at, one.ref))


def _unanswered(lines: Sequence[Entry]) -> Iterator[tuple[int, Why]]:
    """The places of the citizen's lines whose reply answered nothing."""
    for place, line in enumerate(lines):
        why = UNANSWERED.get(line.reply.status) if line.reply and line.reply.status else None
        if why is not None and line.author == Author.BOT.value and (said := _answered_line(lines, place)) is not None:
            yield said, why


def _useless(lines: Sequence[Entry], ratings: Sequence[RatedBy]) -> Iterator[tuple[int, Why]]:
    """The places of the lines whose answer was rated useless; of two ratings of an article the later one counts."""
    last = {one.article_id: one for one in ratings}
    places = {line.ref: place for place, line in enumerate(lines)}
    for one in last.values():
        if one.helpful or one.message_id not in places:
            continue
        for place in range(places[one.message_id] - 1, -1, -1):
            reply = lines[place].reply
            if reply is None or reply.author is not Author.BOT:
                continue
            if any(source.article == one.article_id for source in reply.sources):
                if (said := _answered_line(lines, place)) is not None:
                    yield said, Why.USELESS
                break


def _answered_line(lines: Sequence[Entry], place: int) -> int | None:
    """The place of the citizen's line that a reply answers: the one it is called after, else the last before it."""
    message_id = lines[place].ref.rpartition(".")[0]
    last = None
    for before in range(place - 1, -1, -1):
        if lines[before].author != CITIZEN:
            continue
        if lines[before].ref == message_id:
            return before
        if last is None:
            last = before
    return last


def _question(lines: Sequence[Entry], place: int) -> Entry | None:
    """The line that asked, from one that may have pressed a button or said « non » to what was offered."""
    for _ in range(MAX_BACK):
        offered = _reply_before(lines, place)
        if offered is None or not _answers_to(lines[place].text, offered):
            return lines[place]
        before = next((one for one in range(place - 1, -1, -1) if lines[one].author == CITIZEN), None)
        if before is None:
            return None
        place = before
    return None


def _reply_before(lines: Sequence[Entry], place: int) -> Reply | None:
    """What the bot said last before a line; None if that was nothing, or somebody else."""
    if place == 0 or (reply := lines[place - 1].reply) is None:
        return None
    return reply if reply.author is Author.BOT else None


def _answers_to(text: str, offered: Reply) -> bool:
    said = fold(text.strip())
    if any(fold(button.title.strip()) == said for button in offered.buttons):
        return True
    return offered.status in ASKING_BACK and not has_subject(text)
