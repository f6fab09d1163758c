"""What each kind of channel asks for when it is connected: one class and one row of the table per kind."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Annotated, Any, ClassVar, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Discriminator, Field, SecretStr, StringConstraints, Tag, field_validator

from api.admin.copied_secrets import CHOSEN, TOKEN, Length, Secret, copied, opened
from channels.access import whatsapp_address
from channels.twilio.whatsapp import INSISTENCE
from connectors.errors import ConnectorError
from connectors.odoo.access import origin_of
from data.states import ChannelKind

_E164 = re.compile(r"whatsapp:\+[1-9]\d{7,14}")
_ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
_BOT_TOKEN = re.compile(r"\d{6,15}:[A-Za-z0-9_-]{30,60}")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?", re.IGNORECASE)
_USUAL_PORTS = {"https": ":443", "http": ":80"}
_GRAPH_TOKEN = Length(20, 1_000)


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Labels = Annotated[
    list[Annotated[str, Field(pattern=r"^[\w-]{1,60}$")]],
    Field(max_length=10, description="Etiquetas de Chatwoot para lo que se deriva."),
]
Origins = Annotated[
    list[str], Field(max_length=20, description="Sitios que pueden mostrar el chat, además de su propia página.")
]


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """What is kept of a new channel. `calls` is an address the tenant chose, to be
    checked before it is."""

    address: str
    config: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    calls: str = ""


class _Asked(BaseModel):
    """What a kind asks for, and nothing else. `address_field` is the one that tells two channels apart."""

    model_config = ConfigDict(extra="forbid")

    address_field: ClassVar[str]


class NewTwilioWhatsApp(_Asked):
    """A WhatsApp sender as the Twilio console shows it."""

    address_field = "number"

    kind: Literal[ChannelKind.TWILIO_WHATSAPP] = ChannelKind.TWILIO_WHATSAPP
    name: Name = "WhatsApp"
    number: Annotated[str, Field(max_length=40, examples=["+56 9 1234 5678"])]
    account_sid: Annotated[str, Field(examples=["AC00000000000000000000000000000000"])]
    auth_token: Secret

    @field_validator("number")
    @classmethod
    def _international(cls, number: str) -> str:
        address = whatsapp_address(number)
        # "9 1234 5678" is a number within Chile: read as international, it would be someone else's.
        is_local = "+" not in number and len(address) < len("whatsapp:+56912345678")
        if is_local or _E164.fullmatch(address) is None:
            raise ValueError("Escribe el número con código de país, por ejemplo +56 9 1234 5678.")
        return address

    @field_validator("account_sid")
    @classmethod
    def _sid(cls, sid: str) -> str:
        if _ACCOUNT_SID.fullmatch(sid.strip()) is None:
            raise ValueError("El Account SID empieza con AC y sigue con 32 letras y números.")
        return sid.strip()

    def row(self) -> ChannelRow:
        return ChannelRow(self.number, {"account_sid": self.account_sid}, opened({"auth_token": self.auth_token}))


class NewWebchat(_Asked):
    """Another web chat: a page of its own, and sites that may show it."""

    address_field = "name"

    kind: Literal[ChannelKind.WEBCHAT]
    name: Name = "Chat web"
    allowed_origins: Origins = []

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, origins: list[str]) -> list[str]:
        return clean_origins(origins)

    def row(self) -> ChannelRow:
        config = {"allowed_origins": self.allowed_origins} if self.allowed_origins else {}
        return ChannelRow(f"web-{uuid4().hex[:12]}", config)


class NewMetaWhatsApp(_Asked):
    """A number of the Cloud API as Meta's dashboard shows it."""

    address_field = "phone_number_id"

    kind: Literal[ChannelKind.META_WHATSAPP]
    name: Name = "WhatsApp"
    phone_number_id: Annotated[str, Field(pattern=r"^\s*\d{5,25}\s*$", description="El «Phone number ID» de Meta.")]
    access_token: Annotated[
        SecretStr, copied(_GRAPH_TOKEN), Field(description="De un usuario del sistema, sin vencimiento.")
    ]
    app_secret: Annotated[Secret, Field(description="El «App secret»: con él Meta firma lo que envía.")]
    verify_token: Annotated[SecretStr, copied(CHOSEN), Field(description="Una palabra tuya; escríbela igual en Meta.")]

    def row(self) -> ChannelRow:
        secrets = {"access_token": self.access_token, "app_secret": self.app_secret, "verify_token": self.verify_token}
        return ChannelRow(self.phone_number_id.strip(), {}, opened(secrets))


