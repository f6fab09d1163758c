"""What Odoo's refusals mean for us, by the name or the code they come with, never by their words: those are translated.

The traceback that comes along (`debug`, or a fault's whole text) is neither kept nor logged.
"""

import re
from collections.abc import Mapping
from typing import Any

from connectors.errors import ConnectorError, Verdict
from connectors.http import Answer

_KEY = ("bad_key", Verdict.CONFIGURATION, "La clave de Odoo no es válida o venció: crea otra en Odoo y guárdala aquí.")
_DATABASE = (
    "wrong_database",
    Verdict.CONFIGURATION,
    "Ese servidor no tiene esa base de datos de Odoo: revisa la dirección y el nombre de la base.",
)
_RIGHTS = ("no_rights", Verdict.RIGHTS, "El usuario de Odoo no tiene permiso para hacer eso.")
_REFUSED = ("refused", Verdict.REJECTED, "Odoo no acepta esos datos.")
_MISSING = ("missing", Verdict.REJECTED, "Eso ya no existe en Odoo, o le falta un módulo.")
_BROKEN = ("odoo_broke", Verdict.REJECTED, "Odoo falló al hacerlo: puede que su versión o sus módulos sean distintos.")
_BUSY = ("busy", Verdict.RETRY, "Odoo está ocupado; lo intentaremos de nuevo.")
_DOWN = ("unavailable", Verdict.RETRY, "Odoo no está disponible; lo intentaremos de nuevo.")
_LOST = ("answer_lost", Verdict.UNCERTAIN, "Odoo no alcanzó a responder; veremos si lo hizo.")
_ODD = (
    "odd_answer",
    Verdict.CONFIGURATION,
    "Odoo respondió algo que no entendemos: puede que uno de sus módulos, u otro servidor en el camino, lo cambie.",
)
_NOT_ODOO = ("not_odoo", Verdict.CONFIGURATION, "En esa dirección no hay un Odoo: revisa que esté bien escrita.")
_MOVED = (
    "moved",
    Verdict.CONFIGURATION,
    "Esa dirección lleva a otra: escribe la que queda en el navegador cuando abres tu Odoo.",
)

# One transaction a call: whatever is told as an error was undone.
_BY_NAME = {
    "odoo.exceptions.AccessDenied": _KEY,
    "werkzeug.exceptions.Unauthorized": _KEY,
    "odoo.http.SessionExpiredException": _KEY,
    "odoo.exceptions.AccessError": _RIGHTS,
    "werkzeug.exceptions.Forbidden": _RIGHTS,
    "odoo.exceptions.UserError": _REFUSED,
    "odoo.exceptions.ValidationError": _REFUSED,
    "odoo.exceptions.RedirectWarning": _REFUSED,
    "werkzeug.exceptions.UnprocessableEntity": _REFUSED,
    "odoo.exceptions.MissingError": _MISSING,
    "werkzeug.exceptions.NotFound": _MISSING,
    "odoo.exceptions.LockError": _BUSY,
    "odoo.exceptions.ConcurrencyError": _BUSY,
}
# What PostgreSQL and the machine do to a call that may well pass the next time.
_PASSING = re.compile(r"^(psycopg2\.|odoo\.sql_db\.)|\.(OperationalError|InterfaceError|PoolError|MemoryError)$")
_NOT_PASSING = re.compile(r"\.(NotNullViolation|UniqueViolation|CheckViolation|ForeignKeyViolation|UndefinedColumn)$")

_BY_STATUS = {
    401: _KEY,
    403: _RIGHTS,
    404: _MISSING,
    405: _NOT_ODOO,
    409: _BUSY,
    415: _NOT_ODOO,
    422: _REFUSED,
    429: _BUSY,
    502: _LOST,
    503: _DOWN,
    504: _LOST,
}

_BY_FAULT = {2: _REFUSED, 3: _KEY, 4: _RIGHTS}

# Python's own words, the same in every language: the method returned nothing, after all it did was committed.
_RETURNED_NONE = "cannot marshal None unless allow_none is enabled"
_RAISED = re.compile(
    r"^(psycopg2\.[\w.]*\w|[A-Za-z_][\w.]*(?:Error|Failure|Exception|Violation|Deadlock\w*))\b", re.MULTILINE
)


def json2_failure(answer: Answer) -> ConnectorError:
    """Of an answer whose status is not 200."""
    told = _told(answer)
    if told is None:
        if answer.status == 404:
            return ConnectorError(*_DATABASE)
        if 300 <= answer.status < 400:
            return ConnectorError(*_MOVED)
        return _failure(_BY_STATUS.get(answer.status, _LOST if answer.status >= 500 else _NOT_ODOO), answer)
    return _failure(by_name(str(told["name"]), answer.status), answer)


def by_name(name: str, status: int = 500) -> tuple[str, Verdict, str]:
    if name in _BY_NAME:
        return _BY_NAME[name]
    if _PASSING.search(name) and not _NOT_PASSING.search(name):
        return _BUSY
    return _BROKEN if status == 500 else _BY_STATUS.get(status, _BROKEN)


def returned_none(code: object, text: str) -> bool:
    """A fault of XML-RPC that is no failure."""
    return code == 1 and _RETURNED_NONE in text


def xmlrpc_failure(code: object, text: str) -> ConnectorError:
    """Of a fault; what was raised is read from the traceback's last line, which names a class."""
    if isinstance(code, int) and code in _BY_FAULT:
        return ConnectorError(*_BY_FAULT[code])
    raised = _RAISED.findall(text)
    return ConnectorError(*by_name(raised[-1] if raised else ""))


def http_failure(answer: Answer) -> ConnectorError:
    """Of an XML-RPC answer that is not a 200."""
    if answer.status == 404:
        return ConnectorError(*_NOT_ODOO)
    if 300 <= answer.status < 400:
        return ConnectorError(*_MOVED)
    return _failure(_BY_STATUS.get(answer.status, _LOST if answer.status >= 500 else _NOT_ODOO), answer)


def not_odoo() -> ConnectorError:
    return ConnectorError(*_NOT_ODOO)


def odd_answer() -> ConnectorError:
    return ConnectorError(*_ODD)


def too_old(version: int, oldest: int) -> ConnectorError:
    sentence = f"Ese Odoo es la versión {version}, y se necesita la {oldest} o una más nueva."
    return ConnectorError("too_old", Verdict.CONFIGURATION, sentence)


def bad_key() -> ConnectorError:
    return ConnectorError(*_KEY)


def no_rights() -> ConnectorError:
    return ConnectorError(*_RIGHTS)


def wrong_database() -> ConnectorError:
    return ConnectorError(*_DATABASE)


def refused(code: str, sentence: str) -> ConnectorError:
    return ConnectorError(code, Verdict.REJECTED, sentence)


def _told(answer: Answer) -> Mapping[str, Any] | None:
    """Odoo's own account of an error, without its traceback."""
    if answer.media_type != "application/json":
        return None
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) and "name" in body else None


def _failure(meaning: tuple[str, Verdict, str], answer: Answer) -> ConnectorError:
    return ConnectorError(*meaning, retry_after=answer.retry_after)
