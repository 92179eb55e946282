"""What is kept at hand of citizens' words to be quick, and letting it go: an erased letter is not to live on in memory.

Caches of words and texts are made with `remembered`, or named to `register`; `follow` empties them all every few minutes.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

T = TypeVar("T")

FORGET_EVERY = timedelta(minutes=10)
"""No word of a citizen is kept at hand for longer; what is asked often is worked out anew, in some milliseconds."""

_functions: list[Callable[[], None]] = []
_objects: list[tuple[weakref.ref[Any], str]] = []
_lock = threading.Lock()


class Kept(dict[str, T]):
    """A dict of citizens' words that is emptied with all others."""

    def __init__(self) -> None:
        super().__init__()
        register(self, "clear")


def remembered(maxsize: int) -> Callable[[Callable[..., T]], _lru_cache_wrapper[T]]:
    """`functools.lru_cache` for what a citizen said."""

    def cached(function: Callable[..., T]) -> _lru_cache_wrapper[T]:
        made = lru_cache(maxsize)(function)
        _functions.append(made.cache_clear)
        return made

    return cached


def register(owner: object, clear: str) -> None:
    """Have a method called whenever everything is forgotten, for as long as its owner lives."""
    with _lock:
        _objects[:] = [(ref, name) for ref, name in _objects if ref() is not None]
        _objects.append((weakref.ref(owner), clear))


def forget() -> None:
    """Empty every cache of citizens' words in this process; from any thread."""
    with _lock:
        known = list(_objects)
    for clear in list(_functions):
        clear()
    for ref, name in known:
        owner = ref()
        if owner is not None:
            getattr(owner, name)()


async def follow(every: timedelta = FORGET_EVERY) -> None:
    """Forget again and again, until cancelled."""
    while True:
        await asyncio.sleep(every.total_seconds())
        forget()
