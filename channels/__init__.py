"""The channels of Guichet, one line each."""

from __future__ import annotations

from collections.abc import Iterator

import aiohttp

from bot.settings import Settings
from bot.settings_channels import Email as EmailOptions
from bot.text.wording import Wording
from channels.api import SignedApi
from channels.base import Channel
from channels.email import Bring, Correspondent, Email, Sender, nobody
from channels.form import WebForm
from channels.form.definitions import Definition
from channels.form.definitions import load as load_forms
from channels.mastodon import Mastodon
from channels.meta.instagram import Instagram
from channels.meta.messenger import Messenger
from channels.meta.whatsapp import WhatsApp
from channels.signatures import derive
from channels.telegram import TelegramChannel
from channels.web import WebChat

WEBHOOK_SECRET = "telegram webhook"
VERIFY_TOKEN = "meta verify token"
"""What our own secrets are derived for: a town has no further ones to make up, and rotates all of them at once."""


ALL: tuple[type[Channel], ...] = (
    *(WebChat, TelegramChannel, Messenger, Instagram, WhatsApp),
    *(Mastodon, SignedApi, Email, WebForm),
)
FORMS = "forms"
"""Where forms stand unless `office.yml` says otherwise."""


def build(
    settings: Settings,
    http: aiohttp.ClientSession,
    wording: Wording,
    correspondent: Correspondent = nobody,
    bring: Bring | None = None,
) -> dict[str, Channel]:
    """The channels beside the web chat that `office.yml` switches on, by name.

    Without `correspondent`, who is written to by mail is not known, and no mail leaves; without `bring`, none with a file.
    """
    built = {channel.name: channel for channel in _switched_on(settings, http, wording)}
    if options := settings.office.channels.email:
        built[Email.name] = _email(options, settings, wording, correspondent, bring)
    return built


def _email(
    options: EmailOptions, settings: Settings, wording: Wording, correspondent: Correspondent, bring: Bring | None
) -> Email:
    passwords, town = settings.keys.email_passwords, settings.office.town
    sender = None
    if options.smtp:
        password = passwords[options.smtp.user] if options.smtp.user else ""
        sender = Sender(
            options, options.smtp, password, settings.secrets, wording, town.office, town.website, correspondent, bring
        )
    return Email(options, passwords, settings.secrets, wording, sender)


def _switched_on(settings: Settings, http: aiohttp.ClientSession, wording: Wording) -> Iterator[Channel]:
    on, keys, site = settings.office.channels, settings.keys, settings.office.town.website
    if on.telegram:
        secrets = [derive(secret, WEBHOOK_SECRET) for secret in settings.secrets]
        yield TelegramChannel(on.telegram, keys.telegram_token, secrets, wording, site)
    if meta := on.meta:
        shared = (keys.meta_app_secrets, derive(settings.secrets[0], VERIFY_TOKEN), wording, site)
        if meta.messenger:
            yield Messenger(http, meta, meta.messenger, keys.messenger_token, *shared)
        if meta.instagram:
            yield Instagram(http, meta, meta.instagram, keys.instagram_token, *shared)
        if meta.whatsapp:
            yield WhatsApp(http, meta, meta.whatsapp, keys.whatsapp_token, *shared)
    if on.mastodon:
        yield Mastodon(http, on.mastodon, keys.mastodon_token, wording, site)
    if on.api:
        yield SignedApi(http, on.api, keys.api_secrets, wording, site)
    if on.form and forms(settings):
        yield WebForm()


def forms(settings: Settings) -> dict[str, Definition]:
    """The town's forms by name, in their order; none where they are switched off, or there is no folder of them.

    Raises:
        ConfigurationError: a form is wrong, or the folder that `office.yml` names is not there.
    """
    on = settings.office.channels.form
    if on is None or not (on.folder or (settings.root / FORMS).is_dir()):
        return {}
    services = {code: service.name for code, service in settings.office.services.items()}
    return load_forms(settings.root / (on.folder or FORMS), services)


def matrix() -> str:
    """What each channel can carry, as the table of docs/channels/README.md: its `limits`, and nothing else."""
    head = "| channel | text, characters | buttons | their titles | files a message | of at most | free answers for | typing | receipts | one key, one message |"
    lines = [head, "|" + " --- |" * (head.count("|") - 1)]
    lines += [f"| {' | '.join(_row(channel))} |" for channel in ALL]
    return "\n".join(lines)


def _row(channel: type[Channel]) -> Iterator[str]:
    limits = channel.limits
    yield f"`{channel.name}`"
    yield f"{limits.text_chars}"
    yield f"{limits.buttons}" if limits.buttons else "a numbered list"
    yield f"{limits.button_title_chars}" if limits.buttons else "–"
    yield f"{limits.attachments}" if limits.attachments else "–"
    yield f"{limits.attachment_bytes // 1_000_000} MB" if limits.attachments else "–"
    yield f"{limits.window.total_seconds() / 3600:.0f} h" if limits.window else "always"
    for has in (limits.typing, limits.receipts, limits.idempotent):
        yield "yes" if has else "no"
