"""What is set up at a Mastodon server: our profile, and whose messages reach us."""

from __future__ import annotations

from datetime import datetime

from bot.errors import SendFailed
from channels.base import Step
from channels.mastodon import payloads
from channels.mastodon.client import Answer, Api

MAX_FIELDS = 4
"""In the table of a profile."""
SITE = "Site officiel"
SCOPES = "read:accounts read:notifications read:statuses write:accounts write:notifications write:statuses"
POLICIES = ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions")
"""Since 4.3 (https://docs.joinmastodon.org/methods/notifications#update-the-filtering-policy-for-notifications): by default
private mentions by strangers are set aside, and the stream is silent about them."""


async def own(api: Api) -> payloads.Own:
    """Our account.

    Raises:
        SendError: the server does not know us, or does not answer.
    """
    found = payloads.own(await api.get("/api/v1/accounts/verify_credentials"))
    if found is None:
        raise SendFailed("the server's answer is no account")
    return found


async def set_up(api: Api, website: str, now: datetime) -> list[Step]:
    """Mark the account as a bot, name the town's site, and let everybody write to us.

    Raises:
        SendError: the server does not know us, or does not answer.
    """
    us = await own(api)
    return [*await _present(api, us, website, now), *await _admit(api, now), *_by_hand(website)]


async def _present(api: Api, us: payloads.Own, website: str, now: datetime) -> list[Step]:
    named = any(website.rstrip("/") in value for _, value in us.fields)
    fields = us.fields if named else tuple(field for field in us.fields if field[0] != SITE)
    body: dict[str, object] = {"bot": True}
    if not named and len(fields) < MAX_FIELDS:
        # The table is replaced as a whole: what is in it goes with it.
        rows = [*fields, (SITE, website)]
        body["fields_attributes"] = {str(n): {"name": name, "value": value} for n, (name, value) in enumerate(rows)}
    if not us.bot or len(body) > 1:
        answer = await api.call("PATCH", "/api/v1/accounts/update_credentials", body=body)
        if _forbidden(answer, now):
            hint = "Cochez « Ceci est un compte automatisé » dans les préférences du profil, et ajoutez-y l’adresse du site"
            return [Step(False, f"{hint} {website} : le jeton n’a pas le droit write:accounts.")]
    steps = [Step(True, f"Le compte @{us.username} est signalé comme automatisé.")]
    if named or len(body) > 1:
        steps.append(Step(True, f"Le profil donne l’adresse du site : {website}."))
    else:
        steps.append(Step(False, f"Ajoutez {website} au profil : ses {MAX_FIELDS} lignes sont déjà prises."))
    return steps


async def _admit(api: Api, now: datetime) -> list[Step]:
    answer = await api.call("PATCH", "/api/v2/notifications/policy", body=dict.fromkeys(POLICIES, "accept"))
    if answer.status == 404:
        # Before 4.3 nothing is set aside.
        return []
    if _forbidden(answer, now):
        return [
            Step(
                False,
                "Dans les préférences des notifications, acceptez les mentions privées de tous, y compris des inconnus : "
                "le jeton n’a pas le droit write:notifications.",
            )
        ]
    return [Step(True, "Les messages privés de tous les comptes sont acceptés, y compris des inconnus.")]


def _by_hand(website: str) -> list[Step]:
    return [
        Step(
            False,
            "Si ce n’est pas fait : dans Préférences, Développement, créez une application avec les droits "
            f"{SCOPES}, et mettez son jeton d’accès dans GUICHET_MASTODON_TOKEN.",
        ),
        Step(
            False,
            f'Pour que le profil soit vérifié, mettez sur {website} un lien vers lui avec l’attribut rel="me".',
        ),
        Step(False, "Dites dans la présentation du compte que c’est un robot, et qui joindre en cas d’urgence."),
    ]


def _forbidden(answer: Answer, now: datetime) -> bool:
    """Whether the token may not.

    Raises:
        SendError: it is something else.
    """
    if answer.status == 403:
        return True
    if not answer.taken:
        raise answer.failure(now)
    return False
