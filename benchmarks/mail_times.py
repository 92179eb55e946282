"""Where the processor time of a process goes: by stage, each counted once, whatever runs at the same time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

OF_STORE = "store-"
"""What the names of the threads of our SQLite begin with."""


class Times:
    """Seconds of processor time by stage. What it counts costs a twentieth more: `counts` says whether it does."""

    def __init__(self, counts: bool = True) -> None:
        self._counts = counts
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._inner = [0.0]

    def add(self, stage: str, seconds: float) -> None:
        """Count seconds."""
        with self._lock:
            self._seconds[stage] += seconds

    def timed(self, stage: str, work: Callable[P, T]) -> Callable[P, T]:
        """A function that counts what it takes on its thread."""
        if not self._counts:
            return work

        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            began = time.thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.add(stage, time.thread_time() - began)

        return run

    def stepped(self, stage: str, work: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        """A coroutine function that counts what its steps take on the loop's thread, those of others inside it left out."""
        if not self._counts:

            async def plain(*args: P.args, **kwargs: P.kwargs) -> T:
                return await work(*args, **kwargs)

            return plain

        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return await _Stepped(self, stage, work(*args, **kwargs))

        return run

    @contextlib.contextmanager
    def _step(self, stage: str) -> Generator[None, None, None]:
        self._inner.append(0.0)
        began = time.thread_time()
        try:
            yield
        finally:
            took = time.thread_time() - began
            self.add(stage, took - self._inner.pop())
            self._inner[-1] += took

    def told(self) -> dict[str, float]:
        """Seconds so far; those of the store's own threads are in `store`, and `other` is what no stage counts."""
        with self._lock:
            found = dict(self._seconds)
        if not self._counts:
            return found
        for thread in threading.enumerate():
            if thread.name.startswith(OF_STORE) and thread.ident is not None:
                with contextlib.suppress(OSError):
                    clock_id = time.pthread_getcpuclockid(thread.ident)
                    found["store"] = found.get("store", 0.0) + time.clock_gettime(clock_id)
        return {**found, "other": time.process_time() - sum(found.values())}


class _Stepped(Generic[T]):
    """Awaits something step by step."""

    def __init__(self, times: Times, stage: str, inner: Awaitable[T]) -> None:
        self._times = times
        self._stage = stage
        self._inner = inner

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._inner.__await__()
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                with self._times._step(self._stage):
                    waits_for = steps.send(value) if error is None else steps.throw(error)
            except StopIteration as ended:
                result: T = ended.value
                return result
            value, error = None, None
            try:
                value = yield waits_for
            except BaseException as raised:  # noqa: BLE001 - handed on to whom it is for
                error = raised
