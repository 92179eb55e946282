"""What makes the bot work at Telegram: what its API does, and what only @BotFather does."""

from __future__ import annotations

from telegram import BotCommand, MenuButtonCommands, User

from bot.text.wording import DEFAULT, Wording
from channels.base import Step
from channels.plain import shorten
from channels.telegram.client import Client, talking
from channels.telegram.payloads import UPDATES

MAX_CONNECTIONS = 10
"""Requests that Telegram may send us at once; its default of 40 is more than a town hall's server needs."""
SHORT_DESCRIPTION_CHARS = 120
DESCRIPTION_CHARS = 512
COMMAND_CHARS = 256
"""The limits of https://core.telegram.org/bots/api#setmyshortdescription and what follows there."""
MENU = {
    DEFAULT: {
        "start": "command_start",
        "aide": "command_help",
        "personne": "command_person",
        "horaires": "command_hours",
        "effacer": "command_erase",
    },
    "en": {
        "start": "command_start",
        "help": "command_help",
        "person": "command_person",
        "hours": "command_hours",
        "delete": "command_erase",
    },
}
"""By language, the commands of the menu and the catalogue keys of what they do."""


async def connect(client: Client, webhook: str | None, secret: str) -> Step:
    """Have updates sent to an address, or kept until they are fetched. What waits at Telegram stays.

    Raises:
        SendError: Telegram does not do it.
    """
    with talking():
        if webhook is None:
            await client.delete_webhook(drop_pending_updates=False)
            return Step(
                done=True, text="Réception : Guichet va chercher les messages chez Telegram (polling), sans webhook."
            )
        await client.set_webhook(
            webhook,
            secret_token=secret,
            allowed_updates=UPDATES,
            max_connections=MAX_CONNECTIONS,
            drop_pending_updates=False,
        )
    return Step(done=True, text=f"Réception : Telegram envoie les messages à {webhook}.")


async def present(client: Client, wording: Wording) -> Step:
    """Say what the bot is and what it can do, in every language that has a catalogue.

    Raises:
        SendError: Telegram does not do it.
    """
    with talking():
        for language in wording.languages:
            # Without a language it is what all others see.
            code = None if language == DEFAULT else language
            about = shorten(wording.say("telegram_about", language), SHORT_DESCRIPTION_CHARS)
            await client.set_my_short_description(about, language_code=code)
            description = shorten(wording.say("telegram_description", language), DESCRIPTION_CHARS)
            await client.set_my_description(description, language_code=code)
            await client.set_my_commands(_commands(wording, language), language_code=code)
        await client.set_chat_menu_button(menu_button=MenuButtonCommands())
    return Step(done=True, text="Présentation, description, commandes et bouton de menu : à jour.")


def by_hand(me: User) -> list[Step]:
    """What a person does once, with @BotFather."""
    name = f"@{me.username}"
    groups = (
        Step(
            done=False,
            text=f"Chez @BotFather : /setjoingroups, choisir {name}, puis Disable. Le bot ne répond pas dans les groupes.",
        )
        if me.can_join_groups
        else Step(done=True, text="Groupes : personne ne peut y ajouter le bot.")
    )
    steps = [groups]
    if me.can_read_all_group_messages:
        steps.append(
            Step(
                done=False,
                text=f"Chez @BotFather : /setprivacy, choisir {name}, puis Enable. Sinon le bot reçoit tout ce qui se dit dans un groupe.",
            )
        )
    return [
        *steps,
        Step(
            done=False,
            text=f"Chez @BotFather : /setuserpic, choisir {name}, puis envoyer le logo de la ville (carré, 512 pixels au moins).",
        ),
        Step(
            done=False,
            text=f"Chez @BotFather : /mybots, {name}, Edit Bot, Edit Privacy Policy, puis l’adresse de la page de confidentialité de la ville.",
        ),
        Step(
            done=False,
            text=f"Publier l’adresse https://t.me/{me.username} sur le site de la ville : c’est ainsi qu’on reconnaît le vrai bot.",
        ),
    ]


def _commands(wording: Wording, language: str) -> list[BotCommand]:
    return [
        BotCommand(command, shorten(wording.say(key, language), COMMAND_CHARS))
        for command, key in MENU.get(language, MENU[DEFAULT]).items()
    ]
