"""What citizens do on Telegram, as updates: the half of `tests.fakes.telegram` that a test plays."""

from __future__ import annotations

import asyncio
import time
from typing import Any

NAME = "pontavel_bot"
Params = dict[str, Any]


class People:
    """Citizens in private chats with one bot; what they do waits in `updates`."""

    def __init__(self, bot_id: int) -> None:
        self.me: Params = {
            "id": bot_id,
            "is_bot": True,
            "first_name": "Mairie de Pontavel",
            "username": NAME,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self.updates: list[Params] = []
        self.files: dict[str, bytes] = {}
        self._last_update = 5000
        self._last_message = 100
        self._changed = asyncio.Event()

    def queue(self, **update: Any) -> int:
        """An update of any kind; its number."""
        self._last_update += 1
        self.updates.append({"update_id": self._last_update, **update})
        self._wake()
        return self._last_update

    def requeue(self, update: Params) -> None:
        """One that was taken before, again."""
        self.updates.insert(0, update)
        self._wake()

    def say(self, chat_id: int, text: str, **fields: Any) -> int:
        """A text of a citizen's."""
        return self.queue(message=self._message(chat_id, text=text, **fields))

    def press(self, chat_id: int, token: str, title: str = "") -> int:
        """A button of one of our messages."""
        keyboard = {"inline_keyboard": [[{"text": title, "callback_data": token}]]} if title else None
        message = self._message(chat_id, text="…", **({"reply_markup": keyboard} if keyboard else {}))
        query = {"id": f"30064771073{self._last_update + 1}", "from": citizen(chat_id), "chat_instance": "-38"}
        return self.queue(callback_query={**query, "data": token, "message": {**message, "from": self.me}})

    def send_photo(self, chat_id: int, content: bytes, caption: str = "") -> int:
        """A photo, in two sizes as Telegram makes them."""
        small, large = self.keep(b"small"), self.keep(content)
        sizes = [
            {"file_id": small, "file_unique_id": f"u{small}", "width": 90, "height": 60, "file_size": 5},
            {"file_id": large, "file_unique_id": f"u{large}", "width": 1280, "height": 960, "file_size": len(content)},
        ]
        return self.queue(message=self._message(chat_id, photo=sizes, **({"caption": caption} if caption else {})))

    def keep(self, content: bytes) -> str:
        """A file that can be fetched; its id."""
        file_id = f"AgACexample{len(self.files)}"
        self.files[file_id] = content
        return file_id

    def _message(self, chat_id: int, **fields: Any) -> Params:
        self._last_message += 1
        chat = {"id": chat_id, "type": "private", "first_name": "Camille"}
        return {
            "message_id": self._last_message,
            "from": citizen(chat_id),
            "chat": chat,
            "date": int(time.time()),
            **fields,
        }

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def citizen(chat_id: int) -> Params:
    """Who writes in a private chat: it has the citizen's number."""
    return {"id": chat_id, "is_bot": False, "first_name": "Camille", "language_code": "fr"}
