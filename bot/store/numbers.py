"""Numbers and codes that a person reads aloud or copies by hand."""

from __future__ import annotations

import secrets

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is mistaken for something else: 0 O 1 I L."""
HALF = 4


def readable() -> str:
    """Eight letters and digits by chance, such as 7K3M-92QX."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(2 * HALF))
    return f"{letters[:HALF]}-{letters[HALF:]}"


def new_number() -> str:
    """The number of a case, such as D-7K3M-92QX."""
    return f"D-{readable()}"
