"""HTTP to addresses that tenants choose: never into this installation's own network, never for ever, never too much.

A name is resolved once, every answer is checked, and the connection goes to one of those very addresses: a name that
answers differently the second time gains nothing. Redirects and the proxies of the environment are not followed.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore
import httpx

from connectors.deadline import look
from connectors.errors import ConnectorError, TargetRefused, Verdict
from connectors.tls import trusted

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_BYTES = 1024 * 1024
PORTS = frozenset({443, 8443})
LONGEST_URL = 2048

# Besides what `ipaddress` knows not to be global. Addresses that carry another inside them (mapped, translated,
# tunnelled) would be checked as what they look like and reach what they carry.
_NEVER: tuple[Network, ...] = tuple(
    ip_network(name)
    for name in (
        "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10",
        "3fff::/20", "5f00::/16", "192.88.99.0/24",
        "168.63.129.16/32",  # Azure's metadata, on a public address
    )
)  # fmt: skip

_REASONS = {
    "url": "La dirección no está bien escrita.",
    "userinfo": "La dirección no puede llevar usuario ni contraseña.",
    "scheme": "La dirección debe empezar con https://.",
    "port": "La dirección usa un puerto que no está permitido; el 443 y el 8443 lo están.",
    "private": "La dirección apunta a una red interna, y esta instalación no la tiene permitida.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.body)

    @property
    def retry_after(self) -> float | None:
        """In seconds, where the other side named them, or a date (RFC 9110)."""
        wait = self.headers.get("retry-after", "").strip()
        if wait.isdecimal():
            return float(wait)
        try:
            moment = parsedate_to_datetime(wait)
        except ValueError:
            return None
        return max((moment - datetime.now(UTC)).total_seconds(), 0.0) if moment.tzinfo else None


def parse_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks told apart by commas. Raises ValueError."""
    return tuple(ip_network(name.strip()) for name in text.split(",") if name.strip())


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """Every address of a name. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedHttp:
    """One connection pool for all tenants' targets; `close` it.

    `allowed` are networks of this installation that may be called as well, by any port and without TLS.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        resolve: Resolve = resolve_name,
        verify: ssl.SSLContext | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._most_bytes = most_bytes
        context = verify or trusted()
        self._client = httpx.AsyncClient(
            mounts={
                f"{scheme}://": _transport(context, _GuardedBackend(self._addresses, scheme))
                for scheme in ("https", "http")
            },
            transport=_NoTransport(),
            trust_env=False,
            follow_redirects=False,
            # A few bytes unpack to gigabytes: what is packed is neither asked for nor read.
            headers={"user-agent": "Caserita/1.0", "accept-encoding": "identity"},
        )

    async def check(self, url: str) -> None:
        """For when a URL is saved. Raises TargetRefused, or ConnectorError when nobody has that name."""
        target = read_url(url)
        try:
            async with asyncio.timeout(self._connect_seconds):
                await self._addresses(target.scheme, target.host, _port(target))
        except TimeoutError as error:
            raise _no_such_host() from error

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        total_seconds: float | None = None,
        most_bytes: int | None = None,
        is_body_needed: bool = True,
    ) -> Answer:
        """Raises ConnectorError: RETRY where nothing was sent, UNCERTAIN where the answer was lost on its way.

        A body that is not needed may be too large or packed: its beginning will do, or nothing of it. Raises TooLate
        within connectors.deadline.writing_until.
        """
        target = read_url(url)
        timeout = httpx.Timeout(total_seconds or self._total_seconds, connect=self._connect_seconds)
        request = self._client.build_request(method, target, headers=headers, content=content, timeout=timeout)
        progress = _Sent()
        request.extensions["trace"] = progress.trace
        try:
            async with asyncio.timeout(total_seconds or self._total_seconds):
                response = await self._client.send(request, stream=True)
                try:
                    body = await _read(response, most_bytes or self._most_bytes, is_needed=is_body_needed)
                finally:
                    await response.aclose()
        except (httpx.TransportError, TimeoutError) as error:
            raise _failure(error, is_sent=progress.is_sent) from error
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)

    async def close(self) -> None:
        await self._client.aclose()

    async def _addresses(self, scheme: str, host: str, port: int) -> list[str]:
        """Those to connect to, all of them checked. Raises TargetRefused, ConnectorError."""
        try:
            names = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise _no_such_host() from error
        addresses = [ip_address(name) for name in names]
        if not addresses:
            raise _no_such_host()
        others = [address for address in addresses if not self._is_allowed(address)]
        if not all(is_public(address) for address in others):
            raise _refused("private")
        if others and scheme != "https":
            raise _refused("scheme")
        if others and port not in PORTS:
            raise _refused("port")
        return [str(address) for address in addresses]

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allowed)


