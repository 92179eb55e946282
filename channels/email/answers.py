"""What an SMTP server's answers mean to us: one table (RFC 5321, 4.2; RFC 4954, 6; RFC 3463)."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from enum import Enum

from aiosmtplib import SMTPConnectError, SMTPException, SMTPResponseException, SMTPServerDisconnected, SMTPTimeoutError

from bot.errors import SendError, SendFailed, SendRefused, SendUnsure
from channels.email.charsets import one_line


class Stage(Enum):
    """How far handing over has come."""

    OPENING = "the server is not reached"
    LOGIN = "the server does not let us in"
    SENDER = "the server does not take mail of this mailbox"
    RECIPIENT = "the server does not take the recipient"
    CONTENT = "the server does not take the mail"


class Meaning(Enum):
    """What an answer says. OURS: nobody's mail is taken, and it comes from how we are set up or how the server is."""

    OURS = "ours"
    LATER = "later"
    NEVER = "never"


MEANINGS: dict[tuple[Stage, int], Meaning] = {
    (Stage.OPENING, 4): Meaning.OURS,
    (Stage.OPENING, 5): Meaning.OURS,
    (Stage.LOGIN, 4): Meaning.OURS,
    (Stage.LOGIN, 5): Meaning.OURS,
    (Stage.SENDER, 4): Meaning.LATER,
    (Stage.SENDER, 5): Meaning.NEVER,
    (Stage.RECIPIENT, 4): Meaning.LATER,
    (Stage.RECIPIENT, 5): Meaning.NEVER,
    (Stage.CONTENT, 4): Meaning.LATER,
    (Stage.CONTENT, 5): Meaning.NEVER,
}
"""By the stage and the first digit of the answer; any other answer is none of SMTP, and is waited for."""
ALWAYS_OURS = frozenset({421, 454, 530, 534, 535, 538})
"""The server closes, or wants us to log in, or to do so otherwise, wherever it says so."""
WRONG_LOGIN = frozenset({535, 534})
MAX_SAID_CHARS = 200
_ADDRESS = re.compile(r"<[^<>]{0,320}>|[^\s<>@]{1,64}@[^\s<>@]{1,255}")


def error_of(stage: Stage, error: Exception) -> SendError:
    """A failure while handing a mail over, in our words and the server's; nobody's address stands in it."""
    if isinstance(error, SMTPResponseException):
        return _answered(stage, error.code, said(error.message))
    if stage is Stage.CONTENT:
        return SendUnsure("the connection broke while the mail was handed over", everyone=False)
    return SendFailed(f"{stage.value}: {_told(error)}", everyone=stage in (Stage.OPENING, Stage.LOGIN))


def said(text: str) -> str:
    """A server's words on one line, without addresses."""
    return one_line(_ADDRESS.sub("…", text))[:MAX_SAID_CHARS]


def _answered(stage: Stage, code: int, words: str) -> SendError:
    meaning = Meaning.OURS if code in ALWAYS_OURS else MEANINGS.get((stage, code // 100), Meaning.LATER)
    where = "wrong user or password" if stage is Stage.LOGIN and code in WRONG_LOGIN else stage.value
    reason = f"{where}: {code} {words}".rstrip()
    if meaning is Meaning.NEVER:
        return SendRefused(reason)
    return SendFailed(reason, everyone=meaning is Meaning.OURS)


def _told(error: Exception) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({cause.verify_message})"
    known: list[tuple[tuple[type[BaseException], ...], str]] = [
        ((socket.gaierror,), "there is no server of that name"),
        ((SMTPTimeoutError, TimeoutError, asyncio.TimeoutError), "it does not answer"),
        ((ConnectionRefusedError,), "it takes no connections"),
        ((ssl.SSLError,), "no encrypted connection comes about"),
        ((SMTPServerDisconnected,), "the connection broke"),
        ((SMTPConnectError,), "it takes no connections"),
        ((SMTPException,), one_line(str(error))[:MAX_SAID_CHARS]),
    ]
    for one in (cause, error):
        for kinds, words in known:
            if isinstance(one, kinds):
                return words
    return "the connection broke"
