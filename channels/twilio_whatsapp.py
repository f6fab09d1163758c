"""WhatsApp by Twilio: signed webhooks in, the Messages API out.

Facts: https://www.twilio.com/docs/messaging/guides/webhook-request and …/usage/webhooks/webhooks-security.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

import httpx
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.request_validator import HMAC_SHA256, RequestValidator, get_signature_algorithm
from twilio.rest import Client

from channels.access import whatsapp_address
from channels.adapter import (
    Capabilities,
    ChannelAccess,
    InboundMessage,
    Parsed,
    SendResult,
    StatusUpdate,
    WebhookRequest,
)
from channels.errors import BadPayload, SendError, twilio_verdict
from channels.formatting import render_text, split_text
from channels.twilio_http import TwilioHttp
from data.content import MessageContent
from data.states import UNKNOWN_FATE, ChannelKind, Delivery

BODY_LIMIT = 1600
_MOST_PARAMETERS = 500

# Twilio has the message in each of the first five: only how far it got differs.
_DELIVERIES = {
    "accepted": Delivery.SENT,
    "scheduled": Delivery.SENT,
    "queued": Delivery.SENT,
    "sending": Delivery.SENT,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}
# By media type and by MessageType: what stands for a message that has no words.
_PLACEHOLDERS = {
    "image": "[imagen]",
    "audio": "[audio]",
    "video": "[video]",
    "application": "[archivo]",
    "document": "[archivo]",
    "sticker": "[sticker]",
    "text/vcard": "[contacto]",
    "text/x-vcard": "[contacto]",
    "contacts": "[contacto]",
}


class Parameters(dict[str, list[str]]):
    """A form as posted: every value of every name, blanks too; `getall` is what Twilio's validator reads."""

    def getall(self, name: str) -> list[str]:
        return self.get(name, [])

    def first(self, *names: str) -> str:
        """The first of these names that has a value."""
        return next((value for name in names for value in self.get(name, []) if value.strip()), "")

    def flat(self) -> dict[str, Any]:
        return {name: values[0] if len(values) == 1 else values for name, values in self.items()}


class TwilioWhatsApp:
    """One for all channels: each call brings its own credentials. `api_url` replaces https://api.twilio.com."""

    kind = ChannelKind.TWILIO_WHATSAPP
    capabilities = Capabilities(text_limit=BODY_LIMIT, has_service_window=True)

    def __init__(self, api_url: str = "", timeout_seconds: float = 15.0) -> None:
        self._api_url = api_url
        self._http = httpx.AsyncClient(timeout=timeout_seconds, trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    def verify(self, access: ChannelAccess, request: WebhookRequest) -> bool:
        """Checked against the public URL, never the one a proxy rewrote; with and without its default port."""
        algorithm = get_signature_algorithm(request.headers.get("x-twilio-webhooks-signature-settings", ""))
        secret = access.secrets.get("shared_key" if algorithm.upper() == HMAC_SHA256 else "auth_token", "")
        signature = request.headers.get("x-twilio-signature", "")
        if not secret or not signature or not access.webhook_url:
            return False
        url = f"{access.webhook_url}?{request.query}" if request.query else access.webhook_url
        try:
            signed = _signed_content(request)
            return signed is not None and bool(RequestValidator(secret).validate(url, signed, signature, algorithm))
        except ValueError:  # not UTF-8, or too many parameters
            return False

    def parse(self, access: ChannelAccess, request: WebhookRequest) -> Parsed:
        try:
            parameters = _parameters(request)
        except ValueError as error:
            raise BadPayload("the body is not a form") from error
        if parameters.first("AccountSid") != access.config.get("account_sid"):
            raise BadPayload("the message is of another Twilio account")
        external_id = parameters.first("MessageSid", "SmsMessageSid", "SmsSid")
        if not external_id:
            raise BadPayload("the message has no MessageSid")
        if "MessageStatus" in parameters:
            return Parsed(statuses=_statuses(access, request, parameters, external_id))
        if whatsapp_address(parameters.first("To")) != whatsapp_address(access.address):
            raise BadPayload("the message is to another number")
        return Parsed(messages=[_inbound(parameters, external_id)])

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        parts = split_text(render_text(content), BODY_LIMIT)
        if not parts:
            raise SendError("bad_content", "there is nothing to send")
        account_sid = str(access.config.get("account_sid", ""))
        username = access.secrets.get("api_key", account_sid)
        password = access.secrets.get("api_key_secret" if "api_key" in access.secrets else "auth_token", "")
        if not account_sid or not password:
            raise SendError("bad_credentials", "the channel has no Twilio account or token")
        http = TwilioHttp(self._http, self._api_url)
        # An environment of its own: without one the client reads the process's.
        client = Client(username, password, account_sid, http_client=http, environment={"TWILIO_EDGE": ""})
        callback = f"{access.webhook_url}?{urlencode({'message_id': str(message_id)})}"
        external_ids: list[str] = []
        for part in parts:
            with _verdicts(http, is_partly_sent=bool(external_ids)):
                sent = await client.messages.create_async(
                    to=to, from_=whatsapp_address(access.address), body=part, status_callback=callback
                )
                if not sent.sid:
                    raise ValueError("Twilio answered without a sid")
            external_ids.append(sent.sid)
        return SendResult(external_ids[0], more_external_ids=tuple(external_ids[1:]))


def _signed_content(request: WebhookRequest) -> Parameters | str | None:
    """What the validator takes: the form, or a JSON body whose hash the signed URL must carry."""
    if not _is_json(request):
        return _parameters(request)
    has_hash = bool(parse_qs(request.query).get("bodySHA256"))
    return request.body.decode("utf-8") if has_hash else None


def _is_json(request: WebhookRequest) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _parameters(request: WebhookRequest) -> Parameters:
    """Raises BadPayload for JSON that is no object of parameters, ValueError for a form that is none."""
    if not _is_json(request):
        return _form(request.body)
    try:
        values = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("the body is not JSON") from error
    if not isinstance(values, dict):
        raise BadPayload("the body is not an object")
    return Parameters(
        {str(name): [value if isinstance(value, str) else json.dumps(value)] for name, value in values.items()}
    )


@lru_cache(maxsize=4)  # verifying and parsing read the same body, one after the other
def _form(body: bytes) -> Parameters:
    text = body.decode("utf-8")
    return Parameters(parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS))


