"""The guarded client: which targets it calls, and what it makes of those that fail."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors.errors import ConnectorError, TargetRefused, Verdict
from connectors.http import GuardedHttp, is_public, parse_networks, read_url

# What a name leads to is what the resolver below says; a literal address leads to itself.
NAMES = {
    "odoo.example": ["203.0.114.7"],
    "private.example": ["10.0.0.5"],
    "half.example": ["203.0.114.7", "10.0.0.5"],
    "half6.example": ["2606:4700::1111", "fd00::5"],
    "loopback.example": ["127.0.0.1"],
    "mapped.example": ["::ffff:10.0.0.5"],
    "nobody.example": [],
}

BLOCKED = [
    # loopback and this host
    "https://127.0.0.1", "https://127.0.0.2", "https://127.255.255.254", "https://localhost", "https://localhost.",
    "https://LOCALHOST", "https://0.0.0.0", "https://0.1.2.3", "https://[::1]", "https://[::]",
    "https://[0:0:0:0:0:0:0:1]", "https://loopback.example",
    # the same, written oddly
    "https://127.1", "https://127.0.1", "https://2130706433", "https://0x7f000001", "https://0x7f.0.0.1",
    "https://0177.0.0.1", "https://017700000001", "https://127.0.0.1.", "https://127.0.0.0x1", "https://00000127.1",
    "https://①②⑦.⓪.⓪.①", "https://１２７.0.0.1", "https://127。0。0。1", "https://%31%32%37.0.0.1",
    # private networks
    "https://10.0.0.1", "https://10.255.255.255", "https://172.16.0.1", "https://172.31.255.255",
    "https://192.168.1.1", "https://100.64.0.1", "https://100.127.255.254", "https://198.18.0.1",
    "https://192.0.0.1", "https://192.0.2.1", "https://198.51.100.1", "https://203.0.113.1", "https://240.0.0.1",
    "https://255.255.255.255", "https://224.0.0.1", "https://239.255.255.250", "https://192.88.99.1",
    "https://private.example", "https://half.example", "https://half6.example",
    # metadata services
    "https://169.254.169.254", "https://169.254.170.2", "https://100.100.100.200", "https://168.63.129.16",
    "https://[fd00:ec2::254]", "https://[fe80::a9fe:a9fe]", "https://0xa9fea9fe", "https://2852039166",
    # IPv6 that is private, or carries an address of IPv4
    "https://[fc00::1]", "https://[fd12:3456::1]", "https://[fe80::1]", "https://[fe80::1%25eth0]",
    "https://[fec0::1]", "https://[ff02::1]", "https://[ff0e::1]", "https://[2001:db8::1]", "https://[100::1]",
    "https://[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]", "https://[::ffff:8.8.8.8]", "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]", "https://[64:ff9b:1::a00:1]", "https://[2002:7f00:1::]",
    "https://[2001:0:7f00:1::]", "https://[3fff::1]", "https://[5f00::1]", "https://mapped.example",
    # what is not a plain address of the web
    "http://odoo.example", "http://203.0.114.7", "https://odoo.example:22", "https://odoo.example:5432",
    "https://odoo.example:80", "ftp://odoo.example", "file:///etc/passwd", "gopher://odoo.example", "unix:///run/x",
    "//odoo.example", "odoo.example", "https://", "https:///path", "", "javascript:alert(1)", "data:text/plain,x",
    "https://user@odoo.example", "https://user:secret@odoo.example", "https://odoo.example@127.0.0.1",
    "https://odoo.example\\@127.0.0.1", "https://odoo.example#@127.0.0.1\\", "https://@127.0.0.1",
    "https://odoo.example\r\nHost: x", "https://odoo .example", " https://odoo.example", "https://odoo.example\t",
    "https://odoo.example:99999", "https://odoo.example:-1", "https://odoo.example:a", "https://[::1", "https://[zz]",
    "https://odoo%00.example", "https://" + "a" * 3000 + ".example",
]  # fmt: skip


async def resolve(host: str, port: int) -> Sequence[str]:
    known = NAMES.get(host.rstrip("."))
    if known is not None:
        return known
    if host.rstrip(".").lower() == "localhost":
        return ["127.0.0.1", "::1"]
    return [str(ip_address(host))]


@asynccontextmanager
async def opened(allowed: str = "", **options: object) -> AsyncIterator[GuardedHttp]:
    http = GuardedHttp(parse_networks(allowed), **({"resolve": resolve} | options))  # type: ignore[arg-type]  # by name
    try:
        yield http
    finally:
        await http.close()


@pytest.fixture
async def guarded() -> AsyncIterator[GuardedHttp]:
    async with opened() as http:
        yield http


@pytest.mark.parametrize("url", BLOCKED)
async def test_a_target_inside_or_in_disguise_is_refused_when_saved_and_when_called(
    guarded: GuardedHttp, url: str
) -> None:
    with pytest.raises(TargetRefused) as saved:
        await guarded.check(url)
    assert saved.value.verdict is Verdict.CONFIGURATION
    with pytest.raises(TargetRefused):
        await guarded.request("GET", url)


@pytest.mark.parametrize(
    "url",
    ["https://odoo.example", "https://odoo.example:8443/x?y=1", "https://203.0.114.7", "https://[2606:4700::1111]",
     "https://ODOO.example/web", "https://odoo.example/@me"],
)  # fmt: skip
async def test_an_address_of_the_world_is_called(guarded: GuardedHttp, url: str) -> None:
    await guarded.check(url)


async def test_a_name_that_nobody_has_may_be_tried_later(guarded: GuardedHttp) -> None:
    with pytest.raises(ConnectorError) as refused:
        await guarded.check("https://nobody.example")
    assert (refused.value.code, refused.value.verdict) == ("no_such_host", Verdict.RETRY)


@pytest.mark.parametrize(
    ("allowed", "url", "is_called"),
    [
        ("10.0.0.0/8", "http://private.example:8069", True),
        ("10.0.0.0/8", "https://10.9.8.7:8069", True),
        ("10.0.0.0/8", "http://192.168.0.1", False),
        ("10.0.0.0/8", "http://odoo.example", False),
        ("127.0.0.1/32", "http://localhost:8069", False),  # it is ::1 as well
        ("127.0.0.1/32,::1/128", "http://localhost:8069", True),
        ("10.0.0.0/8", "https://half.example", True),  # one of them public, the other listed
        ("10.0.0.0/8", "http://half.example", False),  # the public one would be reached in the clear
        ("fd00::/8", "http://[fd00::5]:8069", True),
    ],
)
async def test_what_this_installation_lists_may_be_called(allowed: str, url: str, is_called: bool) -> None:
    async with opened(allowed) as http:
        if is_called:
            await http.check(url)
        else:
            with pytest.raises(TargetRefused):
                await http.check(url)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.0.114.7", "2606:4700::1111", "2800:150::1"])
def test_addresses_of_the_world_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_url_is_read_as_the_client_will() -> None:
    assert read_url("https://Tienda.Example/web").host == "tienda.example"
    assert read_url("https://ñandú.example").raw_host == b"xn--and-6ma2c.example"


class Origin:
    """A real server on loopback, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.port = 0
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.read())
        match request.path:
            case "/redirect":
                return web.Response(status=302, headers={"location": "/elsewhere"})
            case "/large":
                return web.Response(body=b"x" * 200_000)
            case "/packed":
                return web.Response(body=gzip.compress(b"x" * 1000), headers={"content-encoding": "gzip"})
            case "/hang":
                await asyncio.sleep(30)
            case "/drip":
                response = web.StreamResponse()
                await response.prepare(request)
                while True:
                    await response.write(b"x")
                    await asyncio.sleep(0.05)
            case "/cut":
                assert request.transport is not None
                request.transport.abort()
            case "/busy":
                return web.Response(status=429, headers={"retry-after": "7"})
        return web.json_response({"path": request.path})


