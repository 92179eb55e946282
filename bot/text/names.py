"""Names of people where the words around them say that they are names: civilities, introductions, kin, signatures.

Rules alone, by hand, for French as citizens type it. A name after which something of the town is called (« école Jean
Jaurès », « rue du Docteur Roux ») is no person's here, and a name that nothing announces is not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.text.french import FUNCTION, fold, listed

MAX_FOUND = 200
"""Of one rule in one text; nobody writes more."""
LONGEST = 3
"""Words of a name in small letters, the first aside."""
LEAST = 3
"""Letters of each."""

_CAP = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿA-ZÀ-ÖØ-Þ'’-]{1,30}"
_INITIAL = r"[A-ZÀ-ÖØ-Þ]\."
_PARTICLE = r"(?:d[eu]|des|la|le|el|al|ben|bint|van|von|der|d['’]|l['’])"
_CAPS = rf"(?:{_CAP}|{_INITIAL})(?:[ \u00a0](?:{_PARTICLE}[ \u00a0]?)*(?:{_CAP}|{_INITIAL})){{0,3}}"
_FULL = rf"{_CAP}(?:[ \u00a0](?:{_PARTICLE}[ \u00a0]?)*{_CAP}){{1,3}}"
_SMALL = r"[^\W\d_][\w'’-]{0,30}(?:[ \u00a0]{1,3}[^\W\d_][\w'’-]{0,30}){0,5}"
_CIVIL = r"(?:M\.|MM\.|[Mm]rs?\.?|[Mm]mes?\.?|[Mm]lles?\.?|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|[Mm]essieurs|[Mm]esdames|MONSIEUR|MADAME|MME|MR|MLLE)"
_LEARNED = r"(?:[Dd]octeur|[Dd]r\.?|[Mm]aître|Me|[Pp]rofesseur|[Pp]r\.?)"
_KIN = (
    r"(?:fils|fille|mari|femme|épou(?:x|se)|frères?|sœurs?|soeurs?|demi-frère|demi-sœur|père|mère|maman|papa|parents|"
    r"enfants?|garçons?|filles|bébé|compagn(?:on|e)|conjointe?|concubine?|pacsée?|neveux?|nièces?|cousine?s?|oncle|tante|"
    r"grand-(?:père|mère)|petit-fils|petite-fille|beau-(?:père|frère|fils)|belle-(?:mère|sœur|fille)|mamie|papy|papi|"
    r"voisine?s?|ami[es]?|copain|copine|collègue|fiancée?|locataire|propriétaire|colocataire|tut(?:eur|rice)|ex-(?:mari|femme))"
)
_WHOSE = r"(?:[Mm]on|[Mm]a|[Mm]es|[Nn]otre|[Nn]os|[Ss]on|[Ss]a|[Ss]es|[Vv]otre|[Ll]eur)"
_PAPERS = r"(?:naissance|décès|mariage|pacs|obsèques|enterrement|inhumation|tombe|tutelle|divorce|succession|absence|anniversaire|dossier)"
_CALLED = (
    r"(?:s['’]appell?e(?:nt)?|s['’]appelait|se nomme|se prénomme|prénommée?s?|nommée?s?|dénommée?s?|du nom de|appelée?)"
)

_FOLDED_KIN = rf"{_WHOSE}[ \u00a0](?:(?:jeune|petite?|grande?|futur|future|ex)[ \u00a0])?{_KIN}"
_BIG = (
    re.compile(rf"\b(?:{_CIVIL}(?:[ \u00a0](?:et|ou)[ \u00a0]{_CIVIL})?|{_LEARNED})[ \u00a0](?P<it>{_CAPS})"),
    re.compile(rf"\b{_FOLDED_KIN}(?:[ \u00a0]?,)?[ \u00a0](?P<it>{_CAP}(?:(?:, | et )?[ \u00a0]?{_CAP}){{0,3}})"),
    re.compile(rf"\b(?:[Ff]amille|[Cc]onsorts|[Éé]poux)[ \u00a0](?P<it>{_CAPS})"),
    re.compile(rf"\b[Nn]ée?[ \u00a0](?P<it>{_CAPS})"),
    re.compile(
        rf"\b(?:[Aa]u nom de|[Dd]e la part de|[Aa] l['’]attention de|[Àà] l['’]attention de)[ \u00a0](?:{_CIVIL}[ \u00a0])?(?P<it>{_CAPS})"
    ),
    re.compile(rf"\b{_PAPERS} (?:de |d['’])(?P<it>{_FULL})"),
    re.compile(rf"(?i:\b(?:je suis|ici|moi,? c['’]est|signé))[ \u00a0](?P<it>{_FULL})"),
    re.compile(rf"(?<![\w'’-])(?P<it>{_FULL})(?= (?:à l['’]appareil|née? (?:le|en|à)|domiciliée?|demeurant)\b)"),
    re.compile(
        rf"(?:[.?!…]|(?i:\b(?:merci(?: d['’]avance| beaucoup)?|cordialement|cdlt|cdt))[,.]?)\s+(?P<it>{_FULL})\s*\.?\s*\Z"
    ),
)
"""Names with capitals, and what says that they are names."""
_LITTLE = (
    re.compile(rf"(?i:\b(?:je m['’ ]?appell?e|je me nomme|je me prénomme|my name is))[ \u00a0:]+(?P<it>{_SMALL})"),
    re.compile(
        rf"(?i:\bmon (?:pré)?nom (?:de famille )?(?:est|c['’]est)[ \u00a0:]+(?!\w*(?:ée?s?|[ai]ble|ule|ile|ique|eux|ie?r)\b)(?P<it>{_SMALL}))"
    ),
    re.compile(
        rf"(?i:\b(?:qui|ils?|elles?|dame|homme|personne|agent|{_KIN}),? (?:{_CALLED}))[ \u00a0:]+(?P<it>{_SMALL})"
    ),
    re.compile(
        rf"(?i:\b(?:de|à|a|avec|par|pour|chez|contre|voir|joindre|rencontrer|contacter|appeler|que|et|c['’]est|suis) (?:mr|mme|mlle|monsieur|madame|mademoiselle))[ \u00a0]+(?P<it>{_SMALL})"
    ),
)
"""Names in any letters: the words behind an introduction, up to one of grammar."""

_TOWN = re.compile(
    r"\b(?:rue|avenue|av|boulevard|bd|place|allée|chemin|impasse|quai|cours|square|route|passage|rond-point|pont|esplanade|promenade|"
    r"résidence|lotissement|cité|quartier|hameau|villa|école|ecole|maternelle|élémentaire|primaire|collège|college|lycée|lycee|crèche|"
    r"creche|halte-garderie|salle|stade|gymnase|piscine|médiathèque|mediatheque|bibliothèque|théâtre|theatre|musée|parc|jardin|espace|"
    r"centre|maison|foyer|hôpital|hopital|clinique|ehpad|église|eglise|chapelle|cimetière|monument|statue|arrêt|arret|station|gare|"
    r"complexe|groupe|conservatoire|auditorium|cinéma|cantine|parking|dojo|tribune|immeuble|bâtiment|tour|fondation|association|prix|"
    r"rues|avenues|places|écoles|ecoles)\b[^.?!,;:]{0,24}\Z",
    re.IGNORECASE,
)
"""What of a town is called after people, so near before a name that the name is its own."""
_LINKS = re.compile(
    r"(?:\s+(?:scolaire|municipale?|maternelle|élémentaire|primaire|publique?|privée?|de|du|des|la|le|l['’]|d['’]|sportif|culturel|social|polyvalente|communale?|loisirs|M\.|Mme|Monsieur|Madame|Docteur|Dr|Maître|Professeur|Général|Maréchal|Abbé|Saint|Sainte))*\s*\Z",
    re.IGNORECASE,
)

_OFFICES = listed(
    """
    maire adjoint adjointe president presidente directeur directrice secretaire prefet prefete depute deputee senateur senatrice
    conseiller conseillere responsable monsieur madame mademoiselle mairie ville commune etat civil bonjour bonsoir merci
    francais francaise etranger etrangere saint sainte bonnes belles bonne belle joyeuses cordialement salutations notre nord sud
    nombreuse nombreuses monoparentale monoparentales recomposee accueil rurale rurales
    police gendarmerie service services republique france carte passeport permis acte livret demande inscription logement aide
    allocation prime attestation dossier urgent tres bien rendez caisse plan point taxe impot impots allo conseil
    rue avenue av boulevard bd place allee chemin impasse quai cours square route passage pont residence quartier ecole maternelle
    college lycee creche salle stade gymnase piscine mediatheque bibliotheque theatre musee parc jardin espace centre maison foyer
    hopital clinique ehpad eglise chapelle cimetiere gare complexe groupe conservatoire cinema cantine parking association
    """
)
_BEGINS = listed("le la de du des d")
_ACRONYMS = listed(
    "CP CM CE ULIS SEGPA MDPH CAF RSA APL AESH ATSEM ALSH RQTH AAH CCAS PMI CDI CDD TDAH EHPAD HLM ANTS CNI ASE"
)
_NOT_NAMES = FUNCTION | listed(
    """
    comment encore ni habite habitant domicilie domiciliee vis viens demande voudrais aimerais souhaite cherche veux avais ans an
    mois svp stp merci bonjour bonsoir monsieur madame qui quoi demain hier aujourd
    auriez avez pouvez pourriez savez voulez etes serait est etait jai j n c s d l m t qu
    different differemment pareil mal ecrit incorrect faux errone composee compose celui mienne propre utilise
    """
)
"""Where a name in small letters ends, or is none; folded."""


def names(text: str) -> Iterator[tuple[int, int]]:
    """Where names begin and end; some may overlap."""
    for pattern in _BIG:
        for count, found in enumerate(pattern.finditer(text)):
            if count >= MAX_FOUND:
                break
            if _is_name(found["it"]) and not _is_of_town(text, found.start("it")):
                yield found.span("it")
    for pattern in _LITTLE:
        for count, found in enumerate(pattern.finditer(text)):
            if count >= MAX_FOUND:
                break
            end = _end_of(found["it"])
            if end and not _is_of_town(text, found.start("it")):
                yield found.start("it"), found.start("it") + end


def _is_name(words: str) -> bool:
    said = [fold(word) for word in re.split(r"[ \u00a0,]+", words)]
    if words.split()[0] in _ACRONYMS or not _OFFICES.isdisjoint(part for word in said[:2] for part in word.split("-")):
        return False
    # « Le Goff », « De La Tour »: an article with a capital begins a name, and is none alone.
    return said[0] not in FUNCTION or (said[0] in _BEGINS and len(said) > 1)


def _end_of(words: str) -> int:
    """How long the name is that begins here; 0 if there is none."""
    end = 0
    for count, word in enumerate(re.finditer(r"[^ \u00a0]+", words)):
        if count and re.fullmatch(_PARTICLE, word[0]):
            continue
        plain = re.split(r"['’]", fold(word[0]))[0]
        is_other = bool(count) and words[0].isupper() and not word[0][0].isupper()
        if count > LONGEST or is_other or len(word[0]) < LEAST or plain in _NOT_NAMES or plain in _OFFICES:
            break
        end = word.end()
    return end


def _is_of_town(text: str, begin: int) -> bool:
    before = text[max(0, begin - 60) : begin]
    found = _TOWN.search(before)
    if not found:
        return False
    kind = re.match(r"[\w-]+", found[0])
    return kind is not None and bool(_LINKS.fullmatch(found[0][kind.end() :]))
