"""Telegram's Bot API as far as a bot for citizens sees it (https://core.telegram.org/bots/api), for channel authors.

    async with FakeTelegram() as telegram:
        channel = TelegramChannel(Telegram(url=telegram.url), telegram.token, ...)
        telegram.say(7, "bonjour")            # a citizen writes: it waits for getUpdates, or is posted to the webhook
        telegram.press(7, "c.…", "Oui")       # … presses a button
        telegram.send_photo(7, jpeg, "un trou devant l’école")
        telegram.sent                         # what citizens were shown, oldest first
        await telegram.quiet()                # everything has been confirmed or taken by the webhook

It answers as the real server does: the same bodies and codes, the limits of texts and buttons, numbers that rise, updates
that are kept until a higher `offset` confirms them or the webhook answers 2xx, one `getUpdates` at a time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.fakes.telegram_people import Params, People

TOKEN = "4200:example-token-of-nobody"
MAX_FILE_BYTES = 20 * 1024 * 1024
RETRY_AFTER = 7
OBJECTS = {
    "reply_markup",
    "link_preview_options",
    "allowed_updates",
    "commands",
    "menu_button",
    "drop_pending_updates",
}
"""Parameters that are JSON within a form."""
HERE = ("127.0.0.1", "localhost")


class Refused(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.body: Params = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class FakeTelegram(People):
    """One bot's server.

    `fault`: None · "failing" (500) · "gateway" (502 and a page) · "limiting" (429 with a wait) · "hanging" (never answers) ·
    "closing" (drops the connection after reading) · "taking_then_closing" (does it, then drops the connection) ·
    "garbled" (does it, then answers what is no JSON) · "proxy" (403 and a page: something in between).
    `fault_of`: the method that has it, None for all.
    `answers_after`: seconds between taking a message and saying so.
    `understated`: files are said to be of one byte.
    `blocked`: chats whose citizen has blocked the bot; `unknown`: chats that do not exist.
    """

    def __init__(self, token: str = TOKEN) -> None:
        self.url = ""
        self.token = token
        super().__init__(int(token.partition(":")[0]))
        self.fault: str | None = None
        self.fault_of: str | None = None
        self.retry_after: int | None = RETRY_AFTER
        self.answers_after = 0.0
        self.blocked: set[int] = set()
        self.unknown: set[int] = set()
        self.sent: list[Params] = []
        self.calls: list[tuple[str, Params]] = []
        self.confirmed: list[int] = []
        self.webhook: Params = {}
        self.settings: dict[str, Params] = {}
        self.refused_by_webhook = 0
        self.understated = False
        self._polls = 0
        self._released = -1
        self._leaving = asyncio.Event()

    async def __aenter__(self) -> FakeTelegram:
        app = web.Application()
        app.add_routes(
            [
                web.route("*", "/bot{token}/{method}", self._method),
                web.get("/file/bot{token}/{path:.+}", self._file),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._session = aiohttp.ClientSession()
        self._pusher = asyncio.create_task(self._push())
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._leaving.set()
        self._wake()
        self._pusher.cancel()
        await asyncio.gather(self._pusher, return_exceptions=True)
        await self._session.close()
        await self._runner.cleanup()

    # Updates.

    def release(self) -> None:
        """Answer whoever asks for updates now, with none."""
        self._polls += 1
        self._released = self._polls
        self._wake()

    def restart_numbers(self, after: int) -> None:
        """Number updates anew, as Telegram does at random after a week of silence."""
        self._last_update = after

    async def taken(self, number: int) -> None:
        """Until an update has been confirmed or taken by the webhook."""
        while number not in self.confirmed:
            changed = self._changed
            await changed.wait()

    async def quiet(self) -> None:
        """Until no update waits any more."""
        while self.updates:
            changed = self._changed
            await changed.wait()

    # The webhook.

    async def _push(self) -> None:
        """Post what waits, one after the other, each until it is taken."""
        while True:
            changed = self._changed
            # Nobody outside of this machine is called.
            if not (self.updates and urlsplit(self.webhook.get("url", "")).hostname in HERE):
                await changed.wait()
                continue
            update = self.updates[0]
            if await self._posted(update):
                self.confirmed.append(update["update_id"])
                self.updates.remove(update)
                self._wake()
            else:
                self.refused_by_webhook += 1
                await asyncio.sleep(0.01)

    async def _posted(self, update: Params) -> bool:
        secret = self.webhook.get("secret_token")
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        try:
            async with self._session.post(self.webhook["url"], json=update, headers=headers) as response:
                return 200 <= response.status < 300
        except aiohttp.ClientError:
            return False

    # The server.

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await _params(request)
        fault = self.fault if self.fault_of in (None, method) else None
        self.calls.append((method, params))
        if fault == "closing":
            return _closed(request)
        if fault == "hanging":
            await self._leaving.wait()
        if fault in ("gateway", "proxy"):
            return web.Response(status=502 if fault == "gateway" else 403, text="<html>", content_type="text/html")
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            if fault == "failing":
                raise Refused(500, "Internal Server Error")
            if fault == "limiting":
                wait = {} if self.retry_after is None else {"retry_after": self.retry_after}
                raise Refused(429, f"Too Many Requests: retry after {self.retry_after}", **wait)
            result = await self._result(method, params)
        except Refused as error:
            return web.json_response(error.body, status=error.code)
        if self.answers_after and method == "sendMessage":
            await asyncio.sleep(self.answers_after)
        if fault == "taking_then_closing":
            return _closed(request)
        if fault == "garbled":
            return web.Response(text="<html>", content_type="text/html")
        return web.json_response({"ok": True, "result": result})

    async def _result(self, method: str, params: Params) -> Any:
        if method == "getUpdates":
            return await self._get_updates(params)
        answers: Mapping[str, Callable[[Params], Any]] = {
            "getMe": lambda _: self.me,
            "sendMessage": self._send_message,
            "sendChatAction": lambda params: bool(self._chat(params)),
            "answerCallbackQuery": self._answer_callback_query,
            "setWebhook": self._set_webhook,
            "deleteWebhook": lambda _: self._set_webhook({"url": ""}),
            "getWebhookInfo": self._webhook_info,
            "getFile": self._get_file,
        }
        if method in answers:
            return answers[method](params)
        if method.startswith("setMy") or method == "setChatMenuButton":
            self.settings[f"{method}:{params.get('language_code', '')}"] = params
            return True
        raise Refused(404, "Not Found")

    def _chat(self, params: Params) -> Params:
        try:
            chat_id = int(params["chat_id"])
        except (KeyError, ValueError):
            raise Refused(400, "Bad Request: chat not found") from None
        if chat_id in self.unknown:
            raise Refused(400, "Bad Request: chat not found")
        if chat_id in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return {"id": chat_id, "type": "private", "first_name": "Camille"}

    def _send_message(self, params: Params) -> Params:
        chat = self._chat(params)
        text = str(params.get("text", "")).strip()
        if not text:
            raise Refused(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise Refused(400, "Bad Request: message is too long")
        rows = (params.get("reply_markup") or {}).get("inline_keyboard", [])
        if sum(map(len, rows)) > 100:
            raise Refused(400, "Bad Request: reply markup is too long")
        for button in (one for row in rows for one in row):
            if not str(button.get("text", "")).strip():
                raise Refused(400, "Bad Request: inline keyboard button text is empty")
            if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
        self._last_message += 1
        self.sent.append({**params, "message_id": self._last_message})
        answer = {
            "message_id": self._last_message,
            "from": self.me,
            "chat": chat,
            "date": int(time.time()),
            "text": text,
        }
        return {**answer, "reply_markup": params["reply_markup"]} if rows else answer

    def _answer_callback_query(self, params: Params) -> bool:
        if not str(params.get("callback_query_id", "")).isdigit():
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def _set_webhook(self, params: Params) -> bool:
        url = urlsplit(params.get("url", ""))
        if url.scheme == "http" and url.hostname not in HERE:
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook = params if params.get("url") else {}
        if params.get("drop_pending_updates"):
            self.updates.clear()
        self._wake()
        return True

    def _webhook_info(self, _: Params) -> Params:
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates),
        }

    async def _get_updates(self, params: Params) -> list[Params]:
        if self.webhook:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self._polls += 1
        mine = self._polls
        self._wake()
        offset = int(params.get("offset") or 0)
        # One that lies above all numbers is passed over.
        if offset and offset <= self._last_update + 10:
            kept = self.updates[offset:] if offset < 0 else [one for one in self.updates if one["update_id"] >= offset]
            self.confirmed += [one["update_id"] for one in self.updates if one not in kept]
            self.updates = kept
            self._wake()
        until = time.monotonic() + float(params.get("timeout") or 0)
        while not self.updates and not self._leaving.is_set():
            changed = self._changed
            try:
                await asyncio.wait_for(changed.wait(), max(0.0, until - time.monotonic()))
            except asyncio.TimeoutError:
                break
            if mine != self._polls and self._polls == self._released:
                return []
            if mine != self._polls:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
        return self.updates[: int(params.get("limit") or 100)]

    def _get_file(self, params: Params) -> Params:
        file_id = str(params.get("file_id", ""))
        if file_id not in self.files:
            raise Refused(400, "Bad Request: invalid file_id")
        content = self.files[file_id]
        if len(content) > MAX_FILE_BYTES:
            raise Refused(400, "Bad Request: file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": 1 if self.understated else len(content),
            "file_path": f"photos/{file_id}",
        }

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if self.fault in ("failing", "gateway"):
            return web.Response(status=500)
        if self.fault == "closing":
            return _closed(request)
        content = self.files.get(request.match_info["path"].rpartition("/")[2])
        if request.match_info["token"] != self.token or content is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=content, content_type="application/octet-stream")


async def _params(request: web.Request) -> Params:
    """Parameters as Telegram takes them: in the address, as a form, or as JSON; objects in a form are JSON themselves."""
    given: Params = dict(request.query)
    if request.content_type == "application/json":
        return {**given, **await request.json()}
    for name, value in (await request.post()).items():
        given[name] = value
        if name in OBJECTS and isinstance(value, str):
            given[name] = json.loads(value)
    return given


def _closed(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
