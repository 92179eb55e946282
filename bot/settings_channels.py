"""The settings of the channels, a part of `office.yml`; what is secret of them comes from the environment."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta, Struct

from bot import mistakes
from bot.errors import ConfigurationError

Address = Annotated[str, Meta(pattern=mistakes.ADDRESS)]
Number = Annotated[str, Meta(pattern=r"^[0-9]{1,30}$")]
MIN_SHARED_SECRET_CHARS = 32
"""Of what an API's client signs with."""


class Telegram(Struct, frozen=True, forbid_unknown_fields=True):
    """A bot on Telegram."""

    receive: Literal["webhook", "polling"] = "polling"
    """Whether Telegram calls us or we ask it: the first needs a public HTTPS address."""
    url: Address = "https://api.telegram.org"


class Messenger(Struct, frozen=True, forbid_unknown_fields=True):
    """The messages of a Facebook page."""

    page_id: Number


class Instagram(Struct, frozen=True, forbid_unknown_fields=True):
    """The messages of a professional Instagram account."""

    account_id: Number


class WhatsApp(Struct, frozen=True, forbid_unknown_fields=True):
    """A number on the WhatsApp Cloud API."""

    phone_number_id: Number
    business_account_id: Number
    template: str = ""
    """The approved template that carries a reply outside of the window, in its one body variable; "" for none."""
    template_language: str = "fr"


class GraphApi(Struct, frozen=True, forbid_unknown_fields=True):
    """What Messenger, Instagram and WhatsApp share."""

    app_id: Number = "0"
    version: Annotated[str, Meta(pattern=r"^v[0-9]{1,2}\.[0-9]$")] = "v27.0"
    """Of the Graph API."""
    url: Address = "https://graph.facebook.com"
    messenger: Messenger | None = None
    instagram: Instagram | None = None
    whatsapp: WhatsApp | None = None


class Mastodon(Struct, frozen=True, forbid_unknown_fields=True):
    """An account on a Mastodon server."""

    instance: Address


class ApiClient(Struct, frozen=True, forbid_unknown_fields=True):
    """A front end that speaks with us over the signed API."""

    callback: str = ""
    """Where replies are posted; without it the client asks for them."""


class Api(Struct, frozen=True, forbid_unknown_fields=True):
    """The signed API."""

    clients: dict[Annotated[str, Meta(pattern=mistakes.CODE)], ApiClient]


class MailServer(Struct, frozen=True, forbid_unknown_fields=True):
    """Where mail is fetched or handed over."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """0 is the usual one of the protocol and of `security`."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """`none` only on this machine itself: passwords go over the line."""
    user: str = ""
    """Who logs in; "" is the mailbox's address."""
    ca_file: str = ""
    """The certificates (PEM) of the authority that signed the server's, and only of that; "" is what the machine believes."""


class Mailbox(Struct, frozen=True, forbid_unknown_fields=True):
    """A mailbox that is read."""

    imap: MailServer
    folder: str = "INBOX"
    service: str = "accueil_general"
    """To whom its mail belongs where nothing better is known."""


class Email(Struct, frozen=True, forbid_unknown_fields=True):
    """The town's mailboxes."""

    mailboxes: Annotated[dict[Annotated[str, Meta(pattern=mistakes.MAILBOX)], Mailbox], Meta(min_length=1)]
    smtp: MailServer | None = None
    """Who takes our mail; without it nothing is answered."""
    name: str = ""
    """As whom we write; "" is the town's name."""
    after: Annotated[str, Meta(pattern=mistakes.AFTER)] = "seen"
    """What is done with a mail that is stored."""
    authserv_id: str = ""
    """How our own mail server calls itself in Authentication-Results; "" believes none."""
    reply_to: Literal["plus", "plain"] = "plus"
    """Whether answers may come to `contact+…@`; some servers know no such addresses."""

    @property
    def folder_after(self) -> str:
        """Where a mail is moved once it is stored; "" where it stays."""
        return self.after.partition(":")[2].strip()


class WebForms(Struct, frozen=True, forbid_unknown_fields=True):
    """The forms on the town's pages."""

    folder: str = ""
    """Where they stand, one file each; "" is `forms` beside `office.yml`, where there is one."""
    per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 20
    """Of one network address: a school or a library shares one."""


