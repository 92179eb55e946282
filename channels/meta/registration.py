"""What Meta's API can set up for us, and what a person has to do in its consoles.

https://developers.facebook.com/docs/graph-api/reference/app/subscriptions,
https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps,
https://developers.facebook.com/docs/messenger-platform/reference/messenger-profile-api and
https://developers.facebook.com/documentation/business-messaging/whatsapp/reference (read 28 November 2026).
Each call sets what it names, whatever was there before: all of them may be repeated.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.settings_channels import GraphApi
from bot.text.wording import Wording
from channels import plain
from channels.base import Step
from channels.meta.graph import Graph
from channels.meta.messaging import OPENING

PAGE_FIELDS = (
    "messages",
    "messaging_postbacks",
    "messaging_referrals",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "message_edits",
    "feed",
)
INSTAGRAM_FIELDS = ("messages", "messaging_postbacks", "messaging_seen", "messaging_referral", "comments")
WHATSAPP_FIELDS = ("messages",)
INSTAGRAM_HOST = "graph.instagram.com"
"""Where accounts without a page sign in; its tokens know no pages, and its app's webhooks are set up by hand."""
UNREACHED = 2200
"""The code of a callback address that did not answer the handshake."""
GREETING_CHARS = 160
MENU_TITLE_CHARS = 30
SPOKEN = "TOWN_SAY"
"""The payload of a menu entry that stands for its own words."""
NO_APP = "Indiquez channels.meta.app_id dans office.yml (Meta for Developers, votre application, Paramètres, Général)."


async def messenger(
    graph: Graph,
    api: GraphApi,
    page: str,
    secrets: Sequence[str],
    verify_token: str,
    wording: Wording,
    website: str,
    address: str,
) -> list[Step]:
    """A page's inbox and its posts.

    Raises:
        SendError: the provider does not know us, or does not answer.
    """
    steps = [await _webhook(graph, api, "page", PAGE_FIELDS, secrets, verify_token, f"{address}/channels/messenger")]
    await graph.post(f"{page}/subscribed_apps", {"subscribed_fields": ",".join(PAGE_FIELDS)})
    steps.append(Step(True, "La page envoie ses messages et ses commentaires à l’application."))
    greeting = plain.shorten(wording.say("greet"), GREETING_CHARS)
    person = {"type": "postback", "title": wording.say("person_title"), "payload": SPOKEN}
    home = {"type": "web_url", "title": plain.shorten(wording.facts["office"], MENU_TITLE_CHARS), "url": website}
    # Messenger's menu only links to https.
    entries = [person, home] if website.startswith("https://") else [person]
    await graph.post(
        f"{page}/messenger_profile",
        {
            "get_started": {"payload": OPENING},
            "greeting": [{"locale": "default", "text": greeting}],
            "persistent_menu": [
                {"locale": "default", "composer_input_disabled": False, "call_to_actions": entries},
            ],
        },
    )
    steps.append(Step(True, "Le bouton « Démarrer », le mot d’accueil et le menu sont en place."))
    return [
        *steps,
        Step(
            False,
            "Dans Meta for Developers, faites valider pages_messaging, pages_read_engagement et pages_manage_metadata.",
        ),
        Step(
            False,
            "Faites valider « Human Agent » : sans cette autorisation, un agent ne peut plus répondre au bout de 24 heures.",
        ),
        Step(
            False,
            "Dans les paramètres de la page (Messagerie avancée), laissez à l’application le contrôle principal des conversations.",
        ),
    ]


async def instagram(graph: Graph, api: GraphApi, secrets: Sequence[str], verify_token: str, address: str) -> list[Step]:
    """An Instagram account's messages and the comments under its posts.

    Raises:
        SendError: the provider does not know us, or does not answer.
    """
    callback = f"{address}/channels/instagram"
    alone = graph.home.host == INSTAGRAM_HOST
    if alone:
        steps = [
            Step(
                False,
                f"Dans Meta for Developers (Instagram, Webhooks), indiquez {callback} et le jeton de vérification"
                f" {verify_token}, puis abonnez les champs {', '.join(INSTAGRAM_FIELDS)}.",
            )
        ]
    else:
        steps = [await _webhook(graph, api, "instagram", INSTAGRAM_FIELDS, secrets, verify_token, callback)]
    # Subscribing sets the whole list: with a page behind the account it has to be Messenger's as well.
    fields = INSTAGRAM_FIELDS if alone else PAGE_FIELDS
    await graph.post("me/subscribed_apps", {"subscribed_fields": ",".join(fields)})
    return [
        *steps,
        Step(True, "Le compte envoie ses messages et ses commentaires à l’application."),
        Step(
            False,
            "Dans l’application Instagram (Paramètres, Messages, Outils connectés), autorisez l’accès aux messages.",
        ),
        Step(
            False,
            "Dans Meta for Developers, faites valider instagram_manage_messages, instagram_manage_comments et « Human Agent ».",
        ),
    ]


async def whatsapp(
    graph: Graph,
    api: GraphApi,
    business: str,
    template: str,
    secrets: Sequence[str],
    verify_token: str,
    address: str,
) -> list[Step]:
    """A number on the WhatsApp Cloud API.

    Raises:
        SendError: the provider does not know us, or does not answer.
    """
    topic, callback = "whatsapp_business_account", f"{address}/channels/whatsapp"
    steps = [await _webhook(graph, api, topic, WHATSAPP_FIELDS, secrets, verify_token, callback)]
    await graph.post(f"{business}/subscribed_apps", {})
    steps.append(Step(True, "Le compte WhatsApp Business envoie ses messages à l’application."))
    model = f"« {template} »" if template else "(nommé dans channels.meta.whatsapp.template)"
    return [
        *steps,
        Step(
            False,
            "Dans le Gestionnaire WhatsApp, ajoutez un moyen de paiement et faites vérifier l’entreprise et le nom affiché.",
        ),
        Step(
            False,
            f"Faites approuver un modèle {model} de catégorie « Utilitaire », avec une seule variable {{{{1}}}} dans le corps"
            " et au plus 200 caractères autour : il porte les réponses après 24 heures.",
        ),
    ]


async def _webhook(
    graph: Graph,
    api: GraphApi,
    topic: str,
    fields: Sequence[str],
    secrets: Sequence[str],
    verify_token: str,
    callback: str,
) -> Step:
    """The app's subscription. Meta asks the callback address for its handshake before it answers."""
    if api.app_id == "0":
        return Step(False, NO_APP)
    body = {
        "object": topic,
        "callback_url": callback,
        "verify_token": verify_token,
        "fields": ",".join(fields),
        "include_values": True,
    }
    path, token = f"{api.app_id}/subscriptions", f"{api.app_id}|{secrets[0]}"
    if not await graph.attempt(path, body, UNREACHED, token):
        return Step(
            False,
            f"Meta n’a pas pu joindre {callback} : vérifiez que Guichet tourne et que cette adresse est publique, puis recommencez.",
        )
    return Step(True, f"Les webhooks de l’application mènent à {callback}.")
