"""Calling a method of a model, whatever the protocol: JSON-2 from Odoo 19 on, XML-RPC before."""

import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from connectors.http import Answer, GuardedHttp
from connectors.odoo import xmlrpc
from connectors.odoo.access import OdooAccess
from connectors.odoo.faults import json2_failure, not_odoo, too_old

JSON2_SINCE = 19
OLDEST = 16
CALL_SECONDS = 30.0
KEPT_SECONDS = 300.0
MOST_BYTES = 32 * 1024 * 1024


Clock = Callable[[], float]


class OdooCalls(Protocol):
    """Plain values in and out."""

    @property
    def version(self) -> int: ...

    @property
    def kept(self) -> dict[tuple[str, ...], Any]:
        """What was asked once and stays so: which fields there are, ids of countries."""

    async def call(self, model: str, method: str, ids: Sequence[int] | None = None, /, **arguments: Any) -> Any:
        """`ids` are the records the method is of; None for a method of the model. Raises ConnectorError."""


class Json2Calls:
    def __init__(self, http: GuardedHttp, access: OdooAccess, version: int, call_seconds: float) -> None:
        self.version = version
        self.kept: dict[tuple[str, ...], Any] = {}
        self._http = http
        self._access = access
        self._call_seconds = call_seconds
        self._headers = {
            "authorization": f"bearer {access.key}",
            "content-type": "application/json; charset=utf-8",
        } | ({"x-odoo-database": access.database} if access.database else {})

    async def call(self, model: str, method: str, ids: Sequence[int] | None = None, /, **arguments: Any) -> Any:
        body = {"context": self._access.context} | arguments | ({} if ids is None else {"ids": list(ids)})
        answer = await self._http.request(
            "POST",
            f"{self._access.url}/json/2/{model}/{method}",
            headers=self._headers,
            content=json.dumps(body, ensure_ascii=False).encode(),
            total_seconds=self._call_seconds,
            most_bytes=MOST_BYTES,
        )
        if answer.status != 200:
            raise json2_failure(answer)
        try:
            return answer.json()
        except (ValueError, RecursionError) as error:  # of a list within a list, a thousand times
            raise not_odoo() from error


class XmlRpcCalls:
    def __init__(self, http: GuardedHttp, access: OdooAccess, version: int, call_seconds: float) -> None:
        self.version = version
        self.kept: dict[tuple[str, ...], Any] = {}
        self._http = http
        self._access = access
        self._call_seconds = call_seconds
        self._user_id: int | None = None

    async def call(self, model: str, method: str, ids: Sequence[int] | None = None, /, **arguments: Any) -> Any:
        if self._user_id is None:
            self._user_id = await xmlrpc.sign_in(self._send, self._access)
        context = {"context": self._access.context}
        positional = [] if ids is None else [list(ids)]
        account = (self._access.database, self._user_id, self._access.key)
        return await xmlrpc.execute(self._send, account, model, method, positional, context | arguments)

    async def _send(self, service: str, body: bytes) -> Answer:
        return await self._http.request(
            "POST",
            f"{self._access.url}/xmlrpc/2/{service}",
            headers={"content-type": "text/xml"},
            content=body,
            total_seconds=self._call_seconds,
            most_bytes=MOST_BYTES,
        )


async def connect(http: GuardedHttp, access: OdooAccess, *, call_seconds: float = CALL_SECONDS) -> OdooCalls:
    """Asks the server how old it is, and speaks accordingly. Raises ConnectorError."""
    version = await server_version(http, access.url, call_seconds)
    if version >= JSON2_SINCE:
        return Json2Calls(http, access, version, call_seconds)
    return XmlRpcCalls(http, access, version, call_seconds)


class OdooClients:
    """Clients by what they open, kept for some minutes: what a server is like need not be asked for each order."""

    def __init__(self, http: GuardedHttp, *, call_seconds: float = CALL_SECONDS, clock: Clock = time.monotonic) -> None:
        self._http = http
        self._call_seconds = call_seconds
        self._clock = clock
        self._clients: dict[OdooAccess, tuple[float, OdooCalls]] = {}

    async def open(self, access: OdooAccess) -> OdooCalls:
        """Raises ConnectorError."""
        now = self._clock()
        self._clients = {key: kept for key, kept in self._clients.items() if kept[0] > now}
        if access not in self._clients:
            calls = await connect(self._http, access, call_seconds=self._call_seconds)
            self._clients[access] = (now + KEPT_SECONDS, calls)
        return self._clients[access][1]


async def server_version(http: GuardedHttp, url: str, call_seconds: float = CALL_SECONDS) -> int:
    """17 of "17.0", 18 of "saas~18.2". Raises ConnectorError, also for an Odoo too old."""
    answer = await http.request("GET", f"{url}/web/version", total_seconds=call_seconds)
    if answer.status in (429, 502, 503, 504) or 300 <= answer.status < 400:
        raise json2_failure(answer)
    version: object = None
    with suppress(ValueError, TypeError, LookupError):
        version = answer.json()["version_info"][0]
    if version is None:
        version = await _asked_the_old_way(http, url, call_seconds)
    number = re.search(r"\d+", str(version))
    if number is None:
        raise not_odoo()
    if int(number[0]) < OLDEST:
        raise too_old(int(number[0]), OLDEST)
    return int(number[0])


async def _asked_the_old_way(http: GuardedHttp, url: str, call_seconds: float) -> object:
    async def send(service: str, body: bytes) -> Answer:
        headers = {"content-type": "text/xml"}
        return await http.request(
            "POST", f"{url}/xmlrpc/2/{service}", headers=headers, content=body, total_seconds=call_seconds
        )

    try:
        return (await xmlrpc.ask(send, "common", "version"))["server_version_info"][0]
    except (LookupError, TypeError) as error:
        raise not_odoo() from error
