"""Typed settings: `office.yml` says what the town is, the environment says where things run.

Read once, at start; a mistake stops the start with one sentence that names the place.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from bot import mistakes
from bot.errors import ConfigurationError
from bot.settings_channels import ChannelKeys, Channels, keys, mail_mistakes
from bot.settings_desk import Appointments, Desk, ServiceRouting, routing_mistakes
from bot.settings_directory import Directory
from bot.settings_hours import Closure, Week, calendar, decode
from bot.settings_knowledge import ServicePublic
from bot.settings_mail import Mail
from bot.settings_rasa import rasa_urls
from bot.settings_site import SiteSource

Colour = Annotated[str, Meta(pattern=mistakes.COLOUR)]
Origin = Annotated[str, Meta(pattern=mistakes.ORIGIN)]
Score = Annotated[float, Meta(ge=0, le=1)]
Days = Annotated[int, Meta(ge=1, le=36500)]

SQLITE = "sqlite"
POSTGRESQL = "postgresql+asyncpg"
MIN_SECRET_CHARS = 32
GENERAL_SERVICE = "accueil_general"
"""What nobody else takes goes there."""
MAX_HOURS_CHARS = 200


class Colours(Struct, frozen=True, forbid_unknown_fields=True):
    """The town's colour on light and on dark ground."""

    main: Colour = "#1f4e79"
    main_dark: Colour = "#8ec5ff"


