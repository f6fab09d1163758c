"""Buttons and lists go by Twilio's Content API, one Content a shape; what it refuses goes in words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest

from channels.errors import SendError
from channels.outgoing.outbox import DeliverOutcome
from channels.twilio.content import StoredContentIds
from channels.twilio.whatsapp import TwilioWhatsApp
from data.content import Choice, Media, MediaKind, MessageContent, Template
from data.states import ChannelKind
from tests.channels.outgoing.test_doubts import until_settled
from tests.channels.shop import SHOPPER, JobRunner, Shop
from tests.servers.twilio_server import Fault, SentMessage, TwilioServer

SUMMARY = "1 Polera negra: $9.990\n\n*Total: $9.990*\n¿Lo confirmo?"
YES_NO = (Choice("confirm:1", "Sí, confirmar"), Choice("no", "No, seguir"))
ROWS = tuple(Choice(f"pick:{n}", f"Martillo {n} oz", "$9.990") for n in range(1, 6))


@pytest.fixture
async def rich(shop: Shop, twilio: TwilioServer) -> AsyncIterator[TwilioWhatsApp]:
    adapter = TwilioWhatsApp(twilio.url, timeout_seconds=0.5, content_ids=StoredContentIds(shop.database))
    yield adapter
    await adapter.close()


async def send(adapter: TwilioWhatsApp, shop: Shop, twilio: TwilioServer, content: MessageContent) -> SentMessage:
    await adapter.send(shop.access, SHOPPER, content, uuid4())
    return twilio.messages[-1]


async def test_buttons_are_shown_with_the_text_as_it_is(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    sent = await send(rich, shop, twilio, MessageContent(SUMMARY, YES_NO))
    assert sent.shown == {
        "twilio/quick-reply": {
            "body": SUMMARY,
            "actions": [
                {"type": "QUICK_REPLY", "title": "Sí, confirmar", "id": "confirm:1"},
                {"type": "QUICK_REPLY", "title": "No, seguir", "id": "no"},
            ],
        }
    }


async def test_more_choices_are_a_list(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    sent = await send(rich, shop, twilio, MessageContent("¿Cuál?", ROWS))
    [picker] = sent.shown.values()
    assert (picker["body"], picker["button"]) == ("¿Cuál?", "Ver opciones")
    assert picker["items"][0] == {"item": "Martillo 1 oz", "id": "pick:1", "description": "$9.990"}
    assert len(picker["items"]) == 5


async def test_one_shape_is_made_once(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    for text in ("¿Confirmas?", "¿Lo agrego?", "  ¿Algo\tmás?      ¿Sí?"):
        await send(rich, shop, twilio, MessageContent(text, YES_NO))
    assert len(twilio.contents) == 1
    again = TwilioWhatsApp(twilio.url, content_ids=StoredContentIds(shop.database))
    await send(again, shop, twilio, MessageContent("¿Otra?", (Choice("x", "Uno"), Choice("y", "Dos"))))
    await again.close()
    assert len(twilio.contents) == 1
    await send(rich, shop, twilio, MessageContent("¿Confirmas?\n¿Sí?", YES_NO))
    assert len(twilio.contents) == 2
    [content] = {content["language"] for content in twilio.contents.values()}
    assert content == "es"


@pytest.mark.parametrize("fault", [Fault(500), Fault(403, 20003), Fault(is_dropped=True), Fault(hang_seconds=1)])
async def test_choices_go_as_numbered_lines_when_no_content_can_be_made(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp, fault: Fault
) -> None:
    outbox = JobRunner(shop, {ChannelKind.TWILIO_WHATSAPP: rich})
    twilio.content_faults.append(fault)
    message_id = await shop.reply(await shop.hear("hola", "SM1"), MessageContent("¿Confirmas?", YES_NO))
    assert await outbox.deliver(message_id) is DeliverOutcome.SENT
    assert [message.body for message in twilio.messages] == ["¿Confirmas?\n\n1. Sí, confirmar\n2. No, seguir"]
    assert (await shop.message(message_id)).payload["is_numbered"] is True


async def test_a_content_deleted_at_twilio_is_made_anew_next_time(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp
) -> None:
    await send(rich, shop, twilio, MessageContent("¿Confirmas?", YES_NO))
    twilio.faults.append(Fault(400, 21655, "The ContentSid is Invalid"))
    assert (await send(rich, shop, twilio, MessageContent("¿Confirmas?", YES_NO))).body.endswith("2. No, seguir")
    assert (await send(rich, shop, twilio, MessageContent("¿Confirmas?", YES_NO))).shown
    assert len(twilio.contents) == 2


async def test_a_refusal_of_another_kind_is_not_said_again_in_words(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp
) -> None:
    twilio.faults.append(Fault(400, 63016, "outside the allowed window"))
    with pytest.raises(SendError, match="window_closed"):
        await rich.send(shop.access, SHOPPER, MessageContent("¿Confirmas?", YES_NO), uuid4())
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("is_accepted", [True, False])
async def test_buttons_whose_answer_was_lost_are_found(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp, is_accepted: bool
) -> None:
    outbox = JobRunner(shop, {ChannelKind.TWILIO_WHATSAPP: rich})
    twilio.faults.append(Fault(500, is_accepted=is_accepted))
    message_id = await shop.reply(await shop.hear("hola", "SM1"), MessageContent(SUMMARY, YES_NO))
    assert await until_settled(outbox, message_id) is DeliverOutcome.SENT
    assert [message.body for message in twilio.messages] == [SUMMARY]


async def test_a_template_goes_by_its_id_with_its_variables_in_one_line_each(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp
) -> None:
    template = Template("HX" + "a" * 32, variables=("Ana", "uno\ndos\t tres      cuatro", ""))
    await send(rich, shop, twilio, MessageContent("Hola Ana", template=template))
    [form] = twilio.requests
    assert form["ContentSid"] == "HX" + "a" * 32
    assert form["ContentVariables"] == '{"1": "Ana", "2": "uno dos  tres cuatro", "3": "-"}'
    assert "Body" not in form


async def test_a_picture_goes_by_its_address(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    picture = Media(MediaKind.IMAGE, "https://tienda.example/p.jpg")
    sent = await send(rich, shop, twilio, MessageContent("Polera $9.990", media=(picture,)))
    assert (sent.body, sent.media_urls) == ("Polera $9.990", ("https://tienda.example/p.jpg",))


async def test_typing_is_shown_for_a_message(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    await rich.show_typing(shop.access, SHOPPER, "SM1")
    assert twilio.typing == [{"channel": "whatsapp", "messageId": "SM1"}]


async def test_a_line_too_long_for_a_variable_is_shown_as_it_is(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp
) -> None:
    link = "https://tienda.example/p?id=" + "7" * 90
    text = f"{'La bodega abre de lunes a viernes de 9:00 a 18:30. ' * 9}{link} desde $12.990\n\n¿Te sirve?"
    sent = await send(rich, shop, twilio, MessageContent(text, YES_NO))
    assert sent.shown["twilio/quick-reply"]["body"] == text


async def test_a_word_too_long_for_a_variable_goes_in_words(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp
) -> None:
    link = "https://tienda.example/" + "x" * 400
    sent = await send(rich, shop, twilio, MessageContent(link, YES_NO))
    assert (sent.body, sent.shown) == (f"{link}\n\n1. Sí, confirmar\n2. No, seguir", {})


async def test_the_longest_of_everything_is_taken(shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp) -> None:
    rows = tuple(
        Choice(f"{n:x}" * 200, f"Juego de llaves combinadas métricas de {n} piezas 👍", "✓ " * 10) for n in range(10)
    )
    sent = await send(rich, shop, twilio, MessageContent("Tengo estas.", rows))
    assert len(sent.shown["twilio/list-picker"]["items"]) == 10


@pytest.mark.parametrize("code", [21658, 21657])
async def test_a_refusal_of_the_buttons_that_nobody_foresaw_is_said_in_words(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp, code: int
) -> None:
    twilio.faults.append(Fault(400, code))
    sent = await send(rich, shop, twilio, MessageContent("¿Confirmas?", YES_NO))
    assert (sent.body, sent.shown) == ("¿Confirmas?\n\n1. Sí, confirmar\n2. No, seguir", {})


@pytest.mark.parametrize("body", ["", SUMMARY + "\nSí, confirmar\nNo, seguir"])
async def test_buttons_are_found_though_the_list_words_them_otherwise(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp, body: str
) -> None:
    outbox = JobRunner(shop, {ChannelKind.TWILIO_WHATSAPP: rich})
    twilio.faults.append(Fault(500, is_accepted=True))
    message_id = await shop.reply(await shop.hear("hola", "SM1"), MessageContent(SUMMARY, YES_NO))
    await outbox.deliver(message_id)
    twilio.messages[0] = replace(twilio.messages[0], body=body)
    assert await until_settled(outbox, message_id) is DeliverOutcome.SENT
    assert len(twilio.messages) == 1


async def test_what_is_said_beside_a_document_goes_by_itself(
    shop: Shop, twilio: TwilioServer, rich: TwilioWhatsApp
) -> None:
    quote = Media(MediaKind.DOCUMENT, "https://tienda.example/c.pdf", caption="Cotización 123")
    await send(rich, shop, twilio, MessageContent("Aquí va.", media=(quote,)))
    assert [(sent.body, sent.media_urls) for sent in twilio.messages] == [
        ("Aquí va.", ()),
        ("Cotización 123", ()),
        ("", ("https://tienda.example/c.pdf",)),
    ]
