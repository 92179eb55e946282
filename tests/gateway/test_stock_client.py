"""A web widget made for Rasa's own channel, replayed frame by frame as it was recorded.

How the recording was made and what its names in angle brackets stand for: `fixtures/README.md`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import Gateway
from bot.settings import Settings
from bot.text import wording
from tests.fakes.rasa import FakeRasa

RECORDING = Path(__file__).parent / "fixtures" / "stock_widget.jsonl"
ANSWERS = {
    "carte d'identité": {
        "text": "Première ligne.\n\nLaquelle ?",
        "buttons": [{"title": "Passeport", "payload": "/choose"}],
    },
    "/choose": {"text": "Pour le passeport, prenez rendez-vous."},
}


async def test_a_recorded_stock_widget_is_served(running: Gateway, rasa: FakeRasa, settings: Settings) -> None:
    """Every frame the widget sent is understood, and every frame it was sent then has the shape it was sent then."""
    rasa.answer(lambda heard: ANSWERS[heard["message"]])
    welcome = wording.load(settings.office).say("welcome").split("\n\n")
    frames = [json.loads(line) for line in RECORDING.read_text(encoding="utf-8").splitlines()]
    known: dict[str, Any] = {}
    async with aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{running.port}/socket.io/?EIO=4&transport=websocket"
        async with http.ws_connect(url) as socket:
            for frame in frames:
                if frame["from"] == "widget":
                    await socket.send_str(fill(frame["frame"], known))
                elif "<welcome>" in frame["frame"]:
                    # Each bot has a welcome of its own: as many events as it has paragraphs.
                    for paragraph in welcome:
                        compare(await next_frame(socket), fill(frame["frame"], {"welcome": paragraph}), known)
                else:
                    compare(await next_frame(socket), frame["frame"], known)

    assert [heard["message"] for heard in rasa.heard] == ["carte d'identité", "/choose"]


async def next_frame(socket: aiohttp.ClientWebSocketResponse) -> str:
    """The next frame that is not a ping; pings are answered."""
    while True:
        frame: str = await socket.receive_str(timeout=10)
        if frame != "2":
            return frame
        await socket.send_str("3")


def fill(frame: str, known: dict[str, Any]) -> str:
    """A recorded frame with the values that this server made."""
    for name, value in known.items():
        frame = frame.replace(f"<{name}>", json.dumps(value)[1:-1])
    return frame


def compare(given: str, recorded: str, known: dict[str, Any]) -> None:
    """Same packet type, same event, same keys; values that the server makes are remembered under their names."""
    kind = len(recorded) - len(recorded.lstrip("0123456789"))
    assert given[:kind] == recorded[:kind], (given, recorded)
    if not recorded[kind:]:
        return
    match(json.loads(given[kind:]), json.loads(recorded[kind:]), known)


def match(given: Any, recorded: Any, known: dict[str, Any]) -> None:
    """Equal down to the values, but for those whose recorded value is a name; `<any>` is not remembered."""
    if isinstance(recorded, dict):
        assert given.keys() == recorded.keys(), (given, recorded)
        for key, value in recorded.items():
            match(given[key], value, known)
    elif isinstance(recorded, list):
        assert len(given) == len(recorded), (given, recorded)
        for one, other in zip(given, recorded, strict=True):
            match(one, other, known)
    elif isinstance(recorded, str) and recorded.startswith("<"):
        if recorded != "<any>":
            known[recorded.strip("<>")] = given
    else:
        assert given == recorded