def _inbound(parameters: Parameters, external_id: str) -> InboundMessage:
    return InboundMessage(
        external_id=external_id,
        address=_sender(parameters),
        text=_text(parameters),
        contact_name=parameters.first("ProfileName") or None,
        choice=parameters.first("ButtonPayload", "ListId") or None,
        raw=parameters.flat(),
    )


def _sender(parameters: Parameters) -> str:
    """`From` as Twilio writes it: a number, or the business-scoped id of someone who hides theirs."""
    for name in ("From", "WaId", "ExternalUserId"):
        value = parameters.first(name).strip()
        if value.removeprefix("whatsapp:"):
            return value if name == "From" else whatsapp_address(value)
    raise BadPayload("the message has no sender")


def _text(parameters: Parameters) -> str:
    body = parameters.first("Body", "ButtonText", "ListTitle")
    return body or _place(parameters) or _attachments(parameters)


def _place(parameters: Parameters) -> str:
    latitude, longitude = parameters.first("Latitude"), parameters.first("Longitude")
    if not latitude or not longitude:
        return ""
    name = ", ".join(value for value in (parameters.first("Label"), parameters.first("Address")) if value)
    return f"[ubicación] {name} ({latitude}, {longitude})" if name else f"[ubicación] {latitude}, {longitude}"


def _attachments(parameters: Parameters) -> str:
    """What kind of thing came without words, such as "[imagen]"; nothing for a plain empty text."""
    count = parameters.first("NumMedia")
    types = [
        parameters.first(f"MediaContentType{index}").lower()
        for index in range(min(int(count), 10) if count.isdecimal() else 0)
    ]
    if not types:
        return _PLACEHOLDERS.get(parameters.first("MessageType").lower(), "")
    return " ".join(_PLACEHOLDERS.get(name) or _PLACEHOLDERS.get(name.partition("/")[0], "[archivo]") for name in types)


def _statuses(
    access: ChannelAccess, request: WebhookRequest, parameters: Parameters, external_id: str
) -> list[StatusUpdate]:
    sender = parameters.first("From")
    if sender and whatsapp_address(sender) != whatsapp_address(access.address):
        raise BadPayload("the status is of another number")
    delivery = _DELIVERIES.get(parameters.first("MessageStatus").lower())
    if delivery is None:
        return []
    code = parameters.first("ErrorCode")
    error = twilio_verdict(int(code) if code.isdecimal() else None).code if delivery is Delivery.FAILED else None
    return [StatusUpdate(external_id, delivery, _own_id(request), error)]


def _own_id(request: WebhookRequest) -> UUID | None:
    """The id we put into the callback's address; the signature covers it."""
    for value in parse_qs(request.query).get("message_id", []):
        try:
            return UUID(value)
        except ValueError:
            continue
    return None


@contextmanager
def _verdicts(http: TwilioHttp, *, is_partly_sent: bool) -> Iterator[None]:
    """Turn what the client raises into a SendError; after a first part nothing may be sent again."""
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        verdict = twilio_verdict(error.code, error.status)
        message = getattr(error, "msg", None) or getattr(error, "title", "")
        failure = SendError(
            verdict.code,
            str(message),
            retryable=verdict.retryable,
            uncertain=verdict.uncertain,
            retry_after=http.retry_after,
        )
        raise (_partly(failure) if is_partly_sent else failure) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        failure = SendError("provider_unavailable", "Twilio cannot be reached", retryable=True)
        raise (_partly(failure) if is_partly_sent else failure) from error
    except (httpx.HTTPError, ValueError) as error:
        raise SendError(UNKNOWN_FATE, f"no answer from Twilio: {type(error).__name__}", uncertain=True) from error


def _partly(failure: SendError) -> SendError:
    return SendError("partly_sent", f"only the first part was sent; then {failure}")
