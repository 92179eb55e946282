"""Where it is, in a citizen's own words: an address, « devant l'école Jules Ferry », or nothing that says where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.text.addresses import Address, folded, has_capital, outside, read_address
from bot.text.clean import clean, plain_apostrophes
from bot.text.french import listed, tokens, words
from bot.text.normalise import MAX_CHARS

__all__ = ["Address", "Place", "outside", "part_of", "read_address", "read_place"]

_LANDMARKS = (
    r"ecoles?|college|lycee|creche|maternelle|gymnase|stade|piscine|parkings?|mairie|hotel de ville|eglise|chapelle"
    r"|cathedrale|gare|arrets?|abribus|parc|jardins?|square|cimetiere|pont|passerelle|rond[ -]point|giratoire|carrefour"
    r"|feu(?:x)?|halles?|marche|mediatheque|bibliotheque|salle|theatre|cinema|musee|poste|pharmacie|boulangerie"
    r"|supermarche|super u|leclerc|carrefour market|intermarche|lidl|aldi|decheterie|caserne|hopital|clinique|ehpad"
    r"|maison de (?:quartier|retraite|sante)|centre[ -](?:ville|commercial|bourg|de loisirs)|bourg|quartier|zone|residence"
    r"|lotissement|hameau|lieu[ -]dit|port|plage|foret|bois|etang|lac|riviere|canal|berges?|fontaine|monument|kiosque"
    r"|aire de jeux?|terrain|city[ -]stade|skate ?park|piste cyclable|trottoir|passage pieton|place|rue|avenue|impasse"
    r"|allee|chemin|boulevard|quai|route|esplanade|parvis|voie|immeuble|batiment|commerces?|cafe|restaurant|banque|station|school|town hall|church|bridge|street|road|library"
)
_BEFORE_PLACE = (
    r"devant|derriere|pres d[eu']s?|(?:juste )?a cote d[eu']s?|en face d[eu']s?|face a(?:u|ux)?|au niveau d[eu']s?"
    r"|a hauteur d[eu']s?|a l'(?:angle|entree|arriere|interieur|exterieur|avant) d[eu']s?|au (?:bout|coin|pied|croisement|milieu|fond|debut|carrefour) d[eu']s?"
    r"|a la (?:sortie|hauteur) d[eu']s?|le long d[eu']s?|aux abords d[eu']s?|aux alentours d[eu']s?|a proximite d[eu']s?"
    r"|entre|sous|sur|dans|vers|chez|apres|avant|autour d[eu']s?|non loin d[eu']s?|au-dessus d[eu']s?|contre|in front of|near"
    r"|next to|behind|opposite"
)
_CUE = re.compile(rf"(?<!\w)(?:{_BEFORE_PLACE})(?:(?<=')| )(?=\w)")
_LANDMARK = re.compile(rf"(?<!\w)(?:(?:a la|a l'|au|aux|de la|de l'|du|la|le|les|l') ?)?(?:{_LANDMARKS})(?!\w)")
_STRONG_CUE = re.compile(
    r"(?<!\w)(?:devant|derriere|pres d|a cote d|en face|face a|au niveau d|a l'angle|au coin|chez|near|in front of"
    r"|next to|behind)"
)
_LEAD = re.compile(
    r"(?:(?:oui|non|bonjour|bonsoir|alors|euh+|heu+|bah|ben|donc|ok|voila|eh bien|en fait)(?:[ ,.!:]+|$)"
    r"|(?:c'est|cest|ca se (?:trouve|situe|passe)|cela se (?:trouve|situe)|il (?:est|se trouve)|elle (?:est|se trouve)"
    r"|ca c'est|l'adresse(?: c'est| est)?|adresse|lieu|a l'adresse|(?:je )?(?:ne )?sais pas(?: trop| exactement)?(?: mais)?)[ :,]+"
    r"|il y a [^,.]{1,40}? (?=(?:devant|derriere|sur|dans|sous|pres|au|a) ))"
)
_TAIL = re.compile(
    r"[ ,.!;]*(?:merci(?: beaucoup| d'avance)?|s'il vous plait|svp|stp|voila|je crois|je pense|cordialement)?[ ,.!;]*$"
)
_NO_ANSWER = listed(
    """
    je j on chais jsp jsais sais c est ca aucune pas plus ne n en idee rien d moi du tout trop la ici partout nulle part
    oui non ok accord peut etre si merci bonjour bonsoir salut importe ou quoi comment pourquoi hein bof no yes dont don t
    know i idk dunno vraiment bien autre chose suis sur sure certain exactement euh heu bah ben alors voila
    """
)
_QUESTION = re.compile(r"(?:pourquoi|comment|combien|quand|quel|quelle|est-ce|c'est quoi|qu'est|why|how|what)(?!\w)")
_MAX_PLACE_CHARS = 300


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, in the citizen's words, with the address in them if there is one."""

    text: str
    address: Address | None = None


def read_place(text: str) -> Place | None:
    """A place in the citizen's words, from the first that belongs to it; None for « je sais pas », « oui », « ??? »."""
    typed = plain_apostrophes(clean(text[:MAX_CHARS]))
    if _says_nothing(typed):
        return None
    address = read_address(typed)
    said = _trimmed(typed)
    if address:
        return Place(said, read_address(said) or address)
    plain = folded(said)
    if _QUESTION.match(plain):
        return None
    landmark, cue, strong = _LANDMARK.search(plain), _CUE.search(plain), _STRONG_CUE.search(plain)
    if landmark or strong or (cue and has_capital(said[cue.end() :])) or _is_proper_name(said):
        return Place(said)
    return None


def part_of(place: Place) -> str:
    """Where it is, out of a sentence that tells more; "" if nothing in it says where.

    The address, or from the word that says where: « devant l'école » of « un lampadaire est cassé devant l'école ».
    """
    if place.address is not None:
        return place.address.line
    plain = folded(place.text)
    found = _STRONG_CUE.search(plain) or _CUE.search(plain)
    return place.text[found.start() :] if found else ""


def _says_nothing(typed: str) -> bool:
    return all(token in _NO_ANSWER or token.isdigit() for token in tokens(typed))


def _trimmed(typed: str) -> str:
    """Without what leads to the place and what thanks for asking."""
    start = 0
    plain = folded(typed)
    while found := _LEAD.match(plain, start):
        start = found.end()
    end = min(len(typed), start + _MAX_PLACE_CHARS)
    tail = _TAIL.search(plain, max(start, end - 40), end)
    said = typed[start : tail.start() if tail and tail.start() > start else end].strip(" ,;:")
    return said or typed.strip()


def _is_proper_name(said: str) -> bool:
    """« Les Tilleuls », « la Croix Blanche »: short, and a capital on a word that carries meaning."""
    names = said.split()
    return (
        len(names) <= 5
        and any(name[:1].isupper() and words(name) for name in names[(0 if len(names) <= 3 else 1) :])
        and not said.endswith("?")
    )
