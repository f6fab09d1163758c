"""XML-RPC as Odoo speaks it up to version 18 (and until 21 beside JSON-2)."""

import xmlrpc.client
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.xmlrpc import DefusedExpatParser

from connectors.http import Answer
from connectors.odoo.access import OdooAccess
from connectors.odoo.faults import (
    bad_key,
    http_failure,
    not_odoo,
    returned_none,
    wrong_database,
    xmlrpc_failure,
)

Send = Callable[[str, bytes], Awaitable[Answer]]


async def sign_in(send: Send, access: OdooAccess) -> int:
    """The user's id. Raises ConnectorError."""
    try:
        user_id = await _ask(send, "common", "authenticate", access.database, access.login, access.key, {})
    except xmlrpc.client.Fault as fault:
        # Before any user is known, an application error is about the database.
        raise (wrong_database() if fault.faultCode == 1 else xmlrpc_failure(fault.faultCode, "")) from None
    if not isinstance(user_id, int) or not user_id:
        raise bad_key()
    return user_id


async def execute(
    send: Send,
    account: tuple[str, int, str],
    model: str,
    method: str,
    positional: Sequence[Any],
    named: Mapping[str, Any],
) -> Any:
    """Raises ConnectorError."""
    try:
        return await _ask(send, "object", "execute_kw", *account, model, method, list(positional), dict(named))
    except xmlrpc.client.Fault as fault:
        if returned_none(fault.faultCode, fault.faultString):
            return None
        # Without what it was raised from: that holds the server's traceback.
        raise xmlrpc_failure(fault.faultCode, fault.faultString) from None


async def ask(send: Send, service: str, method: str, *arguments: Any) -> Any:
    """Raises ConnectorError."""
    try:
        return await _ask(send, service, method, *arguments)
    except xmlrpc.client.Fault as fault:
        raise xmlrpc_failure(fault.faultCode, fault.faultString) from None


async def _ask(send: Send, service: str, method: str, *arguments: Any) -> Any:
    body = xmlrpc.client.dumps(arguments, method, allow_none=True)
    answer = await send(service, body.encode())
    if answer.status != 200:
        raise http_failure(answer)
    values = _parse(answer.body)
    return values[0] if values else None


# The library raises the last three of well-formed XML whose values make no sense.
_UNREADABLE = (ExpatError, DefusedXmlException, xmlrpc.client.ResponseError, ValueError, LookupError, TypeError,
               AttributeError)  # fmt: skip


def _parse(body: bytes) -> Sequence[Any]:
    """Raises xmlrpc.client.Fault, ConnectorError."""
    target = xmlrpc.client.Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(target, forbid_dtd=True)
    try:
        parser.feed(body)
        parser.close()
        return target.close()
    except _UNREADABLE as error:
        raise not_odoo() from error
