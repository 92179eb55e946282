"""What a citizen sent along, as it is handed to an agent's browser."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.casework import StoredPhoto

POLICY = "sandbox; default-src 'none'"
"""Nothing in a citizen's file may do anything, even where a browser shows it."""


def handed_out(kept: StoredPhoto) -> web.Response:
    """A photo to be shown, or a document to be saved under its name: what is in that was never redrawn."""
    named = f"attachment; filename*=UTF-8''{quote(kept.name or 'document', safe='')}"
    disposition = "inline" if kept.media_type.startswith("image/") else named
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": disposition,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=kept.content, content_type=kept.media_type, headers=headers)