class Town(Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers, and how a person is reached without us."""

    name: Annotated[str, Meta(min_length=1)]
    office: Annotated[str, Meta(min_length=1)]
    address: str
    phone: Annotated[str, Meta(min_length=1)]
    email: str
    counter: str
    website: Annotated[str, Meta(pattern=mistakes.ADDRESS)]
    opening: Week = Week()
    hours: str = ""
    """What citizens read of it; the words of `opening` where nothing is said."""
    closures: tuple[Closure, ...] = ()
    holidays: str = "FR"
    """The country whose public holidays are kept; "" is none."""
    holidays_region: str = ""
    zone: str = "Europe/Paris"
    colours: Colours = Colours()

    def __post_init__(self) -> None:
        calendar(self.holidays, self.holidays_region)
        if not self.hours:
            msgspec.structs.force_setattr(self, "hours", self.opening.words)


class News(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the news on the home page."""

    title: Annotated[str, Meta(min_length=1)]
    text: str
    kind: str = ""
    """A word above the title: market, works."""


class Site(Struct, frozen=True, forbid_unknown_fields=True):
    """What the town's pages say besides its services and articles."""

    note: str = ""
    news: tuple[News, ...] = ()
    accessibility: Annotated[str, Meta(pattern=mistakes.CONFORMITY)] = "non conforme"
    """What the law asks to be said on every page (RGAA)."""
    audit: str = ""
    """Who checked it, when, and with what result, in a sentence."""


class Chat(Struct, frozen=True, forbid_unknown_fields=True):
    """The web chat: who may embed it and how much one citizen may say."""

    allowed_origins: tuple[Origin, ...] = ()
    max_text_chars: Annotated[int, Meta(ge=100, le=20000)] = 4000
    messages_per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 20
    messages_per_minute_per_address: Annotated[int, Meta(ge=1, le=1_000_000)] = 300
    """Of one network address: a school or a library shares one."""


class Knowledge(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the articles are and how sure an answer has to be (scores in [0, 1])."""

    folder: str = "knowledge"
    answer_threshold: Score = 0.55
    choose_threshold: Score = 0.25
    fiche_threshold: Score = 0.5
    """From here on a fiche of the State answers at once; below it titles are offered."""
    scope_threshold: Score = 0.5
    """From here on a question is believed to be about something that the fiches know."""
    service_public: ServicePublic = ServicePublic()
    site: SiteSource = SiteSource()


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    """How long personal data is kept, in days."""

    conversations: Days = 90
    delivered: Days = 30
    ratings: Days = 365
    cases: Days = 365
    receipts: Days = 1825
    sign_ins: Days = 30
    figures: Days = 1825


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """A service of the town: what citizens read of it."""

    name: Annotated[str, Meta(min_length=1)]
    about: str
    phone: str = ""
    email: str = ""
    opening: Week | None = None
    """Its own; None keeps the town hall's."""
    hours: Annotated[str, Meta(max_length=MAX_HOURS_CHARS)] = ""
    """Its own, in words that go on in a sentence: those of its `opening` where nothing is said, "" without either."""
    closures: tuple[Closure, ...] = ()
    """Beside the town's."""
    mail: Mail = Mail()
    routing: ServiceRouting = ServiceRouting()

    def __post_init__(self) -> None:
        if self.opening and not self.hours:
            msgspec.structs.force_setattr(self, "hours", self.opening.words)


class Office(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in `office.yml`."""

    town: Town
    services: dict[Annotated[str, Meta(pattern=mistakes.CODE)], Service]
    site: Site = Site()
    chat: Chat = Chat()
    channels: Channels = Channels()
    knowledge: Knowledge = Knowledge()
    retention: Retention = Retention()
    desk: Desk = Desk()
    appointments: Appointments = Appointments()
    directory: Directory = {}

    @property
    def zone(self) -> ZoneInfo:
        """The town's time zone."""
        return ZoneInfo(self.town.zone)

    @property
    def origins(self) -> frozenset[str]:
        """The sites whose pages may show the chat: those listed, and the town's own, whichever host serves the chat."""
        site = urlsplit(self.town.website)
        return frozenset({*self.chat.allowed_origins, f"{site.scheme}://{site.netloc}"})

    def reach(self, code: str) -> dict[str, str]:
        """How a service is reached, as the catalogue's lines name it; the town's own phone where it has none.

        `service_phone` says a service's own hours in brackets: the lines name the town hall's beside it. A code that is
        not there means the general service.
        """
        service = self.services.get(code) or self.services[GENERAL_SERVICE]
        phone = service.phone or self.town.phone
        return {"service": service.name, "service_phone": f"{phone} ({service.hours})" if service.hours else phone}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process."""

    office: Office
    root: Path
    """The folder of `office.yml`: relative paths start here."""
    data: Path
    """Where the database, the secret, logs and files of a running installation live."""
    database_url: str
    redis_url: str | None
    host: str
    port: int
    proxies: int
    """Reverse proxies of our own in front of the gateway: so many of the last X-Forwarded-For entries are believed."""
    monitor_host: str
    monitor_port: int
    rasa_urls: tuple[str, ...]
    """Each is one process; a conversation is always answered by the same one while that is there."""
    rasa_token: str
    actions_url: str
    secrets: tuple[str, ...]
    """Signing secrets, the newest first; older ones are still believed (rotation)."""
    keys: ChannelKeys

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, None on PostgreSQL."""
        prefix = f"{SQLITE}:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationError: a file or a variable is wrong; the message says which and why.
    """
    path = Path(environ.get("GUICHET_OFFICE", "office.yml")).resolve()
    office = read_office(path)
    data = Path(environ.get("GUICHET_DATA", path.parent / "var")).resolve()
    port = _port(environ, "PORT", 8080)
    return Settings(
        office=office,
        root=path.parent,
        data=data,
        database_url=_database_url(environ.get("GUICHET_DATABASE_URL", ""), data),
        redis_url=environ.get("GUICHET_REDIS_URL") or None,
        host=environ.get("HOST", "127.0.0.1"),
        port=port,
        proxies=_count(environ, "GUICHET_PROXIES"),
        monitor_host=environ.get("GUICHET_MONITOR_HOST", "127.0.0.1"),
        monitor_port=_port(environ, "GUICHET_MONITOR_PORT", port + 1 if 0 < port < 65535 else 0),
        rasa_urls=rasa_urls(environ),
        rasa_token=environ.get("GUICHET_RASA_TOKEN", ""),
        actions_url=environ.get("GUICHET_ACTIONS_URL", "http://127.0.0.1:5055").rstrip("/"),
        secrets=_secrets(environ.get("GUICHET_SECRET", ""), data),
        keys=keys(office.channels, environ),
    )


def read_office(path: Path) -> Office:
    """The checked contents of an `office.yml`.

    Raises:
        ConfigurationError: missing, not YAML, or with a wrong value.
    """
    raw = mistakes.read(path)
    try:
        office = msgspec.convert(raw, Office, dec_hook=decode)
        _ = office.zone
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {mistakes.told(str(error), raw, Office)}") from error
    except (KeyError, ValueError, OSError) as error:
        raise ConfigurationError(f"{path}: town.zone: there is no time zone {raw['town']['zone']!r}") from error
    if not office.town.opening:
        raise ConfigurationError(f"{path}: town.opening is missing; the desk opens and closes by it")
    if GENERAL_SERVICE not in office.services:
        raise ConfigurationError(f"{path}: services: accueil_general is missing; what nobody else takes goes there")
    if office.knowledge.choose_threshold > office.knowledge.answer_threshold:
        raise ConfigurationError(f"{path}: knowledge: choose_threshold is above answer_threshold")
    for code, entry in office.directory.items():
        if entry.service and entry.service not in office.services:
            raise ConfigurationError(f"{path}: directory.{code}.service: there is no service {entry.service!r}")
    for prefix, code in office.knowledge.site.services.items():
        if code not in office.services:
            raise ConfigurationError(f"{path}: knowledge.site.services.{prefix}: there is no service {code!r}")
    for mistake in (
        *mail_mistakes(office.channels.email, office.services),
        *routing_mistakes(office.desk, office.services),
    ):
        raise ConfigurationError(f"{path}: {mistake}")
    if office.site.accessibility != Site().accessibility and not office.site.audit:
        raise ConfigurationError(
            f"{path}: site.audit is missing; only an audit makes a site {office.site.accessibility}"
        )
    return office


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise ConfigurationError(f"{name}={text}: a port is a number from 0 to 65535")
    return int(text)


def _count(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name, "") or "0"
    if not text.isdecimal():
        raise ConfigurationError(f"{name}={text}: is not a number")
    return int(text)


def _database_url(text: str, data: Path) -> str:
    """A SQLAlchemy URL; the usual short forms are completed, and a file is the same one from every folder."""
    if not text:
        return f"{SQLITE}:///{data / 'guichet.db'}"
    scheme, separator, rest = text.partition("://")
    kind = scheme.partition("+")[0]
    if not separator or kind not in {"sqlite", "postgres", "postgresql"}:
        raise ConfigurationError("GUICHET_DATABASE_URL: reads sqlite:///file or postgresql://user:password@host/name")
    if kind == "sqlite" and rest.startswith("/") and rest.strip("/"):
        file, query, options = rest[1:].partition("?")
        rest = f"/{Path(file).absolute()}{query}{options}"
    return f"{SQLITE if kind == 'sqlite' else POSTGRESQL}://{rest}"


def _secrets(text: str, data: Path) -> tuple[str, ...]:
    """From the environment (comma-separated, the newest first), else a file made at first start."""
    if text:
        given = tuple(part.strip() for part in text.split(",") if part.strip())
        if not given or any(len(secret) < MIN_SECRET_CHARS for secret in given):
            raise ConfigurationError(f"GUICHET_SECRET: a secret has at least {MIN_SECRET_CHARS} characters")
        return given
    path = data / "secret"
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Written aside and linked: another process that starts now sees a whole secret, and the same one.
            made = path.with_name(f"secret.{os.getpid()}")
            with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
            made.unlink()
        secret = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be made or read ({error.strerror})") from error
    if len(secret) < MIN_SECRET_CHARS:
        raise ConfigurationError(f"{path}: is damaged; remove it and a new one is made (open chats start anew)")
    return (secret,)
