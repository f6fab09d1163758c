"""The chat on a shop's own site, in a real browser: one line, any size, any mishap."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, expect

from api.admin.channels import embed_code
from data.content import Card, Choice, Media, MediaKind, MessageContent
from data.models import Message
from tests.api.browsing import FOCUSED, KEPT, conversation_of, write
from tests.api.service import Service, Store
from tests.api.shop import answer
from tests.api.site import Site, serve_site

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
LAUNCHER = "Abrir el chat"


@pytest.fixture
async def site(service: Service, store: Store) -> AsyncIterator[Site]:
    async with serve_site(service, store) as site:
        site.line = embed_code(service.url, store.webchat_id)
        yield site


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
async def context(
    request: pytest.FixtureRequest, browser: Browser, complaints: list[str]
) -> AsyncIterator[BrowserContext]:
    """One visitor's browser; a complaint that is left fails the test."""
    context = await browser.new_context(viewport=request.param, locale="es-CL")
    context.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    await context.close()
    assert complaints == []


async def visit(context: BrowserContext, site: Site) -> Page:
    page = await context.new_page()
    await page.goto(site.url)
    return page


async def open_chat(page: Page) -> None:
    await page.get_by_role("button", name=LAUNCHER).click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def said(service: Service, store: Store) -> list[Message]:
    conversation = await conversation_of(service, store)
    async with service.runtime.database.transaction(store.tenant_id) as tx:
        return list(await tx.messages.history(conversation.id, limit=50))


async def reply(service: Service, store: Store, text: str, *choices: Choice) -> None:
    await answer(service, store, (await conversation_of(service, store)).id, MessageContent(text, choices))


@pytest.mark.parametrize("context", [PHONE, DESKTOP], ids=["phone", "desktop"], indirect=True)
async def test_one_line_puts_the_chat_on_a_site(
    service: Service, store: Store, context: BrowserContext, site: Site
) -> None:
    page = await visit(context, site)
    await page.get_by_role("button", name=LAUNCHER).dblclick()
    await page.get_by_role("button", name="Hablar con una persona", exact=True).dblclick()
    await write(page, "hola")
    await expect(page.locator(KEPT)).to_have_count(2)
    assert [message.text for message in await said(service, store)] == ["Quiero hablar con una persona", "hola"]
    await reply(service, store, "¡Hola! ¿Qué buscas?")
    await expect(page.locator(".message.theirs .bubble")).to_have_text("¡Hola! ¿Qué buscas?")
    size = await page.get_by_role("dialog").bounding_box()
    assert size is not None
    is_phone = page.viewport_size == PHONE
    whole = (size["width"], size["height"]) == (PHONE["width"], PHONE["height"])
    assert whole is is_phone
    await expect(page.get_by_role("dialog")).to_have_attribute("aria-modal", str(is_phone).lower())
    # The site's style stays outside, and ours inside.
    looks = "each => [getComputedStyle(each).textTransform, getComputedStyle(each).fontSize]"
    assert await page.locator(".composer .text").evaluate(looks) == ["none", "16px"]
    assert await page.locator("h1").evaluate("each => getComputedStyle(each).fontSize") == "20px"


EMPTIES = """() => {
  const line = Object.assign(document.createElement("script"), { src: performance.getEntriesByType("resource")
    .find(({ name }) => name.includes("/widget.js")).name });
  document.body.replaceChildren(line);
}"""


async def test_the_address_alone_can_carry_the_channel(
    service: Service, store: Store, context: BrowserContext, site: Site
) -> None:
    site.line = f'<script src="{service.url}/widget.js?channel={store.webchat_id}" async></script>' * 2
    page = await visit(context, site)
    await expect(page.get_by_role("button", name=LAUNCHER)).to_have_count(1)
    # A site that changes pages without loading them puts in a new body, or empties it and runs the line again.
    await page.evaluate("document.body.replaceWith(document.createElement('body'))")
    await open_chat(page)
    await page.evaluate(EMPTIES)
    await expect(page.get_by_role("dialog")).to_have_count(1)


