"""French words as a search sees them: folded, without elision, without the words that carry no subject."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("ß", "ss"), ("ø", "o"), ("đ", "d"), ("ł", "l"), ("ı", "i"))
_WORD = re.compile(r"[a-z0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""Combining marks of the alphabets that French words may be written in."""


def listed(text: str) -> frozenset[str]:
    """Words written one after the other."""
    return frozenset(text.split())


ELIDED = listed("c d j l m n s t qu jusqu lorsqu puisqu quoiqu")
"""What stands before an apostrophe; « aujourd'hui » and « presqu'île » fall into two harmless parts."""

FUNCTION = listed(
    """
    a ai aie aient ait as au aucun aucune auquel aura aurai aurait aussi autre autres aux auxquelles auxquels avaient
    avais avait avant avec avez aviez avoir avons ayant
    beaucoup bien bon
    ca car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci combien comme comment
    dans de dedans deja des desquelles desquels dois doit doivent donc dont du duquel
    elle elles en encore entre es est et etaient etais etait etant ete etes etre eu eux
    fait faites fallait faudra faudrait faut fera ferai ferait font furent fut
    hui aujourd
    ici il ils
    je juste
    la laquelle le lequel les lesquelles lesquels leur leurs lui
    ma mais me meme memes mes mien moi moins mon
    ne ni nos notre nous
    on ont ou
    par parce pas peu peut peuvent peux plus plusieurs plutot pour pourquoi pourra pourrai pourrais pourrait
    pouvais pouvait pouvez pouvoir presque puis puisque
    quand que quel quelle quelles quelqu quelque quelques quels qui quoi
    rien
    sa sans sauf se selon sera serai serait seront ses seulement si sien soi soient sois soit sommes son sont sous
    suis sur
    ta tant te tel telle telles tels tes toi ton tous tout toute toutes tres tu
    un une
    va vais vas vers veut veux via voila voici vont vos votre vous vouloir voulais voulait
    y
    """
)
"""Words of grammar, folded."""

ASKING = listed(
    """
    aider aimerai aimerais aimerait besoin cherche chercher connaitre demander demandez dire dis dites
    faire fais faudrait question questions renseignement renseignements renseigner information informations
    infos info savoir sais savez saurais souhaite souhaiterai souhaiterais souhaitons svp veuillez voudrai voudrais
    voudrait voulons explique expliquer expliquez indiquer indiquez possible possibilite possibilites obtenir
    donner donnez concernant sujet propos truc trucs chose choses
    """
)
"""Words with which one asks anything; « demande » and « aide » also name what one asks for."""

POLITE = listed(
    """
    bonjour bonsoir bjr bsr salut slt hello coucou merci mrc plait stp svp madame mesdames monsieur messieurs mme mr mm
    cordialement respectueusement salutations sincerement remercie remercions remerciements desole desolee
    pardon excusez excuse rebonjour allo hey ok okay oui non voila bonne bonnes
    """
)
"""Words of politeness, which say nothing about the subject."""

TYPED = listed(
    """
    jai javais jaimerai jaimerais jvoudrais jveux jpeux jsuis jcherche cest cetait quest estce ya yatil faudrai
    kel kelle kels kelles koi coi ki kan kand komen coment cmt pk pkoi pq pcq kombien pr ds avc vs qd tt ts tjs bcp
    chui chuis wesh ptdr lol mdr
    """
)
"""How function words are typed on a telephone, or without their apostrophe."""

WISHED = frozenset(
    {("bonne", "journee"), ("bonne", "soiree"), ("bonne", "reception"), ("par", "avance"), ("bon", "weekend")}
)
"""Pairs of words that are polite together and mean something apart; the first of each is a stop word anyway."""

STOP_WORDS = frozenset(FUNCTION | ASKING | POLITE | TYPED | ELIDED | set("abcdefghijklmnopqrstuvwxyz"))
"""Everything that a search leaves out. Whole words, folded."""


def fold(text: str) -> str:
    """Lower case without accents and ligatures: « Œuvre d’Été » → « oeuvre d’ete »."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    # One by one: `translate` takes each letter of the text through a table, which is ten times as long.
    for ligature, letters in _LIGATURES:
        lowered = lowered.replace(ligature, letters)
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", lowered)).lower()


def tokens(text: str) -> list[str]:
    """Folded words in order, elisions and hyphens taken apart: « L’école » → « l », « ecole »."""
    return folded_tokens(fold(text))


def folded_tokens(folded: str) -> list[str]:
    """The tokens of a text that is folded already."""
    return _WORD.findall(folded)


def words(text: str) -> list[str]:
    """The tokens that carry a subject, in order."""
    return carrying(tokens(text))


def carrying(found: Sequence[str]) -> list[str]:
    """Those of a text's tokens that carry a subject, in order."""
    return [
        token
        for before, token in zip(["", *found], found, strict=False)
        if token not in STOP_WORDS and (before, token) not in WISHED
    ]