def read_url(url: str) -> httpx.URL:
    """A URL that may be called by its form; where it leads is checked when it is. Raises TargetRefused."""
    if len(url) > LONGEST_URL or url != url.strip() or "\\" in url or not url.isprintable():
        raise _refused("url")
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise _refused("url") from error
    if target.scheme not in ("http", "https"):
        raise _refused("scheme")
    if target.userinfo or "@" in target.netloc.decode("ascii", "replace"):
        raise _refused("userinfo")
    if not target.host or "%" in target.host or _is_odd_number(target.host):
        raise _refused("url")
    return target


def is_public(address: Address) -> bool:
    """An address of the world's, reached as what it is."""
    return (
        address.is_global
        and not (address.is_multicast or address.is_reserved or address.is_unspecified)
        and not any(address in network for network in _NEVER)
    )


def _is_odd_number(host: str) -> bool:
    """127.1, 0x7f000001, 2130706433: addresses written as nobody writes them who has nothing to hide."""
    with suppress(ValueError):
        ip_address(host)
        return False
    last = host.rstrip(".").rpartition(".")[2].lower()
    return last.isdecimal() or last.startswith("0x")


def _port(target: httpx.URL) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to an address that was checked; TLS above it still asks for the name."""

    def __init__(self, addresses: Callable[[str, str, int], Awaitable[list[str]]], scheme: str) -> None:
        self._addresses = addresses
        self._scheme = scheme
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._addresses(self._scheme, host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        raise _refused("scheme")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _NoTransport(httpx.AsyncBaseTransport):
    """Whatever is neither https nor http."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise _refused("scheme")


def _transport(context: ssl.SSLContext, backend: httpcore.AsyncNetworkBackend) -> httpx.AsyncHTTPTransport:
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    # httpx has no setting for what lies under its pool.
    transport._pool = httpcore.AsyncConnectionPool(
        ssl_context=context, max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0,
        network_backend=backend,
    )  # fmt: skip
    return transport


class _Sent:
    """Whether a request may have reached the other side, as the connection below tells."""

    def __init__(self) -> None:
        self.is_sent = False

    async def trace(self, name: str, told: Mapping[str, Any]) -> None:
        await look(name, told)
        if name.endswith("send_request_headers.started"):
            self.is_sent = True


async def _read(response: httpx.Response, most_bytes: int, *, is_needed: bool) -> bytes:
    is_packed = response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
    if is_packed and not is_needed:
        return b""
    if is_packed:
        sentence = "El servidor respondió comprimido sin que se lo pidiéramos."
        raise ConnectorError("answer_packed", Verdict.CONFIGURATION, sentence)
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > most_bytes and not is_needed:
            break
        if size > most_bytes:
            raise ConnectorError(
                "answer_too_large", Verdict.CONFIGURATION, "El servidor respondió con más datos de los que aceptamos."
            )
        pieces.append(piece)
    return b"".join(pieces)


def _failure(error: Exception, *, is_sent: bool) -> ConnectorError:
    if is_sent:
        return ConnectorError(
            "answer_lost", Verdict.UNCERTAIN, "El servidor no respondió a tiempo o cortó la conexión."
        )
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            sentence = "El certificado del servidor no es válido para esa dirección."
            return ConnectorError("bad_certificate", Verdict.CONFIGURATION, sentence)
        cause = cause.__cause__ or cause.__context__
    return _unreachable("unreachable", "No pudimos conectarnos: el servidor no responde en esa dirección.")


def _no_such_host() -> ConnectorError:
    return _unreachable("no_such_host", "No encontramos ese servidor: revisa que la dirección exista.")


def _unreachable(code: str, sentence: str) -> ConnectorError:
    return ConnectorError(code, Verdict.RETRY, sentence)


def _refused(reason: str) -> TargetRefused:
    return TargetRefused(reason, _REASONS[reason])
