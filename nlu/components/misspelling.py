"""Examples as they are typed in a hurry, for training: short forms, words by ear, slips of the finger, lost blanks.

An example and its misspelt copy mean the same, and a model that has read both forgives more. What is wrong with a copy
is drawn from a seed: the same examples give the same copies.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from bot.text.french import listed
from nlu.components.features import Sample, sample

KEYS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
SHORT = dict(
    pair.split("=")
    for pair in listed(
        """
    que=ke qui=ki quoi=koi quand=qd comment=cmt parce=pask quelqu=kelk pas=pa plus=pu pour=pr avec=ac dans=ds chez=che
    les=le des=de beaucoup=bcp tout=tt tous=ts toujours=tjs jamais=jms trop=tro bien=b1 rien=ri1 aussi=osi mais=mai
    vous=vs nous=ns est=e suis=sui faut=fo peux=peu veux=veu sais=sai voudrais=voudrai bonjour=bjr salut=slt merci=mci
    monsieur=mr madame=mme demain=2main maintenant=mtn rendez-vous=rdv probleme=pb
    """
    )
)
"""Folded words and what is typed for them on a telephone."""
BY_EAR = tuple(
    (re.compile(right), wrong)
    for right, wrong in (
        *((r"eau", "o"), (r"au", "o"), (r"qu", "k"), (r"ph", "f"), (r"gu", "g"), (r"h", ""), (r"y", "i"), (r"ai", "e")),
        *((r"(?:ais|ait|aient)\b", "e"), (r"(?:ais|ait|aient)\b", "ai"), (r"(?:er|ez)\b", "e"), (r"e\b", "er")),
        *((r"(?<=\w\w)s\b", ""), (r"(?<=\w\w)[te]\b", ""), (r"([a-z])\1", r"\1"), (r"en", "an"), (r"an", "en")),
        *((r"c(?=[eiy])", "s"), (r"c(?=[aou])", "k")),
    )
)
BEFORE = ("euh", "bonjour", "voila", "alors", "bon", "dites", "svp", "oui", "ecoutez", "desole")
BEHIND = ("svp", "merci", "voila", "la", "quoi", "hein", "stp", "urgent")
CHARS_A_SLIP = 30

_NEAR = {key: row[max(at - 1, 0) : at] + row[at + 1 : at + 2] for row in KEYS for at, key in enumerate(row)}


def copies(samples: Sequence[Sample], seed: int) -> list[Sample]:
    """A misspelt copy of each sample."""
    source = random.Random(seed)
    return [sample(misspelt(one.text, source)) for one in samples]


def misspelt(text: str, source: random.Random) -> str:
    """A folded text with some mistakes, sometimes none."""
    words = text.split(" ")
    if source.random() < 0.5:
        words = [SHORT.get(word, word) if source.random() < 0.7 else word for word in words]
    if source.random() < 0.5:
        words = [_by_ear(word, source) if source.random() < 0.3 else word for word in words]
    text = " ".join(words)
    if source.random() < 0.5:
        text = re.sub("['’]", source.choice(("", " ")), text)
    if source.random() < 0.6:
        for _ in range(1 + len(text) // CHARS_A_SLIP):
            text = _slip(text, source)
    if source.random() < 0.25:
        text = _joined(text, source)
    if source.random() < 0.15:
        text = f"{source.choice(BEFORE)} {text}"
    if source.random() < 0.15:
        text = f"{text} {source.choice(BEHIND)}"
    return text


def _by_ear(word: str, source: random.Random) -> str:
    right, wrong = source.choice(BY_EAR)
    return right.sub(wrong, word, count=1)


def _slip(text: str, source: random.Random) -> str:
    """A letter inside the text lost, swapped with the next, doubled, or another key's."""
    if len(text) < 5:
        return text
    at = source.randrange(1, len(text) - 1)
    letter = text[at]
    if not letter.isalpha():
        return text
    kind = source.randrange(4)
    if kind == 1:
        return text[:at] + text[at + 1] + letter + text[at + 2 :]
    instead = ("", "", letter * 2, source.choice(_NEAR.get(letter, letter)))[kind]
    return text[:at] + instead + text[at + 1 :]


def _joined(text: str, source: random.Random) -> str:
    blanks = [at for at, char in enumerate(text) if char == " "]
    if not blanks:
        return text
    at = source.choice(blanks)
    return text[:at] + text[at + 1 :]
