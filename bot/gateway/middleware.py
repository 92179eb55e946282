"""What every response gets: security headers, and errors as a page or as JSON, never as a traceback."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.errors import DeskError, Missing, NotAllowed, NotSignedIn, RequestRejected, StoreError

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ErrorPage = Callable[[web.Request, int], web.Response]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' {sockets}; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def errors(page: ErrorPage) -> Middleware:
    """Decides the HTTP status of everything that goes wrong."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            status = error.status
        except RequestRejected as error:
            status = error.status
        except NotSignedIn:
            status = 401
        except NotAllowed:
            status = 403
        except DeskError:
            status = 409
        except Missing:
            status = 404
        except StoreError:
            log.exception("gateway.store_failed", path=_route(request))
            status = 503
        except Exception:
            log.exception("gateway.failed", path=_route(request))
            status = 500
        return page(request, status)

    return middleware


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal; `ws:` is named for browsers whose 'self' leaves it out."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    host = request.host if request.host.replace(".", "").replace(":", "").replace("-", "").isalnum() else ""
    sockets = f"ws://{host} wss://{host}" if host else ""
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY.format(sockets=sockets))


@web.middleware
async def conserve(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What a browser has is not sent again, and a page is sent packed: a long fiche is a tenth of its size then."""
    response = await handler(request)
    if not isinstance(response, web.Response) or response.status != 200 or request.method not in {"GET", "HEAD"}:
        return response
    tag = response.headers.get("ETag")
    if tag and any(f'"{known.value}"' == tag for known in request.if_none_match or ()):
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control", "Vary") if name in response.headers}
        return web.Response(status=304, headers=kept)
    # A page with something secret in it, such as the desk's, has no validator, and its size is to tell nothing.
    if tag and response.content_type == "text/html":
        response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Encoding")))
        response.enable_compression()
    return response


def etag(body: bytes) -> str:
    """A strong validator of a body."""
    return hashlib.sha256(body).hexdigest()[:32]


def _route(request: web.Request) -> str:
    """The route's pattern: a path itself may carry what a citizen typed."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "?"
