"""Passwords of the desk: which are taken, how they are kept, and random ones that can be read aloud."""

from __future__ import annotations

import asyncio
import base64
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bot.agents import MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS
from bot.errors import DeskError

AT_ONCE = 2
"""Each hash takes 64 MB and a tenth of a second of one core."""
LEAST_VARIETY = 5
"""Different characters that a password has at least."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is mistaken for something else on paper: i l 0 o 1."""
GROUPS, GROUP_CHARS = 4, 4
"""Sixteen letters out of thirty-one: 79 bits."""
OWN_NAME = "guichet"
_COMMON = (
    "azertyuiop azertyuiopqsdfghjklm qwertyuiop qwertyuiopasdfghjkl azerty qwerty motdepasse motdepassemotdepasse "
    "password passwordpassword passw0rd p4ssw0rd admin administrateur administrator adminadmin changeme changezmoi "
    "bonjour bonjourbonjour bienvenue soleil doudou jetaime iloveyou loulou chouchou marseille letmein welcome "
    "mairie collectivite agent utilisateur demonstration azeqsdwxc qwertyazerty abcdefghijkl "
    "abcdefghijklmnopqrstuvwxyz 1q2w3e4r5t6y 1qaz2wsx3edc 123456azerty 123456789azerty 1234azerty 123456qwerty"
)
COMMON = frozenset(_COMMON.split())
"""The commonest that are long enough, with or without figures behind them."""


class PasswordRefused(DeskError):
    """A password that would be guessed, too short or too long."""


class Passwords:
    """Hashes and checks passwords with argon2id, off the event loop, so many at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        # The library's defaults are the second recommendation of RFC 9106, section 4.
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobodys = _hash_of_nobody(self._hasher)

    async def hash(self, password: str) -> str:
        """What is kept of a password."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether a hash is that of a password; None, for an account that is not there, never is and costs as much."""
        if len(password) > MAX_PASSWORD_CHARS:
            return False
        async with self._turn:
            return await asyncio.to_thread(self._verify, password_hash or self._nobodys, _normal(password))

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False


def require_good(password: str, login: str, name: str) -> None:
    """Check a password that somebody chose.

    Raises:
        PasswordRefused: it is not taken; the message says why.
    """
    if len(password) < MIN_PASSWORD_CHARS:
        raise PasswordRefused(f"a password has at least {MIN_PASSWORD_CHARS} characters")
    if len(password) > MAX_PASSWORD_CHARS:
        raise PasswordRefused(f"a password has at most {MAX_PASSWORD_CHARS} characters")
    bare = _bare(password)
    stem = bare.strip("0123456789")
    if stem in {_bare(login), _bare(name)} - {""} or bare in {_bare(login), _bare(name)} or bare.startswith(OWN_NAME):
        raise PasswordRefused("this password is the login, the name or the program: it would be guessed")
    if not stem or len(set(bare)) < LEAST_VARIETY or bare in COMMON or stem in COMMON:
        raise PasswordRefused("this password is among the first that are tried: choose another one")


def new_password() -> str:
    """A random password that can be read aloud, such as k7mp-x3wa-9fhq-t2ze."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP_CHARS)) for _ in range(GROUPS))


def _normal(password: str) -> bytes:
    """The same bytes however a keyboard composed the characters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _bare(text: str) -> str:
    """Only letters and figures, without case."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """A hash that no password has and that costs as much to check as those that `hasher` makes."""

    def random(size: int) -> str:
        return base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")

    parameters = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${parameters}${random(hasher.salt_len)}${random(hasher.hash_len)}"
