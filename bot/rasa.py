"""Rasa over HTTP: the only module that knows it.

Written against Rasa 3.6.21, started with `--enable-api` and the `rest` channel, on loopback.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import structlog

from bot import wire
from bot.errors import PayloadRejected, RasaGone, RasaSilent, RasaSlow, RasaUnreachable
from bot.greeting import said_in, written_in
from bot.messages import PHOTO_URL, Button, Directive, Handoff, Message, Reply, Source, Turn
from bot.rasa_events import LOCK_OF_REDIS, LOCKED_BY, REFS, items_of, metadata_of, remembered, suspended
from bot.settings import GENERAL_SERVICE, Office
from bot.store.base import Conversation, Entry
from bot.text.languages import GREETED
from bot.text.normalise import normalise
from bot.text.wording import DEFAULT, Wording

log = structlog.get_logger(__name__)

PING_PATIENCE = timedelta(seconds=3)
"""For what a core that is well answers at once."""
WEBHOOK = "/webhooks/rest/webhook"
"""Of Rasa's stock `rest` channel."""
PROBE_PREFIX = "probe-"
"""Sender ids that begin so belong to nobody: see `Rasa.prove`."""
NOTHING = "?"
"""What is left of a text that was nothing but a command's sign."""

_COMMANDING = re.compile(
    # Slashes of all kinds, and what shows as nothing without being a space or a control character to Unicode.
    r"^(?:[\s/\u2044\u2215\u2571\u29f8\uff0f\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]|external\s*:)+",
    re.IGNORECASE,
)


def disarm(text: str) -> str:
    """Typed text that Rasa takes for text: one line, never a command, never empty.

    Rasa 3.6.21 obeys what begins, after `str.strip`, with "/": `/restart`, `/choose{"article": "x"}`
    (`RegexMessageHandler`), and marks what begins with "EXTERNAL: " as said by nobody (`UserUttered.create_external`).
    """
    return _COMMANDING.sub("", normalise(text)) or NOTHING


@dataclass(frozen=True, slots=True)
class Parsed:
    """What Rasa recognises in a text; confidences in [0, 1], the ranking begins with the surest."""

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[dict[str, Any], ...]