@asynccontextmanager
async def origin_server(context: ssl.SSLContext | None = None) -> AsyncIterator[Origin]:
    origin = Origin()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", origin.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    origin.port = runner.addresses[0][1]
    origin.url = f"{'https' if context else 'http'}://127.0.0.1:{origin.port}"
    try:
        yield origin
    finally:
        await runner.cleanup()


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    async with origin_server() as server:
        yield server


LOOPBACK = "127.0.0.1/32"


async def test_a_request_goes_out_whole_and_its_answer_comes_back(origin: Origin) -> None:
    async with opened(LOOPBACK) as http:
        answer = await http.request("POST", f"{origin.url}/a", headers={"X-Key": "k"}, content=b"hola")
    assert (answer.status, answer.media_type, answer.json()) == (200, "application/json", {"path": "/a"})
    [request] = origin.requests
    assert (request.method, request.headers["x-key"], origin.bodies) == ("POST", "k", [b"hola"])


async def test_a_name_that_changes_its_mind_is_asked_once_for_a_connection(origin: Origin) -> None:
    """Public when it is checked, private when it is called: the connection goes to what was checked, or nowhere."""
    answers = iter([["203.0.114.7"], ["127.0.0.1"]])

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return next(answers)

    async with opened(resolve=rebinding) as http:
        await http.check("https://rebinding.example")
        with pytest.raises(TargetRefused):
            await http.request("GET", f"https://rebinding.example:{origin.port}")
    assert origin.requests == []


