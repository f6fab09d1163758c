"""The person who buys, as a contact of the shop's Odoo: found, or created once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from connectors.odoo.calls import OdooCalls
from connectors.odoo.gathering import gathered
from connectors.odoo.loading import external, find, known_fields, load
from connectors.odoo.shapes import Row, Text, search, search_read

_OPTIONAL = ("phone_sanitized", "mobile", "vat", "l10n_latam_identification_type_id", "l10n_cl_activity_description",
             "l10n_cl_sii_taxpayer_type", "company_type")  # fmt: skip
# A company that pays VAT ("1ª categoría"), and someone at the end of the line.
_VAT_PAYER, _FINAL_CONSUMER = "1", "4"


@dataclass(frozen=True, slots=True)
class Customer:
    """`external_id` is ours and never changes; another RUT is another customer.

    `rut` as "76086428-5", where a factura is wanted.
    """

    external_id: str
    name: str
    phone: str = ""
    email: str = ""
    rut: str = ""
    activity: str = ""
    address: str = ""
    commune: str = ""
    is_company: bool = False


class _Phone(Row):
    phone_sanitized: Text


async def find_or_create(calls: OdooCalls, customer: Customer, company_id: int | None = None) -> int:
    """By RUT or phone, by our own id; else created. Raises ConnectorError, RIGHTS when contacts may not be created.

    Our own id comes second: looking for it writes to the contact, and two orders of one shopper would be in each
    other's way.
    """
    if (found := await find_customer(calls, customer)) is not None:
        return found
    fields = await known_fields(calls, "res.partner", _OPTIONAL)
    if (known := await find(calls, "res.partner", customer.external_id)) is not None:
        return known
    values = await _values(calls, customer, fields) | ({"company_id/.id": company_id} if company_id else {})
    values = {"id": external(customer.external_id)} | values
    return await load(calls, "res.partner", list(values), [list(values.values())])


async def find_customer(calls: OdooCalls, customer: Customer) -> int | None:
    """By RUT where a factura is wanted: whoever only has the phone of it is somebody else. Else by phone, where it is
    one person's. Raises ConnectorError."""
    fields = await known_fields(calls, "res.partner", _OPTIONAL)
    if customer.rut:
        wanted = [["vat", "=", customer.rut], ["parent_id", "=", False]]
        found = await search(calls, "res.partner", wanted, limit=1, order="id") if "vat" in fields else []
        return found[0] if found else None
    if not customer.phone or "phone_sanitized" not in fields:
        return None
    found = await gathered(calls, ("phone",), partial(_with_phones, calls)).ask(customer.phone)
    return found[0] if len(found) == 1 else None


async def _with_phones(calls: OdooCalls, phones: Sequence[str]) -> Mapping[str, list[int]]:
    """Of several customers at once."""
    rows = await search_read(calls, "res.partner", _Phone, [["phone_sanitized", "in", list(phones)]], order="id")
    return {phone: [row.id for row in rows if row.phone_sanitized == phone] for phone in phones}


async def _values(calls: OdooCalls, customer: Customer, fields: Mapping[str, str]) -> dict[str, object]:
    """As columns of `load`. Without a country, Odoo neither checks nor normalises a RUT."""
    values: dict[str, object] = {
        "name": customer.name or customer.phone or "Cliente de WhatsApp",
        "phone": customer.phone,
        "email": customer.email,
        "street": customer.address,
        "city": customer.commune,
    }
    if chile := await _id_of(calls, "res.country", [["code", "=", "CL"]]):
        values["country_id/.id"] = chile
    if customer.is_company and "company_type" in fields:
        values["is_company"] = "1"
    if customer.rut and "vat" in fields:
        values["vat"] = customer.rut
        if "l10n_latam_identification_type_id" in fields:
            domain = [["name", "=", "RUT"], ["country_id.code", "=", "CL"]]
            if kind := await _id_of(calls, "l10n_latam.identification.type", domain):
                values["l10n_latam_identification_type_id/.id"] = kind
        if "l10n_cl_sii_taxpayer_type" in fields:
            values["l10n_cl_sii_taxpayer_type"] = _VAT_PAYER if customer.is_company else _FINAL_CONSUMER
    if customer.activity and "l10n_cl_activity_description" in fields:
        values["l10n_cl_activity_description"] = customer.activity[:40]
    return {name: value for name, value in values.items() if value not in ("", None)}


async def _id_of(calls: OdooCalls, model: str, domain: list[list[str]]) -> int | None:
    """Of a record that comes with Odoo and stays."""
    asked = (model, str(domain))
    if asked not in calls.kept:
        found_ids = await search(calls, model, domain, limit=1)
        calls.kept[asked] = found_ids[0] if found_ids else None
    found: int | None = calls.kept[asked]
    return found
