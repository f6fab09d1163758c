"""Tries a connection and says in one Spanish sentence what is wrong with it, if anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.errors import ConnectorError, Verdict
from connectors.http import GuardedHttp
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import OdooCalls, connect
from connectors.odoo.loading import may
from connectors.odoo.quoting import has_price_rules
from connectors.odoo.shapes import Row, When, search_count, search_read

# What each part of the work needs; what comes first is missed first.
_NEEDS = (
    ("product.product", "read", "leer productos"),
    ("sale.order", "create", "crear pedidos"),
    ("res.partner", "create", "crear contactos"),
)
_EXPIRY_WARNING = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Trial:
    """`sentence` is for the owner. `expires_at` is when the first of the user's keys does, where Odoo says so.
    `has_price_rules`: a pricelist decides what a cart costs; None: not known."""

    is_working: bool
    code: str
    sentence: str
    version: int | None = None
    expires_at: datetime | None = None
    has_price_rules: bool | None = None


class _Key(Row):
    expiration_date: When


async def try_connection(http: GuardedHttp, access: OdooAccess, now: datetime) -> Trial:
    """Changes nothing in Odoo."""
    try:
        calls = await connect(http, access, call_seconds=15)
        if (absent := await _absent(calls, access)) is not None:
            return Trial(False, *absent, calls.version)
        can = {what: await may(calls, model, operation) for model, operation, what in _NEEDS}
        expires_at = await key_expiry(calls, now)
        has_rules = await has_price_rules(calls)
    except ConnectorError as error:
        return Trial(False, error.code, error.sentence)
    lacking = [what for what, is_granted in can.items() if not is_granted]
    if lacking:
        granted = [what for what in can if what not in lacking]
        return Trial(False, "no_rights", _rights_sentence(granted, lacking), calls.version, expires_at)
    sentence = f"Conectado a Odoo {calls.version}: puede leer productos, crear pedidos y crear contactos."
    if expires_at is not None and expires_at - now < _EXPIRY_WARNING:
        sentence += f" La clave vence el {expires_at:%d-%m-%Y}: crea otra antes."
    return Trial(True, "ok", sentence, calls.version, expires_at, has_rules)


async def _absent(calls: OdooCalls, access: OdooAccess) -> tuple[str, str] | None:
    """What was chosen of this Odoo and is not there for this user: a code and its sentence."""
    chosen = (
        ("res.company", access.company_id, "wrong_company", "la empresa"),
        ("stock.warehouse", access.warehouse_id, "wrong_warehouse", "la bodega"),
    )
    for model, wanted, code, what in chosen:
        if wanted is None:
            continue
        # Without the context of every call: with a company that is not the user's, Odoo refuses whatever is asked.
        domain = [["id", "=", wanted]]
        found = await may(calls, model, "read", context={}) and await search_count(calls, model, domain, context={})
        if not found:
            return code, f"El usuario de Odoo no ve {what} {wanted}: revisa ese número, o deja el campo vacío."
    return None


async def key_expiry(calls: OdooCalls, now: datetime) -> datetime | None:
    """Odoo does not say which of the user's keys this is: the one that ends first is warned of. None: not known."""
    try:
        rows = await search_read(calls, "res.users.apikeys", _Key, [])
    except ConnectorError as error:
        if error.verdict in (Verdict.RIGHTS, Verdict.REJECTED):
            return None
        raise
    dates = [row.expiration_date for row in rows if row.expiration_date]
    return min((date for date in dates if date > now), default=None)


def _rights_sentence(granted: Sequence[str], lacking: Sequence[str]) -> str:
    if not granted:
        return f"El usuario de Odoo no puede {_listed(lacking, 'ni')}: dale esos permisos en Odoo."
    return f"El usuario de Odoo puede {_listed(granted, 'y')} pero no {_listed(lacking, 'ni')}."


def _listed(items: Sequence[str], word: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"
