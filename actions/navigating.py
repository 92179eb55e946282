"""What is typed instead of pressed: « voir plus », « aucune de ces réponses », « autre situation », « retour »."""

from __future__ import annotations

from bot.text.french import tokens

MORE, NONE, OTHER = "more", "none", "other"
_SAID = {
    MORE: (
        *("voir plus", "plus", "en voir plus", "voir la suite", "la suite", "suite", "lire la suite", "et ensuite"),
        *("encore", "continue", "continuez", "continuer", "plus de details", "en savoir plus", "more", "read more"),
    ),
    NONE: (
        *("aucune de ces reponses", "aucune de ces pages", "aucun de ces titres", "aucune reponse", "aucune des trois"),
        *("rien de tout ca", "rien de tout cela", "ni l un ni l autre", "none of these", "none of them"),
    ),
    OTHER: (
        *("autre situation", "une autre situation", "changer de situation", "ce n est pas ma situation", "autre cas"),
        *("pas ma situation", "ce n est pas mon cas", "c est pas mon cas", "retour", "en arriere", "revenir", "back"),
    ),
}
_MEANT = {said: name for name, ways in _SAID.items() for said in ways}
_AROUND = frozenset({"svp", "stp", "merci", "s", "il", "vous", "te", "plait", "please"})


def typed(text: str) -> str:
    """`MORE`, `NONE` or `OTHER` where nothing else is said, else ""."""
    said = " ".join(tokens(text))
    bare = " ".join(token for token in tokens(text) if token not in _AROUND)
    return _MEANT.get(said) or _MEANT.get(bare, "")