class NewTelegram(_Asked):
    """A bot as @BotFather made it."""

    address_field = "bot_token"

    kind: Literal[ChannelKind.TELEGRAM]
    name: Name = "Telegram"
    bot_token: Annotated[SecretStr, Field(max_length=100, description="El token que entregó @BotFather.")]

    @field_validator("bot_token")
    @classmethod
    def _token(cls, token: SecretStr) -> SecretStr:
        if _BOT_TOKEN.fullmatch(token.get_secret_value().strip()) is None:
            raise ValueError("El token de @BotFather es un número, dos puntos y unas 35 letras.")
        return SecretStr(token.get_secret_value().strip())

    def row(self) -> ChannelRow:
        """The address is the bot's number; Telegram is given a secret of ours to send back."""
        token = self.bot_token.get_secret_value()
        return ChannelRow(token.partition(":")[0], {}, {"bot_token": token, "secret_token": token_urlsafe(32)})


class NewBotpress(_Asked):
    """A bot of Botpress that hands its shoppers over."""

    address_field = "reply_url"

    kind: Literal[ChannelKind.BOTPRESS]
    name: Name = "Botpress"
    secret_key: Annotated[Secret, Field(description="El bot lo envía en la cabecera x-secret-key.")]
    reply_url: Annotated[
        str, Field(max_length=500, description="La dirección de la integración Webhook del bot, para las respuestas.")
    ]
    reply_secret: Annotated[
        Annotated[SecretStr, copied(CHOSEN)] | None,
        Field(description="El secreto de esa integración, si tiene (x-bp-secret)."),
    ] = None

    @field_validator("reply_url")
    @classmethod
    def _https(cls, url: str) -> str:
        if not url.strip().lower().startswith(("https://", "http://")):
            raise ValueError("Escribe la dirección entera, por ejemplo https://webhook.botpress.cloud/…")
        return url.strip()

    def row(self) -> ChannelRow:
        secrets = opened({"secret_key": self.secret_key, "reply_secret": self.reply_secret})
        return ChannelRow(self.reply_url, {"reply_url": self.reply_url}, secrets)


class NewChatwoot(_Asked):
    """An agent bot of a Chatwoot that has the inboxes."""

    address_field = "base_url"

    kind: Literal[ChannelKind.CHATWOOT]
    name: Name = "Chatwoot"
    base_url: Annotated[str, Field(min_length=4, max_length=500, examples=["https://chatwoot.mitienda.cl"])]
    account_id: Annotated[int, Field(ge=1, description="El número de la cuenta: está en la dirección de Chatwoot.")]
    access_token: Annotated[Secret, Field(description="El «access token» del bot.")]
    webhook_secret: Annotated[
        Secret | None,
        Field(
            description="El «secret» del bot, desde Chatwoot 4.13. Sin él, `webhook_url` trae una clave en la "
            "respuesta, solo esta vez: pégala entera en el bot.",
        ),
    ] = None
    user_token: Annotated[
        Secret | None, Field(description="El token de una persona, para comprobar lo enviado tras una falla.")
    ] = None
    team_id: Annotated[int | None, Field(ge=1, description="El equipo que recibe lo que se deriva.")] = None
    assignee_id: Annotated[int | None, Field(ge=1, description="La persona que lo recibe.")] = None
    labels: Labels = []

    @field_validator("base_url")
    @classmethod
    def _origin(cls, url: str) -> str:
        return chatwoot_origin(url)

    def row(self) -> ChannelRow:
        names = ("access_token", "webhook_secret", "user_token")
        secrets = opened({name: getattr(self, name) for name in names})
        if "webhook_secret" not in secrets:
            secrets["url_token"] = token_urlsafe(32)
        people = self.model_dump(include={"team_id", "assignee_id", "labels"}, exclude_none=True)
        config = people | {"base_url": self.base_url, "account_id": self.account_id}
        return ChannelRow(f"{self.base_url}/{self.account_id}", config, secrets, calls=self.base_url)


