"""The web chat's page in a real browser: writing, being answered, coming back, on a phone."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser, Page, Request, expect

from data.content import Card, Choice, MessageContent
from data.states import ConversationStatus, Sender
from tests.api.browsing import FOCUSED, KEPT, conversation_of, write
from tests.api.service import Service, Store
from tests.api.shop import add_product, answer

PHONE = {"width": 360, "height": 740}
LIST = MessageContent(
    "Tenemos estos:\n1. *Martillo* a $8.990 (quedan 2)\n2. *Alicate* a $5.990 (sin stock)\n¿Cuál te llevas?",
    (Choice("take:1:M-1", "Martillo"), Choice("take:1:A-1", "Alicate"), Choice("cart", "Ver carrito")),
    (Card("M-1", "Martillo", "$8.990", "quedan 2"), Card("A-1", "Alicate", "$5.990", "sin stock")),
)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of."""
    return []


@pytest.fixture
async def page(browser: Browser, service: Service, store: Store, complaints: list[str]) -> AsyncIterator[Page]:
    """The store's chat on a phone; a complaint that is left fails the test."""
    context = await browser.new_context(viewport=PHONE, locale="es-CL")  # type: ignore[arg-type]  # a plain dict
    page = await context.new_page()
    page.on(
        "console",
        lambda message: complaints.append(f"{message.text} {message.location}") if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "requestfailed", lambda request: None if _was_left(request) else complaints.append(f"failed: {request.url}")
    )
    page.on("request", lambda request: None if request.url.startswith(service.url) else complaints.append(request.url))
    await page.goto(f"{service.url}/c/{store.webchat_id}")
    yield page
    assert complaints == []
    await context.close()


def _was_left(request: Request) -> bool:
    """Leaving a page cuts what it was loading, which is no fault."""
    return request.failure == "net::ERR_ABORTED"


async def test_a_visitor_writes_is_answered_and_finds_it_all_after_a_reload(
    service: Service, store: Store, page: Page
) -> None:
    await expect(page.get_by_role("heading", name=store.name)).to_be_visible()
    await write(page, "hola, ¿tienen martillos?")
    await answer(service, store, (await conversation_of(service, store)).id, MessageContent("*¡Hola!* Sí, quedan 2."))
    await expect(page.locator(".message.theirs strong")).to_have_text("¡Hola!")
    await page.reload()
    await expect(page.locator(".message")).to_have_count(2)
    await expect(page.locator(".message.mine .bubble")).to_have_text("hola, ¿tienen martillos?")


async def test_products_are_cards_and_one_is_chosen_by_a_tap(service: Service, store: Store, page: Page) -> None:
    await write(page, "herramientas")
    conversation_id = (await conversation_of(service, store)).id
    await answer(service, store, conversation_id, LIST)
    cards = page.locator(".card")
    await expect(cards).to_have_count(2)
    await expect(cards.nth(0)).to_contain_text("$8.990")
    await expect(cards.nth(1).locator(".stock")).to_have_class("stock none")
    await expect(cards.nth(1).get_by_role("button")).to_have_count(0)
    # Each product is told once: as a card, not as a line or a choice besides.
    await expect(page.get_by_text("Martillo")).to_have_count(1)
    await expect(page.locator(".choices button")).to_have_text(["Ver carrito"])
    await cards.nth(0).get_by_role("button", name="Agregar Martillo, $8.990").click()
    await expect(page.locator(".message.mine").nth(1)).to_contain_text("Agregar Martillo")
    await expect(page.locator(".choices")).to_be_hidden()
    await expect(page.locator(KEPT)).to_have_count(2)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        messages = await tx.messages.history(conversation_id, limit=10)
    assert messages[-1].sender is Sender.CONTACT
    assert messages[-1].payload["choice"] == "take:1:M-1"


async def test_what_is_written_is_shown_as_text_only(service: Service, store: Store, page: Page) -> None:
    hostile = "<img src=x onerror=\"document.title='taken'\"> *<b>x</b>* javascript:alert(1)"
    await write(page, hostile.replace("*", ""))
    content = MessageContent(hostile, (Choice("x", "<i>sí</i>"),), (Card("1", "<u>a</u>", "$1", "<s>b</s>"),))
    await answer(service, store, (await conversation_of(service, store)).id, content)
    await expect(page.locator(".message.theirs .bubble")).to_contain_text("<img src=x")
    await expect(page.locator(".choices button")).to_have_text("<i>sí</i>")
    assert await page.locator(".log :is(img, b, i, u, s, a, script)").count() == 0
    assert "taken" not in await page.title()


