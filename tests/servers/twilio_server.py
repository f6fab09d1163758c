"""A local stand-in for Twilio's Messages, Content, media and typing: real HTTP on loopback, faults on demand, every
request recorded."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from tests.servers.loopback import served

_TO = re.compile(r"whatsapp:(\+[1-9]\d{7,14}|[A-Z]{2}\.[A-Za-z0-9.]{1,140})")
_CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_BAD_VARIABLE = re.compile(r"[\n\t]| {5,}")
_BODY_LIMIT = 1600
_VALUE_LIMIT = 255
# What WhatsApp shows of a Content in a session: how many, and how long each word of one may be.
_MOST_SHOWN = {"actions": 3, "items": 10}
_LENGTHS = {"body": 1024, "title": 20, "button": 20, "item": 24, "description": 72, "id": 200}


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
    """`shown` is the filled Content of a message that went by one."""

    sid: str
    to: str
    sender: str
    body: str
    status_callback: str
    shown: Mapping[str, Any] = field(default_factory=dict)
    media_urls: tuple[str, ...] = ()
    direction: str = "outbound-api"
    status: str = "queued"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))


@dataclass(frozen=True, slots=True)
class StoredFile:
    body: bytes
    content_type: str
    redirect: str = ""


class TwilioServer:
    """`faults`, `list_faults` and `content_faults` are used up one a request, the oldest first; None lets one through.

    The list does not show a message yet for the first `list_lag` requests after it was taken.
    """

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.url = ""
        self.requests: list[dict[str, str]] = []
        self.messages: list[SentMessage] = []
        self.inbound: list[SentMessage] = []
        self.files: dict[str, StoredFile] = {}
        self.contents: dict[str, dict[str, Any]] = {}
        self.listed: list[dict[str, str]] = []
        self.typing: list[dict[str, str]] = []
        self.deleted: set[str] = set()  # the list still shows them, their files are gone
        self.faults: deque[Fault | None] = deque()
        self.list_faults: deque[Fault | None] = deque()
        self.content_faults: deque[Fault | None] = deque()
        self.list_lag = 0
        self._numbers = itertools.count(1)

    async def post_message(self, request: web.Request) -> web.StreamResponse:
        posted = await request.post()
        form = {name: str(value) for name, value in posted.items()}
        self.requests.append(form)
        media_urls = tuple(str(value) for value in posted.getall("MediaUrl", []))
        if (refusal := self._refusal(request, form)) is not None:
            return refusal
        fault = self.faults.popleft() if self.faults else None
        if fault is None:
            return web.json_response(self._resource(self._accept(form, media_urls)), status=201)
        if fault.is_accepted:
            self._accept(form, media_urls)
        return await _go_wrong(request, fault)

    async def list_messages(self, request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        self.listed.append(query)
        if not self._is_authorised(request):
            return _error(401, 20003, "Authenticate")
        if fault := self.list_faults.popleft() if self.list_faults else None:
            return await _go_wrong(request, fault)
        sent = self.messages
        if self.list_lag:
            self.list_lag -= 1
            sent = sent[:-1]
        since = datetime.fromisoformat(query["DateSent>"]) if "DateSent>" in query else datetime.min.replace(tzinfo=UTC)
        found = [
            message
            for message in sorted([*sent, *self.inbound], key=lambda message: message.created_at, reverse=True)
            if message.to == query.get("To", message.to)
            and message.sender == query.get("From", message.sender)
            and message.created_at >= since
        ]
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        following = urlencode(query | {"Page": str(page + 1)})
        has_more = len(found) > (page + 1) * size
        return web.json_response(
            {
                "messages": [self._resource(message) for message in found[page * size : (page + 1) * size]],
                "page": page,
                "page_size": size,
                "next_page_uri": f"{request.path}?{following}" if has_more else None,
            }
        )

    async def list_media(self, request: web.Request) -> web.StreamResponse:
        if not self._is_authorised(request):
            return _error(401, 20003, "Authenticate")
        sid = request.match_info["sid"]
        message = next((message for message in self.inbound if message.sid == sid), None)
        if message is None or sid in self.deleted:
            return _error(404, 20404, "The requested resource was not found")
        return web.json_response(
            {
                "media_list": [
                    {
                        "sid": name,
                        "account_sid": self.account_sid,
                        "parent_sid": sid,
                        "content_type": self.files[name].content_type,
                        "date_created": format_datetime(message.created_at),
                        "date_updated": format_datetime(message.created_at),
                        "uri": f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}/Media/{name}.json",
                    }
                    for name in message.media_urls
                ],
                "page": 0,
                "page_size": 50,
                "next_page_uri": None,
            }
        )

    async def get_media(self, request: web.Request) -> web.StreamResponse:
        if not self._is_authorised(request):
            return _error(401, 20003, "Authenticate")
        stored = self.files.get(request.match_info["name"])
        if stored is None:
            return _error(404, 20404, "The requested resource was not found")
        if stored.redirect:
            return web.Response(status=307, headers={"Location": stored.redirect})
        return web.Response(body=stored.body, content_type=stored.content_type)

    async def get_stored(self, request: web.Request) -> web.StreamResponse:
        """Where a media address redirects to: signed addresses, which know no credentials."""
        if "Authorization" in request.headers:
            return _error(400, None, "Only one auth mechanism allowed")
        stored = self.files[request.match_info["name"]]
        return web.Response(body=stored.body, content_type=stored.content_type)

    async def post_content(self, request: web.Request) -> web.StreamResponse:
        if not self._is_authorised(request):
            return _error(401, 20003, "Authenticate")
        if fault := self.content_faults.popleft() if self.content_faults else None:
            return await _go_wrong(request, fault)
        content = await request.json()
        placed = set(_VARIABLE.findall(json.dumps(content.get("types", {}))))
        if not content.get("language") or len(content.get("types", {})) != 1 or placed != set(content["variables"]):
            return _error(400, 20001, "Bad request")
        if len(placed) > 100:
            return _error(400, 92002, "The max amount of variables allowed is 100")
        sid = f"HX{next(self._numbers):032x}"
        self.contents[sid] = content
        return web.json_response({"sid": sid, "account_sid": self.account_sid} | content, status=201)

    async def post_typing(self, request: web.Request) -> web.StreamResponse:
        if not self._is_authorised(request):
            return _error(401, 20003, "Authenticate")
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.typing.append(form)
        return web.json_response({"success": True})

    def hear(self, sender: str, to: str, body: str, sid: str, **changes: Any) -> SentMessage:
        """A shopper writes; Twilio keeps it whether or not its webhook was heard."""
        message = replace(SentMessage(sid, to, sender, body, "", direction="inbound", status="received"), **changes)
        self.inbound.append(message)
        return message

    def store(self, body: bytes, content_type: str, redirect: str = "") -> tuple[str, str]:
        """A file at Twilio's; its name, and its address as webhooks tell it."""
        name = f"ME{next(self._numbers):032x}"
        self.files[name] = StoredFile(body, content_type, redirect)
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/MM{'0' * 32}/Media/{name}"
        return name, f"https://api.twilio.com{path}"

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

    def _is_authorised(self, request: web.Request) -> bool:
        credentials = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        return request.headers.get("Authorization") == f"Basic {credentials}"

    def _refusal(self, request: web.Request, form: Mapping[str, str]) -> web.Response | None:
        """The answers Twilio gives by itself to a wrong request, by the first rule that is broken."""
        if not self._is_authorised(request):
            return _error(401, 20003, "Authenticate")
        if request.match_info["account_sid"] != self.account_sid:
            return _error(404, 20404, "The requested resource was not found")
        callback = urlsplit(form.get("StatusCallback", "https://none.example"))
        has_something = form.get("Body") or form.get("MediaUrl") or form.get("ContentSid")
        variables = json.loads(form.get("ContentVariables", "{}"))
        rules = (
            (not form.get("To"), 21604, "A 'To' phone number is required."),
            (not form.get("From"), 21603, "A 'From' phone number is required."),
            (not has_something, 21619, "A text message body or media urls must be specified."),
            (not _TO.fullmatch(form.get("To", "")), 21211, "Invalid 'To' Phone Number"),
            (_length(form.get("Body", "")) > _BODY_LIMIT, 21617, "The body exceeds 1600"),
            (callback.scheme not in ("http", "https") or not callback.hostname, 21609, "Invalid StatusCallback"),
            (
                "ContentSid" in form and not _CONTENT_SID.fullmatch(form["ContentSid"]),
                21655,
                "The ContentSid is Invalid",
            ),
            (
                any(not value or _BAD_VARIABLE.search(value) for value in variables.values()),
                21656,
                "The ContentVariables Parameter is invalid",
            ),
            (any(_length(value) > _VALUE_LIMIT for value in variables.values()), 21658, "Parameter is too long"),
            (not _is_shown(self._filled(form)), 21656, "What the Content shows is over WhatsApp's limits"),
        )
        return next((_error(400, code, message) for is_broken, code, message in rules if is_broken), None)

    def _accept(self, form: Mapping[str, str], media_urls: tuple[str, ...] = ()) -> SentMessage:
        sid = f"SM{next(self._numbers):032x}"
        shown = self._filled(form)
        body = form.get("Body", "") or str(dict(next(iter(shown.values()), {})).get("body", ""))
        callback = form.get("StatusCallback", "").partition("#")[0]
        message = SentMessage(sid, form["To"], form["From"], body, callback, shown, media_urls)
        self.messages.append(message)
        return message

    def _filled(self, form: Mapping[str, str]) -> dict[str, Any]:
        """A Content as the shopper sees it."""
        content = self.contents.get(form.get("ContentSid", ""))
        if content is None:
            return {}
        variables = json.loads(form.get("ContentVariables", "{}"))

        def fill(value: Any) -> Any:
            if isinstance(value, str):
                return _VARIABLE.sub(lambda match: variables.get(match[1], content["variables"][match[1]]), value)
            if isinstance(value, list):
                return [fill(item) for item in value]
            return {name: fill(item) for name, item in value.items()}

        filled: dict[str, Any] = fill(content["types"])
        return filled

    def _resource(self, message: SentMessage) -> dict[str, object]:
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.sid}"
        moment = format_datetime(message.created_at)
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": message.body,
            "date_created": moment,
            "date_sent": moment if message.direction == "inbound" else None,
            "date_updated": moment,
            "direction": message.direction,
            "error_code": None,
            "error_message": None,
            "from": message.sender,
            "messaging_service_sid": None,
            "num_media": str(len(message.media_urls)),
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": message.sid,
            "status": message.status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": message.to,
            "uri": f"{path}.json",
        }


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _is_shown(shown: Any) -> bool:
    """Whether a filled Content is within every limit, no two of its choices alike."""
    if isinstance(shown, str):
        return True
    if isinstance(shown, list):
        titles = [each.get("item") or each.get("title") for each in shown]
        ids = {each["id"] for each in shown}
        return len(set(titles)) == len(ids) == len(shown) > 0 and all(map(_is_shown, shown))
    return all(
        len(value) <= _MOST_SHOWN[name] and _is_shown(value)
        if name in _MOST_SHOWN
        else _length(value) <= _LENGTHS[name]
        if name in _LENGTHS
        else _is_shown(value)
        for name, value in shown.items()
    )


async def _go_wrong(request: web.Request, fault: Fault) -> web.Response:
    if fault.hang_seconds:
        await asyncio.sleep(fault.hang_seconds)
    if fault.is_dropped and request.transport is not None:
        request.transport.abort()
    return _error(fault.status, fault.code, fault.message, fault.headers)


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
    messages = "/2010-04-01/Accounts/{account_sid}/Messages"
    app.add_routes(
        [
            web.post(f"{messages}.json", server.post_message),
            web.get(f"{messages}.json", server.list_messages),
            web.get(f"{messages}/{{sid}}/Media.json", server.list_media),
            web.get(f"{messages}/{{sid}}/Media/{{name}}", server.get_media),
            web.get("/stored/{name}", server.get_stored),
            web.post("/v1/Content", server.post_content),
            web.post("/v2/Indicators/Typing.json", server.post_typing),
        ]
    )
    async with served(app) as url:
        server.url = url
        yield server


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
