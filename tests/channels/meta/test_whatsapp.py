"""Meta: what is sent keeps the Cloud API's rules, and each refusal has its verdict."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from channels.adapter import Attachment, ChannelAccess
from channels.errors import SendError
from channels.meta.errors import verdict_of
from channels.meta.whatsapp import MetaWhatsApp
from data.content import Choice, Media, MediaKind, MessageContent, Template
from data.states import ChannelKind
from tests.servers.meta_server import ACCESS_TOKEN, NUMBER_ID, MetaFault, MetaServer, meta_server

SHOPPER = "56987654321"


@pytest.fixture
async def server() -> AsyncIterator[MetaServer]:
    async with meta_server() as running:
        yield running


@pytest.fixture
async def meta(server: MetaServer) -> AsyncIterator[MetaWhatsApp]:
    adapter = MetaWhatsApp(server.url, timeout_seconds=2)
    yield adapter
    await adapter.close()


def access(token: str = ACCESS_TOKEN) -> ChannelAccess:
    secrets = {"access_token": token} if token else {}
    return ChannelAccess(uuid4(), uuid4(), ChannelKind.META_WHATSAPP, NUMBER_ID, {}, secrets, "")


def choices(count: int, length: int = 10) -> tuple[Choice, ...]:
    return tuple(Choice(f"sku:{number}", f"Polera {number} ".ljust(length, "x")) for number in range(count))


async def test_words_carry_our_own_id(meta: MetaWhatsApp, server: MetaServer) -> None:
    message_id = uuid4()
    result = await meta.send(access(), SHOPPER, MessageContent("hola"), message_id)
    [sent] = server.sent
    assert (sent["to"], sent["text"]["body"], sent["biz_opaque_callback_data"]) == (SHOPPER, "hola", str(message_id))
    assert result.external_id == "wamid.0000000001"


@pytest.mark.parametrize("user_id", ["CL.abc123", "CL.ENT.abc123"])
async def test_someone_who_hides_the_number_is_a_recipient(
    meta: MetaWhatsApp, server: MetaServer, user_id: str
) -> None:
    await meta.send(access(), user_id, MessageContent("hola"), uuid4())
    assert server.sent[0]["recipient"] == user_id
    assert "to" not in server.sent[0]


@pytest.mark.parametrize(
    ("count", "length", "shape"),
    [(1, 10, "button"), (3, 40, "button"), (4, 10, "list"), (10, 90, "list"), (11, 10, None), (3, 300, "button")],
)
async def test_choices_are_buttons_a_list_or_lines(
    meta: MetaWhatsApp, server: MetaServer, count: int, length: int, shape: str | None
) -> None:
    result = await meta.send(access(), SHOPPER, MessageContent("¿Cuál?", choices(count, length)), uuid4())
    [sent] = server.sent
    assert (sent.get("interactive") or {}).get("type") == shape
    assert result.is_numbered is (shape is None)


async def test_a_picture_goes_with_its_words(meta: MetaWhatsApp, server: MetaServer) -> None:
    content = MessageContent("Polera $9.990", media=(Media(MediaKind.IMAGE, "https://fotos.example/p.jpg"),))
    await meta.send(access(), SHOPPER, content, uuid4())
    assert server.sent[0]["image"] == {"link": "https://fotos.example/p.jpg", "caption": "Polera $9.990"}


async def test_a_template_says_only_its_variables(meta: MetaWhatsApp, server: MetaServer) -> None:
    template = Template("aviso_stock", "es_CL", ("Rosa", "Polera\nnegra     M"))
    await meta.send(access(), SHOPPER, MessageContent("Llegó tu polera", template=template), uuid4())
    [sent] = server.sent
    assert sent["template"]["name"] == "aviso_stock"
    assert sent["template"]["language"]["code"] == "es_CL"
    assert [value["text"] for value in sent["template"]["components"][0]["parameters"]] == ["Rosa", "Polera negra M"]


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "uncertain"),
    [
        (MetaFault(400, 130429), "rate_limited", True, False),
        (MetaFault(400, 131056), "rate_limited", True, False),
        (MetaFault(503, None), "provider_unavailable", True, False),
        (MetaFault(400, 131047), "window_closed", False, False),
        (MetaFault(401, 190), "bad_credentials", False, False),
        (MetaFault(400, 131042), "payment_needed", False, False),
        (MetaFault(400, 131026), "unreachable", False, False),
        (MetaFault(400, 131050), "refused_by_contact", False, False),
        (MetaFault(400, 132001), "bad_template", False, False),
        (MetaFault(400, 999999), "meta_999999", False, False),
        (MetaFault(500, 131000), "unknown", False, True),
        (MetaFault(502, None), "unknown", False, True),
        (MetaFault(is_dropped=True, is_accepted=True), "unknown", False, True),
    ],
)
async def test_a_refusal_has_its_verdict(
    meta: MetaWhatsApp, server: MetaServer, fault: MetaFault, code: str, retryable: bool, uncertain: bool
) -> None:
    server.faults.append(fault)
    with pytest.raises(SendError) as caught:
        await meta.send(access(), SHOPPER, MessageContent("hola"), uuid4())
    error = caught.value
    assert (error.code, error.retryable, error.uncertain) == (code, retryable, uncertain)


RETRY, TEMPLATE, GIVE_UP, SETTINGS = "retry", "template needed", "give up", "configuration"
OFFICIAL = {
    RETRY: "2 4 80007 130429 131016 131056 131057 132069 133004 134101",
    TEMPLATE: "131047",
    GIVE_UP: "100 368 130403 130472 131008 131009 131021 131026 131031 131048 131049 131050 131051 131052 131053 131062"
             " 135000",
    SETTINGS: "0 3 10 33 190 200 230 299 130497 131005 131030 131037 131042 131044 131045 131055 132000 132001 132005"
              " 132007 132012 132015 132016 132018 132068 133000 133005 133006 133008 133009 133010 133015 133016"
              " 134011 134100 134102",
}  # fmt: skip
CODES = {
    TEMPLATE: {"window_closed"},
    GIVE_UP: {"bad_content", "against_policy", "refused_by_contact", "bad_number", "unreachable", "daily_limit"},
    SETTINGS: {"bad_credentials", "not_allowed", "bad_channel", "payment_needed", "bad_template"},
}


@pytest.mark.parametrize(("kind", "code"), [(kind, int(code)) for kind in OFFICIAL for code in OFFICIAL[kind].split()])
def test_every_code_of_the_official_list_has_its_verdict(kind: str, code: int) -> None:
    """https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes; those that come with a 500 too."""
    for status in (400, 500):
        verdict = verdict_of(status, {"code": code})
        assert (verdict.retryable, verdict.uncertain) == (kind == RETRY, False)
        assert kind == RETRY or verdict.code in CODES[kind]


def test_a_number_that_the_token_does_not_reach_is_a_matter_for_the_owner() -> None:
    assert verdict_of(400, {"code": 100, "error_subcode": 33}).code == "bad_channel"


@pytest.mark.parametrize("fault", [None, 7, [], {}, {"code": None}, {"code": "190"}, {"code": [1]}])
def test_an_error_that_cannot_be_read_is_judged_by_its_status(fault: Any) -> None:
    assert (verdict_of(400, fault).retryable, verdict_of(400, fault).uncertain) == (False, False)
    assert verdict_of(502, fault).uncertain


@pytest.mark.parametrize("token", ["", "another"])
async def test_a_token_that_does_not_hold_is_a_matter_for_the_owner(meta: MetaWhatsApp, token: str) -> None:
    with pytest.raises(SendError, match="bad_credentials"):
        await meta.send(access(token), SHOPPER, MessageContent("hola"), uuid4())


async def test_typing_marks_the_message_as_read(meta: MetaWhatsApp, server: MetaServer) -> None:
    await meta.show_typing(access(), SHOPPER, "wamid.A")
    [read] = server.read
    assert (read["message_id"], read["typing_indicator"]) == ("wamid.A", {"type": "text"})


async def test_a_photo_is_fetched_by_its_id_and_a_large_one_refused(meta: MetaWhatsApp, server: MetaServer) -> None:
    server.files["100"] = b"\xff\xd8\xff" + b"0" * 100
    photo = Attachment(MediaKind.IMAGE, "100", "image/jpeg")
    fetched = await meta.fetch_media(access(), photo, 1000)
    assert (fetched.content_type, len(fetched.body)) == ("image/jpeg", 103)
    with pytest.raises(SendError, match="too_large"):
        await meta.fetch_media(access(), photo, 50)
    with pytest.raises(SendError, match="refused"):
        await meta.fetch_media(access(), Attachment(MediaKind.IMAGE, "../100"), 1000)
