"""The data of an order that a shop may require: what is asked, in which order, and what counts as an answer."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from stdnum.cl import rut
from stdnum.exceptions import ValidationError as BadNumber

from data.accents import unaccented

LONGEST = 200


class OrderField(StrEnum):
    """In the order in which they are asked."""

    NAME = "name"
    FULFILMENT = "fulfilment"
    ADDRESS = "address"
    COMMUNE = "commune"
    DOCUMENT = "document"
    RUT = "rut"
    LEGAL_NAME = "legal_name"
    ACTIVITY = "activity"  # giro
    PHONE = "phone"
    EMAIL = "email"


Fulfilment = Literal["delivery", "pickup"]
Document = Literal["boleta", "factura"]
Requirable = Literal["name", "fulfilment", "address", "document", "phone", "email"]


class OrderData(BaseModel):
    """Typed fields only; "" is not known. `commune` matters where dispatch has a price for each."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = ""
    fulfilment: Fulfilment | Literal[""] = ""
    address: str = ""
    commune: str = ""
    document: Document | Literal[""] = ""
    rut: str = ""
    legal_name: str = ""
    activity: str = ""
    phone: str = ""
    email: str = ""

    def over(self, older: "OrderData") -> "OrderData":
        """This, and what only the older one knows."""
        return older.model_copy(update=self.known())

    def known(self) -> dict[str, str]:
        return {name: value for name, value in self.model_dump().items() if value}

    @property
    def place(self) -> str:
        """Where it goes: the address, with its commune if that is not part of it."""
        if not self.commune or fold(self.commune) in fold(self.address):
            return self.address
        return f"{self.address}, {self.commune}"


_AFTER_NUMBER = re.compile(r"(?:\d\s*,?|,)\s+((?:[^\W\d_][\w'’.]*\s*){1,4})$")
_PART_OF_ADDRESS = re.compile(
    r"\b(?:depto|dpto|departamento|casa|block|torre|oficina|of|local|piso|chile|interior|esquina)\b"
)


