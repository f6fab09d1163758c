"""A local stand-in for Twilio's Messages API: real HTTP on loopback, faults on demand, every request recorded."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import urlencode, urlsplit

from aiohttp import web

_TO = re.compile(r"whatsapp:(\+[1-9]\d{7,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,140})")
_BODY_LIMIT = 1600


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request. `is_accepted`: the message is sent all the same."""

    status: int = 500
    code: int | None = None
    message: str = "Something went wrong"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_accepted: bool = False
    is_dropped: bool = False  # the connection ends without an answer
    hang_seconds: float = 0.0  # waits so long before it answers


@dataclass(frozen=True, slots=True)
class SentMessage:
    sid: str
    to: str
    sender: str
    body: str
    status_callback: str


class TwilioServer:
    """`faults` are used up one a request, the oldest first; None lets a request through."""

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.url = ""
        self.requests: list[dict[str, str]] = []
        self.messages: list[SentMessage] = []
        self.faults: deque[Fault | None] = deque()
        self._numbers = itertools.count(1)

    async def post_message(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.requests.append(form)
        if (refusal := self._refusal(request, form)) is not None:
            return refusal
        fault = self.faults.popleft() if self.faults else None
        if fault is None:
            return web.json_response(self._resource(self._accept(form)), status=201)
        if fault.is_accepted:
            self._accept(form)
        if fault.hang_seconds:
            await asyncio.sleep(fault.hang_seconds)
        if fault.is_dropped and request.transport is not None:
            request.transport.abort()
        return _error(fault.status, fault.code, fault.message, fault.headers)

    def status_form(self, message: SentMessage, status: str, error_code: str = "") -> dict[str, str]:
        """The form of a status callback, as Twilio posts it."""
        form = {
            "ChannelPrefix": "whatsapp",
            "ApiVersion": "2010-04-01",
            "MessageStatus": status,
            "SmsSid": message.sid,
            "SmsStatus": status,
            "ChannelInstallSid": "XE00000000000000000000000000000001",
            "To": message.to,
            "From": message.sender,
            "MessageSid": message.sid,
            "AccountSid": self.account_sid,
        }
        return form | ({"ErrorCode": error_code} if error_code else {})

    def _refusal(self, request: web.Request, form: Mapping[str, str]) -> web.Response | None:
        """The answers Twilio gives by itself to a wrong request, by the first rule that is broken."""
        credentials = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {credentials}":
            return _error(401, 20003, "Authenticate")
        if request.match_info["account_sid"] != self.account_sid:
            return _error(404, 20404, "The requested resource was not found")
        callback = urlsplit(form.get("StatusCallback", "https://none.example"))
        rules = (
            (not form.get("To"), 21604, "A 'To' phone number is required."),
            (not form.get("From"), 21603, "A 'From' phone number is required."),
            (not form.get("Body"), 21619, "A text message body or media urls must be specified."),
            (not _TO.fullmatch(form.get("To", "")), 21211, "Invalid 'To' Phone Number"),
            (len(form.get("Body", "").encode("utf-16-le")) // 2 > _BODY_LIMIT, 21617, "The body exceeds 1600"),
            (callback.scheme not in ("http", "https") or not callback.hostname, 21609, "Invalid StatusCallback"),
        )
        return next((_error(400, code, message) for is_broken, code, message in rules if is_broken), None)

    def _accept(self, form: Mapping[str, str]) -> SentMessage:
        sid = f"SM{next(self._numbers):032x}"
        message = SentMessage(sid, form["To"], form["From"], form["Body"], form.get("StatusCallback", ""))
        self.messages.append(message)
        return message

    def _resource(self, message: SentMessage) -> dict[str, object]:
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": message.body,
            "date_created": formatdate(usegmt=False),
            "date_sent": None,
            "date_updated": formatdate(usegmt=False),
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": message.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": message.sid,
            "status": "queued",
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": message.to,
            "uri": f"{path}.json",
        }


def _error(status: int, code: int | None, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {
        "code": code or status,
        "message": message,
        "more_info": "https://www.twilio.com/docs/errors",
        "status": status,
    }
    return web.json_response(body, status=status, headers=headers)


@asynccontextmanager
async def twilio_server(account_sid: str, auth_token: str) -> AsyncIterator[TwilioServer]:
    """A server on a free port of loopback; `url` is what to pass as the API's address."""
    server = TwilioServer(account_sid, auth_token)
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account_sid}/Messages.json", server.post_message)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()


def sign(url: str, pairs: list[tuple[str, str]], secret: str, algorithm: str = "sha1") -> str:
    """Twilio's signature by its own description: the URL, then each name and value in the order of the names."""
    values = sorted(set(pairs))
    text = url + "".join(name + value for name, value in values)
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), algorithm).digest()).decode()


def form_body(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs).encode()


def body_hash(body: bytes) -> str:
    """What Twilio puts into the URL as `bodySHA256` when it posts JSON."""
    return hashlib.sha256(body).hexdigest()
