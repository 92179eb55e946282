"""What a letter shows besides its words: links, shouting, thanks, questions, the turns of machines and of trade."""

from __future__ import annotations

import re

from bot.text.french import fold

MAX_CHARS = 8000
"""Looked through, from the beginning and from the end."""
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "unsubscribes",
        re.compile(r"desinscri|desabonn|unsubscribe|se desinscrire|ne plus recevoir|version en ligne|view in browser"),
    ),
    (
        "trades",
        re.compile(
            r"\b(?:devis gratuit|offre|promotion|tarif exceptionnel|collectivites|solution|leader|catalogue|webinaire|demo)\b"
        ),
    ),
    (
        "pays",
        re.compile(
            r"\b(?:virement|rib|carte bancaire|bitcoin|mot de passe|compte (?:sera )?(?:suspendu|bloque)|cliquez|verify|click here|gagnant)\b"
        ),
    ),
    (
        "thanks",
        re.compile(
            r"\b(?:merci (?:a|pour|beaucoup|encore|infiniment)|je (?:vous )?remercie|felicitations|bravo|un grand merci|thank you for)\b"
        ),
    ),
    (
        "asks",
        re.compile(
            r"\?|\b(?:pouvez[- ]vous|pourriez[- ]vous|puis[- ]je|est[- ]il possible|comment|quand|combien|je (?:souhaite|voudrais|desire))\b"
        ),
    ),
    (
        "complains",
        re.compile(
            r"\b(?:inadmissible|scandaleux|honteux|inacceptable|reclamation|plainte|marre|honte|intolerable|deplore|mecontent\w*|ras le bol|j exige|lamentable)\b"
        ),
    ),
    (
        "reports",
        re.compile(
            r"\b(?:signale|signaler|signalement|je vous informe|constate|panne|casse|cassee|abime|fuite|deborde|depot|tombe|en panne)\b"
        ),
    ),
    (
        "hurries",
        re.compile(
            r"\b(?:urgent\w*|immediat\w*|danger\w*|en danger|tout de suite|ce soir|cette nuit|au plus vite|grave\w*|blesse\w*)\b"
        ),
    ),
    (
        "waits",
        re.compile(
            r"\b(?:pas (?:d )?urgen\w*|rien ne presse|quand vous (?:aurez|pourrez)|a l occasion|pour information|pour info)\b"
        ),
    ),
    (
        "absent",
        re.compile(
            r"\b(?:absent|absence|out of office|de retour le|conges|auto(?:matique|matic)|ne pas repondre|do not reply|undeliver\w*|remis|accuse de reception)\b"
        ),
    ),
)
SIGNALS = (*(name for name, _ in _PATTERNS), "links", "long", "short", "capitals", "exclaims", "money")
_WORDS = re.compile(r"[^\W\d_]{3,}")


def signals(subject: str, body: str, sender: str = "") -> list[float]:
    """One number in [0, 1] for each of `SIGNALS`."""
    text = body if len(body) <= MAX_CHARS else body[: MAX_CHARS // 2] + body[-MAX_CHARS // 2 :]
    folded = fold(f"{subject} . {text} . {sender}").replace("'", " ").replace("’", " ")
    found = [1.0 if pattern.search(folded) else 0.0 for _, pattern in _PATTERNS]
    words = _WORDS.findall(text)
    shouted = sum(word.isupper() for word in words) / len(words) if words else 0.0
    links = text.count("http") + text.count("www.")
    return [
        *found,
        min(1.0, links / 3),
        min(1.0, len(text) / 2000),
        1.0 if len(words) < 12 else 0.0,
        shouted,
        min(1.0, text.count("!") / 3),
        min(1.0, text.count("€") / 3),
    ]