class DispatchZone(BaseModel):
    """What dispatch costs to some communes; without communes, to all others."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    communes: tuple[str, ...] = Field(default=(), max_length=100)
    price: Decimal = Field(ge=0, le=10_000_000, max_digits=10, decimal_places=2)


class OrderSettings(BaseModel):
    """What a shop asks before it takes an order; by itself nothing. `reservation_hours`: the stock of an order that
    nobody confirmed by then is given back. `waitlist_template`: the text approved for telling that something is back
    outside the service window, as its provider calls it, with the product's name as its only variable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: tuple[Requirable, ...] = Field(default=(), max_length=6)
    fulfilments: tuple[Fulfilment, ...] = Field(default=("delivery", "pickup"), min_length=1, max_length=2)
    pickup_address: str = Field(default="", max_length=LONGEST)
    documents: tuple[Document, ...] = Field(default=("boleta", "factura"), min_length=1, max_length=2)
    dispatch: tuple[DispatchZone, ...] = Field(default=(), max_length=50)
    reservation_hours: int | None = Field(default=None, ge=1, le=24 * 30)
    waitlist_template: str = Field(default="", max_length=100)

    @property
    def asks(self) -> bool:
        return bool(self.required)

    def with_defaults(self, data: OrderData) -> OrderData:
        """What needs no question, because there is only one way."""
        only: dict[str, str] = {}
        if not data.fulfilment and len(self.fulfilments) == 1 and {"fulfilment", "address"} & set(self.required):
            only["fulfilment"] = self.fulfilments[0]
        if not data.document and len(self.documents) == 1 and "document" in self.required:
            only["document"] = self.documents[0]
        return data.model_copy(update=only)

    def missing(self, data: OrderData) -> OrderField | None:
        """The next thing to ask; None when nothing is left."""
        return next((field for field in OrderField if self._needs(field, data) and not getattr(data, field)), None)

    def _needs(self, field: OrderField, data: OrderData) -> bool:
        required = set(self.required)
        if field is OrderField.FULFILMENT:
            return bool(required & {"fulfilment", "address"})
        if field is OrderField.ADDRESS:
            return "address" in required and data.fulfilment == "delivery"
        if field is OrderField.COMMUNE:
            return bool(self._priced_communes) and data.fulfilment == "delivery" and bool(data.address)
        if field in {OrderField.RUT, OrderField.LEGAL_NAME, OrderField.ACTIVITY}:
            return data.document == "factura"
        return field.value in required

    @property
    def _priced_communes(self) -> tuple[str, ...]:
        return tuple(commune for zone in self.dispatch for commune in zone.communes)

    def commune_in(self, address: str) -> str:
        """The commune with a price of its own that an address names last, else what stands after its number."""
        text = f" {fold(address)} "
        places = [(text.rfind(f" {fold(commune)} "), commune) for commune in self._priced_communes]
        place, commune = max(places, default=(-1, ""))
        if place >= 0:
            return commune
        last = _AFTER_NUMBER.search(address)
        return last[1].strip() if last and not _PART_OF_ADDRESS.search(fold(last[1])) else ""

    def dispatch_cost(self, data: OrderData) -> Decimal | None:
        """None where the shop has set no price for it."""
        if data.fulfilment != "delivery":
            return None
        commune = fold(data.commune or self.commune_in(data.address))
        for zone in self.dispatch:
            if commune and commune in {fold(one) for one in zone.communes}:
                return zone.price
        return next((zone.price for zone in self.dispatch if not zone.communes), None)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that cannot be taken; `code` names what is wrong with it."""

    field: OrderField
    code: Literal["RUT_INVALID", "PHONE_INVALID", "EMAIL_INVALID", "TEXT_INVALID", "NOT_OFFERED"]


_EMAIL = re.compile(r"[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][\w'’.\-]*(?: [^\W\d_][\w'’.\-]*){0,6}")
_SPACES = re.compile(r"\s+")
_TEXTS = {OrderField.LEGAL_NAME, OrderField.ACTIVITY, OrderField.ADDRESS, OrderField.COMMUNE}


def checked(field: OrderField, value: str, settings: OrderSettings) -> str | Wrong:
    """The value as it is kept."""
    value = _SPACES.sub(" ", "".join(c for c in value if unicodedata.category(c)[0] != "C" or c == "\n")).strip(" .,;:")
    if len(value) > LONGEST:
        return Wrong(field, "TEXT_INVALID")
    if field in _TEXTS:
        return value if len(re.findall(r"\w", value)) >= 2 else Wrong(field, "TEXT_INVALID")
    match field:
        case OrderField.RUT:
            return checked_rut(value) or Wrong(field, "RUT_INVALID")
        case OrderField.PHONE:
            return checked_phone(value) or Wrong(field, "PHONE_INVALID")
        case OrderField.EMAIL:
            return value.lower() if _EMAIL.fullmatch(value) else Wrong(field, "EMAIL_INVALID")
        case OrderField.FULFILMENT:
            return value if value in settings.fulfilments else Wrong(field, "NOT_OFFERED")
        case OrderField.DOCUMENT:
            return value if value in settings.documents else Wrong(field, "NOT_OFFERED")
        case _:
            return value if _NAME.fullmatch(value) and len(value) <= 80 else Wrong(field, "TEXT_INVALID")


def checked_rut(text: str) -> str:
    """ "76.543.210-3", whatever way it was written; "" when it is none (modulo 11)."""
    compact = re.sub(r"[^\dkK]", "", text).upper().lstrip("0")
    try:
        return rut.format(rut.validate(compact.zfill(8))) if 7 <= len(compact) <= 9 else ""
    except BadNumber:
        return ""


def checked_phone(text: str) -> str:
    """ "+56912345678": as E.164, a Chilean one unless it says another country; "" when it is none."""
    digits = re.sub(r"\D", "", text)
    if text.strip().startswith(("+", "00")):
        digits = digits.removeprefix("00")
        return f"+{digits}" if 8 <= len(digits) <= 15 else ""
    digits = digits.removeprefix("0")
    if len(digits) == 11 and digits.startswith("56"):
        return f"+{digits}"
    if len(digits) == 9 and digits[0] in "23456789":
        return f"+56{digits}"
    return ""


NO_DATA, NO_SETTINGS = OrderData(), OrderSettings()


def read_data(row: Mapping[str, object]) -> OrderData:
    """As stored; a value of another version that does not fit is forgotten."""
    kept = {name: value for name, value in row.items() if name in OrderData.model_fields and isinstance(value, str)}
    if kept.get("fulfilment") not in {"", "delivery", "pickup"}:
        kept.pop("fulfilment", None)
    if kept.get("document") not in {"", "boleta", "factura"}:
        kept.pop("document", None)
    return OrderData.model_validate(kept)


def fold(text: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", unaccented(text)).split())