async def test_the_connection_goes_to_the_address_that_was_checked(origin: Origin) -> None:
    asked = []

    async def once(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["203.0.114.7"]

    async with opened(LOOPBACK, resolve=once) as http:
        answer = await http.request("GET", f"http://odoo.example:{origin.port}/x")
    assert answer.status == 200
    assert asked == ["odoo.example"]
    assert origin.requests[0].headers["host"] == f"odoo.example:{origin.port}"


async def test_redirects_are_not_followed(origin: Origin) -> None:
    async with opened(LOOPBACK) as http:
        answer = await http.request("GET", f"{origin.url}/redirect")
    assert (answer.status, len(origin.requests)) == (302, 1)


async def test_proxies_of_the_environment_are_not_used(origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with opened(LOOPBACK) as http:
        assert (await http.request("GET", f"{origin.url}/a")).status == 200


@pytest.mark.parametrize(
    ("path", "code", "verdict"),
    [
        ("/large", "answer_too_large", Verdict.CONFIGURATION),
        ("/packed", "answer_packed", Verdict.CONFIGURATION),
        ("/hang", "answer_lost", Verdict.UNCERTAIN),
        ("/drip", "answer_lost", Verdict.UNCERTAIN),
        ("/cut", "answer_lost", Verdict.UNCERTAIN),
    ],
)
async def test_an_answer_that_cannot_be_had_is_given_up(origin: Origin, path: str, code: str, verdict: Verdict) -> None:
    async with opened(LOOPBACK, total_seconds=0.5, most_bytes=100_000) as http:
        with pytest.raises(ConnectorError) as failed:
            await http.request("POST", origin.url + path, content=b"{}")
    assert (failed.value.code, failed.value.verdict) == (code, verdict)


async def test_the_other_side_may_name_how_long_to_wait(origin: Origin) -> None:
    async with opened(LOOPBACK) as http:
        answer = await http.request("GET", f"{origin.url}/busy")
    assert (answer.status, answer.retry_after) == (429, 7.0)


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with opened(LOOPBACK) as http:
        with pytest.raises(ConnectorError) as failed:
            await http.request("POST", "http://127.0.0.1:9", content=b"{}")
    assert (failed.value.code, failed.value.verdict) == ("unreachable", Verdict.RETRY)


async def test_an_address_that_refuses_is_passed_over_for_the_next(origin: Origin) -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.9", "127.0.0.1"]

    async with opened("127.0.0.0/8", resolve=both) as http:
        assert (await http.request("GET", f"http://odoo.example:{origin.port}/x")).status == 200


def certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context and one that trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    trusting = ssl.create_default_context(cadata=signed.public_bytes(serialization.Encoding.PEM).decode())
    return server, trusting


async def test_tls_asks_for_the_name_though_the_connection_goes_to_an_address(tmp_path: Path) -> None:
    server, trusting = certificate("odoo.example", tmp_path)
    heard: list[str] = []
    server.sni_callback = lambda _, name, __: heard.append(name)

    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with origin_server(server) as origin, opened(LOOPBACK, resolve=here, verify=trusting) as http:
        assert (await http.request("GET", f"https://odoo.example:{origin.port}/x")).status == 200
        with pytest.raises(ConnectorError) as failed:
            await http.request("GET", f"https://other.example:{origin.port}/x")
    assert heard == ["odoo.example", "other.example"]
    assert (failed.value.code, failed.value.verdict) == ("bad_certificate", Verdict.CONFIGURATION)


async def test_a_plain_client_would_call_what_is_refused(origin: Origin) -> None:
    """The control: without the guard, loopback answers."""
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{origin.url}/a")).status_code == 200
    async with opened() as http:
        with pytest.raises(TargetRefused):
            await http.request("GET", f"{origin.url}/a")