async def test_a_site_that_is_not_allowed_shows_nothing(
    service: Service, store: Store, other_store: Store, context: BrowserContext, site: Site, complaints: list[str]
) -> None:
    site.line = embed_code(service.url, other_store.webchat_id)
    page = await visit(context, site)
    async with asyncio.timeout(10):
        while not any("CORS" in each for each in complaints):  # noqa: ASYNC110 - the browser tells it so
            await asyncio.sleep(0.02)
    await expect(page.get_by_role("button", name=LAUNCHER)).to_have_count(0)
    attempt = f"fetch('{service.url}/v1/webchat/{other_store.webchat_id}/session', {{method: 'POST'}})"
    assert await page.evaluate(f"{attempt}.then(() => 'open', () => 'refused')") == "refused"
    complaints.clear()


async def test_a_reload_while_the_answer_is_coming_misses_nothing(
    service: Service, store: Store, context: BrowserContext, site: Site
) -> None:
    page = await visit(context, site)
    await open_chat(page)
    await write(page, "¿tienen clavos?")
    await expect(page.locator(".typing")).to_be_visible()
    await page.reload()
    # On a computer it stays open from page to page, and is where it was.
    await expect(page.locator(".typing")).to_be_visible()
    await reply(service, store, "Sí, de 2 pulgadas")
    await expect(page.locator(".message")).to_have_count(2)
    await expect(page.locator(".typing")).to_be_hidden()
    await page.reload()
    await expect(page.locator(".message .bubble")).to_have_text(["¿tienen clavos?", "Sí, de 2 pulgadas"])


async def test_two_tabs_go_in_step(service: Service, store: Store, context: BrowserContext, site: Site) -> None:
    first = await visit(context, site)
    second = await visit(context, site)
    for page in (first, second):
        await open_chat(page)
    await write(first, "desde una")
    await expect(second.locator(KEPT)).to_have_count(1)
    await write(second, "desde la otra")
    await expect(second.locator(KEPT)).to_have_count(2)
    await reply(service, store, "A las dos")
    for page in (first, second):
        await expect(page.locator(".message .bubble")).to_have_text(["desde una", "desde la otra", "A las dos"])
    assert [message.text for message in await said(service, store)] == ["desde una", "desde la otra", "A las dos"]


async def test_two_tabs_that_begin_at_once_are_one_visitor(
    service: Service, store: Store, context: BrowserContext, site: Site
) -> None:
    pages = [await visit(context, site) for _ in range(2)]
    for page in pages:
        await open_chat(page)
    await asyncio.gather(*(write(page, f"hola {number}") for number, page in enumerate(pages)))
    for page in pages:
        await expect(page.locator(KEPT)).to_have_count(2)
    assert {message.text for message in await said(service, store)} == {"hola 0", "hola 1"}


# A headless page always believes it is seen.
HIDES = """(() => {
  let hidden = false;
  Object.defineProperty(document, "hidden", { get: () => hidden });
  window.hide = (value) => { hidden = value; document.dispatchEvent(new Event("visibilitychange")); };
})()"""


async def test_many_tabs_hold_few_streams(service: Service, store: Store, context: BrowserContext, site: Site) -> None:
    streams: set[Request] = set()
    context.on("request", lambda request: streams.add(request) if request.url.endswith("/events") else None)
    context.on("requestfailed", lambda request: streams.discard(request))  # noqa: PLW0108 - playwright marks the function
    await context.add_init_script(HIDES)
    first = await visit(context, site)
    await open_chat(first)
    await write(first, "hola")
    await expect(first.locator(KEPT)).to_have_count(1)
    tabs = [first]
    for _ in range(5):
        await tabs[-1].evaluate("hide(true)")
        tabs.append(await visit(context, site))
        await expect(tabs[-1].locator(KEPT)).to_have_count(1)
    await reply(service, store, "A todas")
    for page in tabs:
        await expect(page.locator(".message")).to_have_count(2)
    assert len(streams) <= 2  # of the tab that is seen, and of one of the others
    await tabs[-1].evaluate("hide(true)")
    await tabs[1].evaluate("hide(false)")
    await reply(service, store, "Y otra vez")
    for page in tabs:
        await expect(page.locator(".message")).to_have_count(3)


class Network:
    """The visitor's, as they send a message: up, down, or dying once the service has it."""

    def __init__(self) -> None:
        self.is_up = True
        self.loses_answers = False
        self.lost = asyncio.Event()

    async def carry(self, route: Route) -> None:
        if self.is_up:
            await route.continue_()
            return
        if self.loses_answers:
            await route.fetch()
            self.lost.set()
        await route.abort()