async def test_a_link_of_the_store_can_be_followed_safely(service: Service, store: Store, page: Page) -> None:
    await write(page, "¿cómo pago?")
    content = MessageContent("Paga en https://pago.example/x?a=1&b=2.")
    await answer(service, store, (await conversation_of(service, store)).id, content)
    link = page.locator(".log a")
    await expect(link).to_have_attribute("href", "https://pago.example/x?a=1&b=2")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


async def test_a_person_who_answers_is_announced(service: Service, store: Store, page: Page) -> None:
    await page.get_by_role("button", name="Hablar con una persona", exact=True).click()
    conversation_id = (await conversation_of(service, store)).id
    async with service.client(next(iter(store.tokens.values()))) as owner:
        await owner.post(f"/v1/conversations/{conversation_id}/messages", json={"text": "Soy Ana, dime"})
    await expect(page.locator(".from")).to_have_text("Persona de la tienda")
    await expect(page.locator(".presence")).to_have_text("Te atiende una persona de la tienda")
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        assert (await tx.conversations.get(conversation_id)).status is ConversationStatus.HANDED_OFF


async def test_a_lost_connection_is_told_and_what_was_written_arrives_once(
    service: Service, store: Store, page: Page, complaints: list[str]
) -> None:
    await write(page, "uno")
    conversation_id = (await conversation_of(service, store)).id
    await page.context.set_offline(True)
    await page.get_by_label("Escribe tu mensaje").fill("dos")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.mine").nth(1)).to_contain_text("Se enviará en cuanto se pueda")
    await expect(page.get_by_text("Sin conexión")).to_be_visible()
    await page.context.set_offline(False)  # and the page sends it by itself
    await expect(page.locator(KEPT)).to_have_count(2, timeout=20_000)
    await expect(page.get_by_text("Sin conexión")).to_be_hidden()
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        assert [message.text for message in await tx.messages.history(conversation_id, limit=9)] == ["uno", "dos"]
    assert "ERR_INTERNET_DISCONNECTED" in repr(complaints)
    complaints.clear()


@pytest.mark.parametrize("words", ["hola", "x" * 400, "palabra " * 80, "https://tienda.example/" + "a" * 200])
async def test_a_phone_never_scrolls_sideways(service: Service, store: Store, page: Page, words: str) -> None:
    await write(page, words)
    card = Card("1", words[:90], "$1.234.567", "quedan 3")
    long = MessageContent(words, (Choice("a", "Opción " + words[:60]),), (card,))
    await answer(service, store, (await conversation_of(service, store)).id, long)
    await expect(page.locator(".card")).to_be_visible()
    wide = [
        await page.evaluate("document.documentElement.scrollWidth"),
        await page.locator(".scroll").evaluate("each => each.scrollWidth"),
    ]
    assert max(wide) <= PHONE["width"]


async def test_a_keyboard_reaches_everything(page: Page) -> None:
    await expect(page.get_by_role("button", name="Quiero hablar con una persona")).to_be_visible()
    await page.get_by_label("Escribe tu mensaje").fill("hola")
    reached = []
    for _ in range(6):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate(FOCUSED))
    assert {"Quiero hablar con una persona", "Escribe tu mensaje", "Enviar", "Hablar con una persona"} <= set(reached)


async def test_the_suggestions_are_of_this_store(
    browser: Browser, service: Service, store: Store, other_store: Store
) -> None:
    await add_product(service, store, "M-1", "Martillo de goma")
    await add_product(service, other_store, "P-1", "Polera negra")
    page = await browser.new_page()
    await page.goto(f"{service.url}/c/{store.webchat_id}")
    await expect(page.locator(".suggestions button")).to_have_text(["¿Tienen martillo de goma?"])
    await page.locator(".suggestions button").click()
    await expect(page.locator(".message.mine .bubble")).to_have_text("¿Tienen martillo de goma?")
    await expect(page.locator(".suggestions")).to_be_hidden()
    await page.close()


async def test_the_api_reference_needs_nothing_from_elsewhere(browser: Browser, service: Service) -> None:
    page = await browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{service.url}/docs")
    await expect(page.get_by_role("heading", name="API de Caserita")).to_be_visible()
    assert await page.locator("article").count() > 20
    assert all(url.startswith(service.url) for url in asked)
    await page.close()


async def test_an_unknown_chat_has_a_page_that_says_so(anyone: httpx.AsyncClient) -> None:
    response = await anyone.get("/c/nada")
    assert response.status_code == 404
    assert "Este chat no existe" in response.text