class Rasa:
    """The conversation core of one Rasa server."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        url: str,
        token: str,
        wording: Wording,
        office: Office,
        patience: timedelta = timedelta(seconds=20),
    ) -> None:
        self._http = http
        self.url = url.rstrip("/")
        self._token = token
        self._wording = wording
        self._patience = patience
        # A line that names a service means the general one unless the action says which.
        self._service = office.reach(GENERAL_SERVICE)

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        """Say a message; a `payload` that we offered is sent as it is, typed text is disarmed.

        Raises:
            RasaUnreachable: no connection, an HTTP error, not JSON.
            RasaSlow: it did not answer in time.
            RasaSilent: it answered nothing that can be said.
        """
        foreign = written_in(message, conversation) if payload is None else ""
        items = await self._ask(
            "POST",
            WEBHOOK,
            body={
                "sender": conversation.id,
                "message": disarm(message.text) if payload is None else payload,
                "input_channel": message.address.channel,
                "metadata": {
                    "message_id": message.id,
                    "channel": message.address.channel,
                    "language": conversation.language,
                    "photos": [
                        one.url.removeprefix(PHOTO_URL) for one in message.attachments if one.url.startswith(PHOTO_URL)
                    ],
                    "position": [message.location.latitude, message.location.longitude] if message.location else None,
                    # `nlu.components.languages` reads it.
                    **({"written_in": foreign} if foreign in GREETED else {}),
                },
            },
        )
        if not isinstance(items, list):
            raise RasaUnreachable("Rasa answered something that is not a list of replies")
        turn = self._turn(items, message, conversation)
        if turn is None:
            raise RasaSilent("Rasa answered nothing")
        return turn

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        """What was answered to a message already, by the events behind the last time it was handled.

        None if it was not handled, or handled without an answer.

        Raises:
            RasaUnreachable, RasaSlow: see `talk`.
        """
        events = (await self._tracker(conversation.id))["events"]
        handled = [at for at, event in enumerate(events) if metadata_of(event).get("message_id") == message.id]
        handled = [at for at in handled if events[at].get("event") == "user"]
        if not handled:
            return None
        items: list[dict[str, Any]] = []
        for event in events[handled[-1] + 1 :]:
            if event.get("event") == "user":
                break
            if event.get("event") == "bot":
                items.extend(items_of(event))
        return self._turn(items, message, conversation)

    async def parse(self, text: str) -> Parsed:
        """What Rasa recognises in a typed text.

        Raises:
            RasaUnreachable, RasaSlow: see `talk`.
        """
        found = await self._ask("POST", "/model/parse", body={"text": disarm(text)})
        try:
            intent = found["intent"]
            ranking = tuple((str(one["name"]), float(one["confidence"])) for one in found.get("intent_ranking", ()))
            entities = tuple(dict(one) for one in found.get("entities", ()))
            return Parsed(str(intent["name"] or ""), float(intent["confidence"]), ranking, entities)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RasaUnreachable("Rasa answered something that is not a parsed text") from error

    async def remember(self, conversation_id: str, entries: Sequence[Entry]) -> None:
        """Add what was said without the bot, in order. What has been added under its `ref` is left out.

        A form that was open is suspended: the next message is not its answer any more, and the slot `suspended_form` names
        it. Not meant for two callers on one conversation at a time.

        Raises:
            RasaUnreachable, RasaSlow: see `talk`.
        """
        if not entries:
            return
        state = await self._tracker(conversation_id)
        known = {metadata_of(event).get(key) for event in state["events"] for key in REFS}
        events = [remembered(entry) for entry in entries if entry.ref not in known]
        if events:
            events = [*suspended(state.get("active_loop"), entries[0].at), *events]
            # Without it Rasa would go on as if the last words were still to be answered.
            events.append({"event": "action", "name": "action_listen", "timestamp": entries[-1].at.timestamp()})
            await self._ask("POST", f"{_tracker(conversation_id)}/events", body=events)

    async def status(self) -> str:
        """The id of the model that answers.

        Raises:
            RasaUnreachable: it is not ready to serve.
            RasaSlow: see `talk`.
        """
        found = await self._ask("GET", "/status", patience=PING_PATIENCE)
        if not isinstance(found, dict) or not found.get("model_id"):
            raise RasaUnreachable("Rasa runs without a model")
        return str(found["model_id"])

    async def prove(self, read_back: Callable[[str], Awaitable[Sequence[dict[str, Any]]]], lock: str) -> None:
        """Have Rasa write an event for a sender that is nobody, and look for it in our database.

        Rasa replaces a tracker store that it cannot import, or that fails, by one in memory, and a lock store that is not
        named by one of its own; it reports ready all the same. Our tracker store writes into a probe's events which of our
        locks was held. `read_back` gives the events of a sender that are stored; the caller removes them. `lock` is the
        lock that is needed: one of `bot.rasa_events`.

        Raises:
            RasaUnreachable: the event did not come to the database, or not under that lock; also see `talk`.
        """
        sender_id = f"{PROBE_PREFIX}{secrets.token_hex(16)}"
        listens = {"event": "action", "name": "action_listen"}
        await self._ask("POST", f"{_tracker(sender_id)}/events", body=[listens], patience=PING_PATIENCE)
        events = await read_back(sender_id)
        if not events:
            raise RasaUnreachable(
                "Rasa's tracker store does not write to our database: its log says whether it could not be imported"
                " or not reach the database"
            )
        held = str(metadata_of(events[-1]).get(LOCKED_BY) or "none of ours")
        # The shared lock holds within a process too.
        if held not in (lock, LOCK_OF_REDIS):
            raise RasaUnreachable(
                f"Rasa's lock store is not the one that is needed: it locks by {held} and not by {lock}; see lock_store in"
                " endpoints.yml, and give Rasa the same GUICHET_REDIS_URL as the gateway"
            )

    async def rehearse(self, actions_url: str) -> None:
        """Have the action server answer a question of nobody's: it builds its index then, and not for a citizen.

        Raises:
            RasaUnreachable: it does not answer, or not with something to say.
            RasaSlow: see `talk`.
        """
        sender_id = f"{PROBE_PREFIX}{secrets.token_hex(16)}"
        heard = {"intent": {"name": "ask_question"}, "entities": [], "text": "horaires"}
        tracker = {"sender_id": sender_id, "slots": {}, "latest_message": heard, "events": [], "active_loop": {}}
        body = {"next_action": "action_answer", "sender_id": sender_id, "tracker": tracker, "domain": {}}
        said = await self._request("POST", f"{actions_url}/webhook", body, {})
        if not isinstance(said, dict) or not said.get("responses"):
            raise RasaUnreachable("the action server answers nothing")

    async def _tracker(self, conversation_id: str) -> dict[str, Any]:
        """A tracker's state, with all its events."""
        state = await self._ask("GET", _tracker(conversation_id), include_events="ALL")
        events = state.get("events") if isinstance(state, dict) else None
        if not isinstance(events, list):
            raise RasaUnreachable("Rasa answered something that is not a tracker")
        return {**state, "events": [event for event in events if isinstance(event, dict)]}

    async def _ask(
        self, method: str, path: str, body: object = None, patience: timedelta | None = None, **query: str
    ) -> Any:
        """One request to Rasa; the JSON that came back."""
        if self._token:
            query["token"] = self._token
        return await self._request(method, self.url + path, body, query, patience)

    async def _request(
        self, method: str, url: str, body: object, query: Mapping[str, str], patience: timedelta | None = None
    ) -> Any:
        timeout = aiohttp.ClientTimeout(total=(patience or self._patience).total_seconds())
        try:
            async with self._http.request(
                method, url, params=query, json=body, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise RasaUnreachable(f"Rasa answers with HTTP status {response.status}")
                return await response.json(content_type=None)
        except asyncio.TimeoutError as error:
            # aiohttp's own timeouts are among them, and are connection errors too.
            raise RasaSlow("Rasa does not answer in time") from error
        except ValueError as error:
            raise RasaUnreachable(f"Rasa does not answer with JSON ({type(error).__name__})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise RasaGone(f"Rasa does not answer ({type(error).__name__})") from error

    def _turn(self, items: Sequence[Any], message: Message, conversation: Conversation) -> Turn | None:
        """What an answer says and asks to do, None if nothing of it can be read.

        The ids of replies count every item, so that `talk` and `replay` agree.
        """
        replies: list[Reply] = []
        directives: list[Directive] = []
        is_answer = False
        languages = (said_in(message, conversation), conversation.language)
        for number, item in enumerate(items):
            try:
                said = wire.read(item["custom"]) if isinstance(item, dict) and "custom" in item else None
                if said is not None and said.say == "photo_alone" and message.location:
                    # The core knows one intent for whatever comes without a word.
                    said = msgspec.structs.replace(said, say="position_alone")
                if said is not None and said.case:
                    directives.append(Handoff(said.case))
                if said is None or said.say:
                    replies.append(self._reply(item, said, f"{message.id}.{number}", languages))
                is_answer = True
            except (PayloadRejected, KeyError, IndexError, ValueError) as error:
                log.error(
                    "rasa.unreadable_reply", message_id=message.id, error=f"{type(error).__name__}: {error}"[:300]
                )
        return Turn(tuple(replies), tuple(directives)) if is_answer else None

    def _reply(self, item: Any, said: wire.Say | None, reply_id: str, languages: tuple[str, str]) -> Reply:
        if said is not None:
            return self._said(said, reply_id, languages)
        if not isinstance(item, dict):
            raise PayloadRejected("an item of Rasa's answer is not an object")
        text = item.get("text")
        if not isinstance(text, str) or not text.strip():
            raise PayloadRejected(f"an item of Rasa's answer has no text but {', '.join(sorted(item))}")
        offered = item.get("buttons") or ()
        buttons = tuple(Button(str(button["title"]), str(button["payload"])) for button in offered)
        return Reply(reply_id, text.strip(), languages[-1], buttons=buttons)

    def _said(self, said: wire.Say, reply_id: str, languages: tuple[str, str]) -> Reply:
        values = {**self._service, **said.values}
        keys = said.say.split("+")
        wanted = (*keys, *(button.key for button in said.buttons if button.key))
        # The numbers and the way to a person are said in the language of who needs them, all else in the conversation's.
        language = next(one for one in (*languages, DEFAULT) if one and self._wording.spoken(one, *wanted) == one)
        lines = (self._wording.say(key, language, **values) for key in keys)
        return Reply(
            id=reply_id,
            text="\n\n".join(lines),
            language=language,
            buttons=tuple(
                Button(button.title or self._wording.say(button.key, language), button.payload)
                for button in said.buttons
            ),
            sources=tuple(
                Source(source.title, source.url, source.publisher, source.updated, source.article)
                for source in said.sources
            ),
            status=said.status,
        )


def _tracker(conversation_id: str) -> str:
    return f"/conversations/{quote(conversation_id, safe='')}/tracker"
