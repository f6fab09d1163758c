"""What a visitor does in a browser, and what is looked at there."""

import asyncio

from playwright.async_api import Page, expect

from data.models import Conversation
from tests.api.service import Service, Store

# The visitor's messages that the service has, and told the page so.
KEPT = ".message.mine[data-position]"
FOCUSED = """(() => {
  let active = document.activeElement;
  while (active?.shadowRoot) active = active.shadowRoot.activeElement;
  return active?.ariaLabel ?? active?.textContent;
})()"""


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Escribe tu mensaje").fill(text)
    await page.get_by_role("button", name="Enviar").click()
    await expect(page.locator(".message.mine", has_text=text)).to_be_visible()


async def conversation_of(service: Service, store: Store) -> Conversation:
    """The visitor's, once their first message is in."""
    async with asyncio.timeout(15):
        while True:
            async with service.runtime.database.transaction(store.tenant_id) as tx:
                if found := await tx.conversations.recent():
                    return found[0]
            await asyncio.sleep(0.02)
