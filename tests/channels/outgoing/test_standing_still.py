"""A process that stood still while it was sending writes nothing when it wakes: another may have sent it by then."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from channels.adapter import Adapter, ChannelAccess, SendResult
from channels.botpress import Botpress
from channels.chatwoot.bot import Chatwoot
from channels.meta.whatsapp import MetaWhatsApp
from channels.outgoing.outbox import DeliverOutcome, Outbox
from channels.telegram.bot import Telegram
from channels.twilio.whatsapp import TwilioWhatsApp
from connectors.deadline import TooLate, writing_until
from connectors.http import GuardedHttp, parse_networks
from data.content import MessageContent
from data.states import READ_FROM_THE_TABLE, ChannelKind, Delivery
from tests.channels.shop import ACCOUNT, NOW, NUMBER, TOKEN, Shop
from tests.servers.loopback import served
from tests.servers.twilio_server import TwilioServer

SECRETS = {"auth_token": TOKEN, "access_token": "a" * 30, "bot_token": "123456:" + "b" * 35}


class Anything:
    """Takes whatever it is asked, and remembers which of it came whole."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: list[bytes] = []

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append(await request.read())
        told = {"ok": True, "id": 1, "sid": "SM1", "messages": [{"id": "w"}], "result": {"message_id": 1}}
        return web.json_response(told)


@pytest.fixture
async def anything() -> AsyncIterator[Anything]:
    server, app = Anything(), web.Application()
    app.router.add_route("*", "/{path:.*}", server.take)
    async with served(app) as url:
        server.url = url
        yield server


@pytest.mark.parametrize("kind", sorted(set(ChannelKind) - READ_FROM_THE_TABLE))
async def test_no_adapter_writes_after_its_time(anything: Anything, kind: ChannelKind) -> None:
    guarded = GuardedHttp(parse_networks("127.0.0.1"))
    adapters: dict[ChannelKind, Adapter] = {
        ChannelKind.TWILIO_WHATSAPP: TwilioWhatsApp(anything.url),
        ChannelKind.META_WHATSAPP: MetaWhatsApp(anything.url),
        ChannelKind.TELEGRAM: Telegram(anything.url),
        ChannelKind.CHATWOOT: Chatwoot(guarded),
        ChannelKind.BOTPRESS: Botpress(guarded),
    }
    config = {"account_sid": ACCOUNT, "base_url": anything.url, "account_id": "3", "reply_url": anything.url}
    access = ChannelAccess(uuid4(), uuid4(), kind, NUMBER, config, SECRETS, "https://tienda.example/hook")
    with pytest.raises(TooLate), writing_until(time.monotonic() - 1):
        await adapters[kind].send(access, "56987654321", MessageContent("hola"), uuid4())
    assert anything.taken == []
    with writing_until(time.monotonic() + 60):
        await adapters[kind].send(access, "56987654321", MessageContent("hola"), uuid4())
    assert len(anything.taken) == 1


class Sleepy(TwilioWhatsApp):
    """Stands still once, between the claim and the writing."""

    sleeps = 0.1

    async def send(self, access: ChannelAccess, to: str, content: MessageContent, message_id: UUID) -> SendResult:
        time.sleep(self.sleeps)  # noqa: ASYNC251 - all of the process
        self.sleeps = 0
        return await super().send(access, to, content, message_id)


async def test_what_was_not_written_in_time_is_looked_into_and_sent_once(
    shop: Shop, twilio: TwilioServer, message_id: UUID
) -> None:
    adapter = Sleepy(twilio.url)
    outbox = Outbox(shop.database, {adapter.kind: adapter}, shop.open_access, fresh_seconds=0.05)
    assert await outbox.deliver(shop.tenant_id, message_id, NOW) is DeliverOutcome.RETRYING
    row = await shop.message(message_id)
    assert (row.delivery, row.doubted_at, twilio.requests) == (Delivery.SENDING, NOW, [])
    for seconds in (30, 60):
        await Outbox(shop.database, {adapter.kind: adapter}, shop.open_access).deliver(
            shop.tenant_id, message_id, NOW + timedelta(seconds=seconds)
        )
    await adapter.close()
    assert len(twilio.messages) == 1