def chatwoot_origin(url: str) -> str:
    """Where Chatwoot is, from any address of its pages. Raises ValueError."""
    try:
        return origin_of(url)
    except ConnectorError as error:
        raise ValueError(error.sentence) from error


def clean_origins(origins: list[str]) -> list[str]:
    """As browsers send them: "https://ñuñoa.cl:443/" is https://xn--uoa-6mab.cl. Raises ValueError."""
    return list(dict.fromkeys(_clean_origin(origin) for origin in origins))


def _clean_origin(origin: str) -> str:
    scheme, _, host = origin.strip().rstrip("/").lower().partition("://")
    host = host.removesuffix(_USUAL_PORTS.get(scheme, "/"))
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    if _ORIGIN.fullmatch(f"{scheme}://{host}") is None:
        raise ValueError("Escribe cada sitio como https://mitienda.cl, sin nada después.")
    return f"{scheme}://{host}"


def _kind_of(body: Any) -> str:
    """Without a kind it is WhatsApp by Twilio, the first there was."""
    usual = ChannelKind.TWILIO_WHATSAPP
    return str(body.get("kind", usual) if isinstance(body, Mapping) else getattr(body, "kind", usual))


# A new kind: its class, and a line here and in the table below.
NewChannel = Annotated[
    Annotated[NewTwilioWhatsApp, Tag("twilio_whatsapp")]
    | Annotated[NewWebchat, Tag("webchat")]
    | Annotated[NewMetaWhatsApp, Tag("meta_whatsapp")]
    | Annotated[NewTelegram, Tag("telegram")]
    | Annotated[NewBotpress, Tag("botpress")]
    | Annotated[NewChatwoot, Tag("chatwoot")],
    Discriminator(_kind_of),
]


@dataclass(frozen=True, slots=True)
class KindOfChannel:
    """`secrets` may be rotated; of each of `needed`, one must be left. `webhook_suffix` follows the address that is
    pasted at the provider."""

    has_webhook: bool = True
    webhook_suffix: str = ""
    has_page: bool = False
    secrets: Mapping[str, Length] = field(default_factory=dict)
    needed: Sequence[frozenset[str]] = ()


KINDS: dict[ChannelKind, KindOfChannel] = {
    ChannelKind.TWILIO_WHATSAPP: KindOfChannel(
        webhook_suffix=INSISTENCE,
        secrets={"auth_token": TOKEN, "shared_key": TOKEN, "api_key": TOKEN, "api_key_secret": TOKEN},
        needed=(frozenset({"auth_token"}),),
    ),
    ChannelKind.WEBCHAT: KindOfChannel(has_webhook=False, has_page=True),
    ChannelKind.TERMINAL: KindOfChannel(has_webhook=False),
    ChannelKind.META_WHATSAPP: KindOfChannel(
        secrets={"access_token": _GRAPH_TOKEN, "app_secret": TOKEN, "verify_token": CHOSEN},
        needed=(frozenset({"access_token"}), frozenset({"app_secret"}), frozenset({"verify_token"})),
    ),
    ChannelKind.TELEGRAM: KindOfChannel(
        secrets={"bot_token": TOKEN, "secret_token": TOKEN},
        needed=(frozenset({"bot_token"}), frozenset({"secret_token"})),
    ),
    ChannelKind.BOTPRESS: KindOfChannel(
        secrets={"secret_key": TOKEN, "reply_secret": CHOSEN}, needed=(frozenset({"secret_key"}),)
    ),
    ChannelKind.CHATWOOT: KindOfChannel(
        secrets={"access_token": TOKEN, "webhook_secret": TOKEN, "url_token": TOKEN, "user_token": TOKEN},
        needed=(frozenset({"access_token"}), frozenset({"webhook_secret", "url_token"})),
    ),
}
PLAIN = KindOfChannel()