async def test_what_was_not_sent_survives_a_reload_and_goes_once(
    service: Service, store: Store, context: BrowserContext, site: Site, complaints: list[str]
) -> None:
    page = await visit(context, site)
    await open_chat(page)
    await write(page, "uno")
    await expect(page.locator(KEPT)).to_have_count(1)
    network = Network()
    await context.route("**/v1/webchat/*/messages", network.carry)
    network.is_up, network.loses_answers = False, True
    await write(page, "dos")
    await network.lost.wait()
    network.loses_answers = False
    await write(page, "tres")
    await write(page, "cuatro")
    await page.reload()
    await expect(page.locator(".message.mine .bubble")).to_have_text(["uno", "dos", "tres", "cuatro"])
    network.is_up = True
    await expect(page.locator(KEPT)).to_have_count(4, timeout=20_000)
    assert [message.text for message in await said(service, store)] == ["uno", "dos", "tres", "cuatro"]
    complaints.clear()


# What Chromium does for who lets sites keep nothing.
KEEPS_NOTHING = """(() => {
  const refused = () => { throw new DOMException("denied", "SecurityError"); };
  Object.defineProperty(window, "localStorage", { get: refused });
  navigator.locks.request = async () => refused();
})()"""


async def test_what_the_service_refuses_can_be_let_go_also_where_nothing_is_kept(
    service: Service, store: Store, context: BrowserContext, site: Site, complaints: list[str]
) -> None:
    await context.add_init_script(KEEPS_NOTHING)
    page = await visit(context, site)
    await open_chat(page)
    await write(page, "\u200b")
    await expect(page.locator(".message.failed")).to_contain_text("El mensaje no tiene nada que se pueda leer")
    await page.get_by_role("button", name="Borrar").click()
    await expect(page.locator(".message")).to_have_count(0)
    await expect(page.locator(".welcome")).to_be_visible()
    complaints.clear()


async def test_a_keyboard_is_enough(service: Service, store: Store, context: BrowserContext, site: Site) -> None:
    page = await visit(context, site)
    await expect(page.get_by_role("button", name=LAUNCHER)).to_be_visible()
    while not str(await page.evaluate(FOCUSED)).startswith(LAUNCHER):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name=f"Chat con {store.name}")).to_be_visible()
    await page.keyboard.type("hola")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("¿hay pan?")
    await page.keyboard.press("Enter")
    await expect(page.locator(KEPT)).to_have_count(1)
    await reply(service, store, "Sí", Choice("take:1:PAN", "Agregar pan"))
    await page.get_by_role("button", name="Agregar pan").press("Enter")
    await expect(page.locator(KEPT)).to_have_count(2)
    assert await page.evaluate(FOCUSED) == "Escribe tu mensaje"  # the button that had it is gone
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert str(await page.evaluate(FOCUSED)).startswith(LAUNCHER)
    assert [message.text for message in await said(service, store)] == ["hola\n¿hay pan?", "Sí", "Agregar pan"]


@pytest.mark.parametrize("context", [PHONE], ids=["phone"], indirect=True)
async def test_on_a_phone_the_focus_stays_in_the_sheet(context: BrowserContext, site: Site) -> None:
    page = await visit(context, site)
    await page.evaluate("document.documentElement.style.overflow = 'clip'")
    await open_chat(page)
    # Enlarged with two fingers, it stays as large as the page.
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
    size = await page.get_by_role("dialog").evaluate("each => [each.offsetHeight, visualViewport.scale]")
    assert size == [PHONE["height"], 2]
    await session.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 1})
    reached = set()
    for _ in range(12):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate(FOCUSED))
    assert "Escribe tu mensaje" in reached
    assert "Cerrar el chat" in reached
    assert "Pie" not in reached
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.documentElement.style.overflow") == "clip"  # the site's own