class Channels(Struct, frozen=True, forbid_unknown_fields=True):
    """Which channels are switched on."""

    web: bool = True
    address: str = ""
    """The gateway's public address, which providers call; "" is the town's website."""
    telegram: Telegram | None = None
    meta: GraphApi | None = None
    mastodon: Mastodon | None = None
    api: Api | None = None
    email: Email | None = None
    form: WebForms | None = WebForms()
    """None switches the forms off."""

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The messengers of others that are switched on, as citizens call them."""
        meta = self.meta or GraphApi()
        found = {
            "Telegram": self.telegram,
            "Messenger": meta.messenger,
            "Instagram": meta.instagram,
            "WhatsApp": meta.whatsapp,
            "Mastodon": self.mastodon,
        }
        return tuple(name for name, on in found.items() if on)


@dataclass(frozen=True, slots=True)
class ChannelKeys:
    """What channels need and nobody may read: tokens, and secrets with the newest first."""

    telegram_token: str = ""
    meta_app_secrets: tuple[str, ...] = ()
    messenger_token: str = ""
    instagram_token: str = ""
    whatsapp_token: str = ""
    mastodon_token: str = ""
    api_secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    email_passwords: Mapping[str, str] = field(default_factory=dict)
    """By the user who logs in."""


def keys(channels: Channels, environ: Mapping[str, str]) -> ChannelKeys:
    """The secrets of the channels that are switched on.

    Raises:
        ConfigurationError: one is missing or too short: no secret, no start.
    """

    def wanted(name: str, on: object) -> str:
        found = environ.get(name, "").strip()
        if on and not found:
            raise ConfigurationError(f"{name} is missing; office.yml switches on a channel that needs it")
        return found

    meta = channels.meta
    secrets = wanted("GUICHET_META_APP_SECRET", meta and (meta.messenger or meta.instagram or meta.whatsapp))
    return ChannelKeys(
        telegram_token=wanted("GUICHET_TELEGRAM_TOKEN", channels.telegram),
        meta_app_secrets=tuple(part.strip() for part in secrets.split(",") if part.strip()),
        messenger_token=wanted("GUICHET_MESSENGER_TOKEN", meta and meta.messenger),
        instagram_token=wanted("GUICHET_INSTAGRAM_TOKEN", meta and meta.instagram),
        whatsapp_token=wanted("GUICHET_WHATSAPP_TOKEN", meta and meta.whatsapp),
        mastodon_token=wanted("GUICHET_MASTODON_TOKEN", channels.mastodon),
        api_secrets=_api_secrets(channels.api, wanted("GUICHET_API_SECRETS", channels.api)),
        email_passwords=_email_passwords(channels.email, wanted("GUICHET_EMAIL_PASSWORDS", channels.email)),
    )


def _api_secrets(api: Api | None, text: str) -> dict[str, tuple[str, ...]]:
    """`client:secret` pairs, a client's newest first."""
    found: dict[str, tuple[str, ...]] = {}
    for place, pair in enumerate(text.split(","), 1):
        name, colon, secret = (part.strip() for part in pair.partition(":"))
        if not name:
            continue
        if not colon:
            # Not quoted: it may be the secret itself.
            raise ConfigurationError(f"GUICHET_API_SECRETS: pair {place} has to be client:secret")
        if len(secret) < MIN_SHARED_SECRET_CHARS:
            raise ConfigurationError(
                f"GUICHET_API_SECRETS: the secret of {name} has to have at least {MIN_SHARED_SECRET_CHARS} characters"
            )
        found[name] = (*found.get(name, ()), secret)
    for client in api.clients if api else ():
        if client not in found:
            raise ConfigurationError(f"GUICHET_API_SECRETS: has no secret for {client}, which office.yml names")
    return found


def _email_passwords(email: Email | None, text: str) -> dict[str, str]:
    """`address:password` pairs between commas, or one a line: then a password may hold commas. Colons it may hold anyway."""
    found: dict[str, str] = {}
    for place, pair in enumerate(text.split("\n" if "\n" in text else ","), 1):
        user, colon, password = (part.strip() for part in pair.partition(":"))
        if not user:
            continue
        if not (colon and password):
            # Not quoted: it may be the password itself.
            raise ConfigurationError(f"GUICHET_EMAIL_PASSWORDS: pair {place} has to be address:password")
        found[user] = password
    for address, user in _mail_users(email):
        if user not in found:
            raise ConfigurationError(f"GUICHET_EMAIL_PASSWORDS: has no password for {user}, who opens {address}")
    return found


def _mail_users(email: Email | None) -> Iterator[tuple[str, str]]:
    """Who logs in where."""
    for address, mailbox in email.mailboxes.items() if email else ():
        yield address, mailbox.imap.user or address
    if email and email.smtp and email.smtp.user:
        yield email.smtp.host, email.smtp.user


def mail_mistakes(email: Email | None, services: Collection[str]) -> Iterator[str]:
    """What is wrong with the mailboxes beside their form."""
    for address, mailbox in email.mailboxes.items() if email else ():
        if mailbox.service not in services:
            yield f"channels.email.mailboxes.{address}.service: there is no service {mailbox.service!r}"
        yield from _ca_mistakes(f"channels.email.mailboxes.{address}.imap", mailbox.imap)
        if not _is_safe(mailbox.imap):
            yield f"channels.email.mailboxes.{address}.imap.security: none is for this machine alone, not for {mailbox.imap.host}"
    if email and email.smtp:
        yield from _ca_mistakes("channels.email.smtp", email.smtp)
    if email and email.smtp and not _is_safe(email.smtp):
        yield f"channels.email.smtp.security: none is for this machine alone, not for {email.smtp.host}"


def _ca_mistakes(place: str, server: MailServer) -> Iterator[str]:
    if server.ca_file and not server.ca_file.startswith("/"):
        yield f"{place}.ca_file: has to be a whole path, from / on"
    if server.ca_file and server.security == "none":
        yield f"{place}.ca_file: counts for tls and starttls, and security is none"


def _is_safe(server: MailServer) -> bool:
    if server.security != "none" or server.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(server.host).is_loopback
    except ValueError:
        return False
