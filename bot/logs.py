"""One structured line a happening: JSON where a machine reads, columns where a person does. Never a text or an address."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Mapping
from typing import Any, TextIO

import structlog

MAX_FRAMES = 12
HIDDEN = "…"


def configure(level: int = logging.INFO) -> None:
    """Set up logging for this process; libraries are heard from warnings on, in lines of the same form.

    What a library puts into its messages may be what a citizen said: of the values only numbers are shown, and of an
    exception its type and where it was raised.
    """
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _LibraryLines(
            foreign_pre_chain=[_of_library, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    warnings.showwarning = _warned


class _LibraryLines(structlog.stdlib.ProcessorFormatter):
    """Renders the records of libraries without the words in their arguments."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's line; the record itself stays as it is."""
        return super().format(logging.makeLogRecord({**record.__dict__, "msg": _message(record), "args": ()}))


def _of_library(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A library's record as an event without words."""
    record: logging.LogRecord = event["_record"]
    event.pop("stack_info", None)
    raised = event.pop("exc_info", None)
    event["logger"] = record.name
    if isinstance(raised, tuple) and isinstance(raised[1], BaseException):
        frames = traceback.extract_tb(raised[2])[-MAX_FRAMES:]
        event["raised"] = type(raised[1]).__name__
        event["frames"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Python's warnings as lines like others; those for the authors of libraries are of no use here."""
    if not issubclass(category, (DeprecationWarning, PendingDeprecationWarning)):
        logging.getLogger("py.warnings").warning(f"{category.__name__} at {filename}:{lineno}")


def _message(record: logging.LogRecord) -> str:
    if not isinstance(record.msg, str):
        # logger.error(exception): its type is all that is surely no text.
        return type(record.msg).__name__
    if not record.args:
        return record.msg
    try:
        if isinstance(record.args, Mapping):
            return record.msg % {name: _wordless(value) for name, value in record.args.items()}
        return record.msg % tuple(_wordless(value) for value in record.args)
    except (TypeError, ValueError, KeyError):
        return record.msg


def _wordless(value: object) -> object:
    if isinstance(value, (bool, int, float, type(None))):
        return value
    return type(value).__name__ if isinstance(value, BaseException) else HIDDEN