async def test_what_comes_while_it_is_closed_is_counted_until_it_is_seen(
    service: Service, store: Store, context: BrowserContext, site: Site
) -> None:
    page = await visit(context, site)
    await open_chat(page)
    await write(page, "hola")
    await expect(page.locator(KEPT)).to_have_count(1)
    await page.keyboard.press("Escape")
    await reply(service, store, "*Tenemos* poleras")
    await expect(page.get_by_role("button", name=f"{LAUNCHER} con {store.name}, 1 mensaje nuevo")).to_be_visible()
    await expect(page.locator(".glimpse")).to_contain_text("Tenemos poleras")
    await page.reload()
    await expect(page.locator(".count")).to_have_text("1")
    await page.get_by_role("button", name=LAUNCHER).click()
    await expect(page.locator(".count")).to_be_hidden()
    await page.get_by_role("button", name="Cerrar el chat").first.click()
    await page.reload()
    await expect(page.locator(".message")).to_have_count(2)
    await expect(page.get_by_role("button", name=f"{LAUNCHER} con {store.name}", exact=True)).to_be_visible()
    await expect(page.locator(".count")).to_be_hidden()


async def test_names_and_pictures_of_the_catalogue_do_nothing_but_show(
    service: Service, store: Store, context: BrowserContext, site: Site, complaints: list[str]
) -> None:
    asked: list[dict[str, str]] = []

    async def picture(route: Route) -> None:
        asked.append({"url": route.request.url} | await route.request.all_headers())
        await route.fulfill(body='<svg xmlns="http://www.w3.org/2000/svg"/>', content_type="image/svg+xml")

    await context.route("**/*.svg", picture)
    page = await visit(context, site)
    await open_chat(page)
    await write(page, "hola")
    hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    urls = ["https://fotos.example/a.svg", "http://fotos.example/b.svg", "javascript:document.title=3", "data:x.svg"]
    cards = tuple(Card(f"S{n}", hostile, "$1.000", "quedan 9", url) for n, url in enumerate(urls))
    content = MessageContent(hostile, (Choice("x", hostile),), cards)
    await answer(service, store, (await conversation_of(service, store)).id, content)
    await expect(page.locator(".card .title")).to_have_text([hostile] * 4)
    await expect(page.locator(".card img")).to_have_count(1)
    await expect(page.locator(".card img")).to_have_attribute("referrerpolicy", "no-referrer")
    await expect(page.locator(".choices button")).to_have_text([hostile])
    assert await page.locator(".log :is(script, a, iframe)").count() == 0
    assert await page.title() == "Mi tienda"
    await expect(page.locator(".card img")).to_have_js_property("complete", True)  # it is fetched when there is time
    assert [request["url"] for request in asked] == urls[:1]
    assert "referer" not in asked[0]
    # One that does not load leaves its file and its words; and a line that says more than its card stays.
    await context.route("**/*.jpg", lambda route: route.abort())
    many = Card("S9", "Clavos", "$990", "quedan 1.250")
    lost = Media(MediaKind.IMAGE, "https://fotos.example/rota.jpg", "La foto")
    few = Card("S8", "Tarugos", "$500", "quedan 4")
    lines = "1. *Clavos* a $990 (quedan 1.250)\n2. *Tarugos* a $500, con guantes de regalo"
    content = MessageContent(lines, cards=(many, few), media=(lost,))
    await answer(service, store, (await conversation_of(service, store)).id, content)
    await expect(page.get_by_role("link", name="Ver imagen")).to_be_visible()
    shown = page.locator(".message").last
    await expect(shown.locator(".number")).to_have_text(["1", "2"])
    await expect(shown.locator(".bubble")).to_have_text(
        [lines.splitlines()[1].replace("*", ""), "Ver imagen", "La foto"]
    )
    await expect(page.locator(".stock.low")).to_have_count(0)
    complaints.clear()


async def test_a_session_that_ended_is_renewed_unseen(
    service: Service, store: Store, context: BrowserContext, site: Site, complaints: list[str]
) -> None:
    page = await visit(context, site)
    await open_chat(page)
    await write(page, "uno")
    await expect(page.locator(KEPT)).to_have_count(1)
    spoilt = "localStorage.setItem({0}, JSON.stringify({{...JSON.parse(localStorage.getItem({0})), renew_at: 0}}))"
    await page.evaluate(spoilt.format(f"'caserita:{store.webchat_id}:session'"))
    await write(page, "dos")
    await expect(page.locator(KEPT)).to_have_count(2)
    assert [message.text for message in await said(service, store)] == ["uno", "dos"]
    # The browser is told to forget: another visitor, who is answered all the same.
    await page.evaluate("localStorage.clear()")
    await write(page, "tres")
    await expect(page.locator(KEPT)).to_have_count(1)
    await reply(service, store, "Y cuatro")
    await expect(page.locator(".message .bubble")).to_have_text(["tres", "Y cuatro"])
