"""What our pages carry and nobody can make up: that a form was opened here and when, and which receipt somebody may read."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from secrets import token_urlsafe

from bot.messages import Address
from channels.signatures import derive, sign

PAGE, RECEIPT = "form page", "form receipt"
KEY_BYTES, MAC_CHARS = 15, 32
MAX_CHARS = 400
SKEW = timedelta(minutes=1)
"""Clocks of two gateways may differ by so much."""
_NONCE = re.compile(r"[\w-]{22}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_PART = re.compile(r"[\w-]{0,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opened:
    """A page of a form: its own number, and when it was made."""

    nonce: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was sent: where its answers go, its message's id, the alert that was seen in it."""

    form: str
    address: Address
    message_id: str
    at: datetime
    """To the second."""
    alert: str = ""
    """A catalogue key; "" for none."""


def open_page(form: str, secrets: Sequence[str], at: datetime) -> str:
    """The token of a new page of a form."""
    nonce = token_urlsafe(16)
    body = f"{nonce}.{int(at.timestamp())}"
    return f"{body}.{_mac(PAGE, f'{form}.{body}', secrets[0])}"


def read_page(form: str, token: str, secrets: Sequence[str], now: datetime) -> Opened | None:
    """What a page's token says; None if we did not make it, or not for this form."""
    body, _, mac = token[:MAX_CHARS].rpartition(".")
    nonce, _, seconds = body.partition(".")
    if not (_believed(PAGE, f"{form}.{body}", mac, secrets) and _NONCE.fullmatch(nonce) and _NUMBER.fullmatch(seconds)):
        return None
    at = datetime.fromtimestamp(int(seconds), timezone.utc)
    return Opened(nonce, at) if at <= now + SKEW else None


def message_id(form: str, nonce: str, texts: Mapping[str, str], files: Sequence[bytes]) -> str:
    """The id of what was sent from a page: the same for the same answers, however often they are sent."""
    said = hashlib.sha256(f"{form}\n{nonce}\n".encode())
    for part in (one for pair in texts.items() for one in pair):
        said.update(hashlib.sha256(part.encode("utf-8", "replace")).digest())
    for content in files:
        said.update(hashlib.sha256(content).digest())
    return f"form-{urlsafe_b64encode(said.digest()[:KEY_BYTES]).decode()}"


def key(message_id: str) -> str:
    """The key of a conversation that is read on its receipt's page."""
    digest = hashlib.sha256(f"{message_id}\nform".encode()).digest()
    return urlsafe_b64encode(digest[:KEY_BYTES]).decode()


def receipt(sent: Receipt, secrets: Sequence[str]) -> str:
    """The last part of a receipt's address."""
    parts = (
        sent.form,
        sent.address.channel,
        sent.address.key,
        sent.message_id,
        str(int(sent.at.timestamp())),
        sent.alert,
    )
    body = ".".join(parts)
    return f"{body}.{_mac(RECEIPT, body, secrets[0])}"


def read_receipt(token: str, secrets: Sequence[str]) -> Receipt | None:
    """What a receipt's address says; None if we did not make it."""
    body, _, mac = token[:MAX_CHARS].rpartition(".")
    parts = body.split(".")
    if not _believed(RECEIPT, body, mac, secrets) or len(parts) != 6 or not all(map(_PART.fullmatch, parts)):
        return None
    form, channel, to, sent, seconds, alert = parts
    return Receipt(form, Address(channel, to), sent, datetime.fromtimestamp(int(seconds), timezone.utc), alert)


def _mac(purpose: str, body: str, secret: str) -> str:
    return sign(derive(secret, purpose), body.encode("utf-8", "replace"))[:MAC_CHARS]


def _believed(purpose: str, body: str, mac: str, secrets: Sequence[str]) -> bool:
    # Every secret is tried: the time taken says nothing about which one fits.
    fits = [hmac.compare_digest(_mac(purpose, body, one).encode(), mac.encode("utf-8", "replace")) for one in secrets]
    return any(fits)
