"""The words by which a signature is told from what somebody says: names, roles, addresses, and those of a sentence; folded."""

from __future__ import annotations

import re

from bot.triage.segment_headers import listed

SPEAKS = listed(
    """je, j, nous, vous, me, moi, suis, est, sont, ai, avons, avez, ont, ne, n, pas, que, qu, qui, voudrais, souhaite, souhaitons, peut, pouvez, pourriez,
    faut, sera, serait, etait, car, mais, si, quand, comment, pourquoi, merci, votre, vos, mon, ma, mes, c, s, you, your, have, has, is, are, was, will, would,
    could, can, please, my, we, i, ich, wir, sie, ist, sind, bitte, haben, mein, meine, estoy, tengo, puede, mi, sono, ho, puo, posso, il, elle, ils, on,
    ce, cette, ca, toujours, deja, depuis, lorsque"""
)
"""Words of somebody who speaks: two of them make a line a sentence, which a signature is not."""
BEGINS = (
    *(
        "je ",
        "j'",
        "nous ",
        "vous ",
        "il ",
        "elle ",
        "on ",
        "c'est ",
        "merci de ",
        "merci d'",
        "pouvez",
        "pourriez",
        "veuillez",
        "n'hesitez",
        "par ailleurs",
    ),
    *(
        "j ai ",
        "est-ce",
        "i ",
        "we ",
        "please ",
        "if ",
        "could ",
        "can ",
        "ich ",
        "wir ",
        "bitte ",
        "quand ",
        "pourquoi ",
        "comment ",
        "ci-joint",
        "ps ",
        "vous",
    ),
)
POSTSCRIPT = re.compile(
    r"(?:p\.? ?-?s\.?|post[- ]?scriptum|nb|n\.b\.?|psst) ?[:.–-]|ps (?:je|j'|il|n|merci|vous|pour|le|la)\b"
)

BRIEFLY = re.compile(
    r"(?:(?:(?:bien|tres) )?cordialement|cdt|cdlt|bien a vous|(?:kind |best )?regards|mit freundlichen grussen|saludos|cordiali saluti"
    r"|(?P<weak>(?:mille |un grand )?merci(?: d'avance| beaucoup| bien| par avance)?|(?:many )?thanks(?: in advance| a lot)?|thank you(?: very much)?|danke|gracias|grazie|obrigad[oa]))[ ,.;:!-]+"
)
"""Closings behind which a name may stand on the same line."""
ROLES = re.compile(
    r"(?:une?|la|le|les|l'|des|vos|ses|votre|son|sa) ?(?:(?:jeunes?|vieux|vieille|simples?|futurs?|future|ancien|ancienne) )?(?:voisin|mere\b|pere\b|maman|papa|mamie|papi|papy|grand-|parents?\b|citoyen|habitant|riverain|administre|usager|contribuable|electeur|"
    r"electrice|abonne|president|directeur|directrice|secretaire|tresorier|tresoriere|famille|locataire|proprietaire|syndic|collectif|retraite|enseignant|"
    r"benevole|agent\b|promeneu|lecteur|lectrice|cycliste|commercant|animateur|animatrice|educat|surveillant|petits-enfants|enfants|eleves?\b|equipe|bureau\b|gerant|responsable|conseill|assistant|infirmi|medecin|pharmacien|patron|client)"
    r"|(?:association|asso|collectif|comite|club|union|syndic|syndicat|societe|sarl|sas|sci|eurl|entreprise|ets|etablissements|garage|restaurant|cabinet|etude|ecole|college|lycee|amicale|studio|maconnerie|federation|apel|fcpe|coordinat\w+|president\w*|directeur|directrice|referente?|"
    r"secretaire|tresorier|gerante?) "
)
"""How somebody signs who gives what they are instead of a name."""

NAMED = re.compile(
    r"(?:m\.|mr\.?|mme\.?|mlle\.?|monsieur|madame|mademoiselle|dr\.?|docteur|me|maitre|famille|mrs\.?|ms\.?|herr|frau|sra?\.?|sig\.?(?:ra)?|dott\.?|prof\.?|m\. et mme|mr et mme|m et mme|m) "
)
UNNAMED = listed(
    """tel, tél, telephone, téléphone, port, portable, mobile, fax, mail, adresse, bonjour, bonsoir, merci, urgent, madame, monsieur, mairie, objet, je, j, nous, vous, il, elle, le, la, les, un, une, des, mon, ma, mes, pouvez, pourriez,
    suite, c, est, ceci, cela, oui, non, ok, attention, rappel, demande, urgence, voici, ci, pour, avec, dans, sur, re, question, svp, hello, hi, i, we, please,
    thank, thanks, the, this, my, is, do, can, what, when, where, how, bien, d'accord, parfait, super, pas, a, au, en, par, quel, quelle, comment, quand, quoi"""
)
PARTICLES = listed(
    "de, du, des, d, le, la, van, von, der, den, el, al, ben, bint, da, do, dos, di, del, et, &, y, e, und, and, bin, ould, t"
)

PHONE = re.compile(
    r"(?:(?:mon |no?\.? ?)?(?:numero(?: de)?|tel|telephone|mobile|portable|port|fixe|fax|gsm|phone|cell|mob|handy|standard|ligne directe|bureau|t|p|m|f|n°)[\w .:/()°-]{0,24}?)?"
    r"[:=]? ?\+?\(?\d[\d .()/-]{6,20}\d\W{0,3}(?:\(?[\w ]{0,20}\)?)$"
)
STREET = re.compile(
    r"(?:\d{1,4}(?: ?(?:bis|ter|quater|[a-d]))?,? ?)(?:rue|avenue|av|ave|bd|bld|bvd|boulevard|chemin|ch|place|pl|impasse|imp|allee|allees|route|rte|quai|cours|square|"
    r"residence|lotissement|lieu-?dit|hameau|cite|villa|passage|sentier|promenade|esplanade|rond-point|montee|traverse|venelle|mail|clos)\b.{0,80}"
    r"|(?:residence|batiment|bat|appartement|appt|apt|lieu-?dit|lotissement|hameau|bp|cs|etage) .{1,60}|(?:f-?)?\d{5}(?: [\w' -]{2,50})?$"
)
