"""What shoppers wrote while nobody heard is read from Twilio's list, each message once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from channels.adapter import Adapter
from channels.incoming.missed import OVERLAP, SETTLING, fetch_missed
from channels.twilio.whatsapp import TwilioWhatsApp
from data.models import Channel
from data.states import ChannelKind
from tests.channels.shop import NUMBER, SHOPPER, Shop
from tests.servers.twilio_server import Fault, TwilioServer


class Poller:
    def __init__(self, shop: Shop, adapters: Mapping[ChannelKind, Adapter]) -> None:
        self.shop, self.adapters = shop, adapters
        self.began = datetime.now(UTC).replace(microsecond=0)
        self.now = self.began + timedelta(minutes=10)

    async def poll(self) -> int:
        shop = self.shop
        return await fetch_missed(shop.database, self.adapters, shop.open_access, shop.tenant_id, self.now)

    def hear(self, twilio: TwilioServer, words: str, sid: str, minutes: float, sender: str = SHOPPER) -> None:
        twilio.hear(sender, NUMBER, words, sid, created_at=self.began + timedelta(minutes=minutes))

    async def texts(self) -> list[str]:
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            conversation = await tx.conversations.find(self.shop.channel.id, SHOPPER)
            assert conversation is not None
            return [message.text for message in await tx.messages.history(conversation.id, limit=500)]

    async def channel(self) -> Channel:
        async with self.shop.database.transaction(self.shop.tenant_id) as tx:
            channel = await tx.channels.get(self.shop.channel.id)
        assert channel is not None
        return channel


async def test_messages_of_an_outage_are_taken_in_once_and_in_their_order(
    shop: Shop, twilio: TwilioServer, adapters: Mapping[ChannelKind, Adapter]
) -> None:
    poller = Poller(shop, adapters)
    await shop.hear("antes", "SM0", now=poller.began)
    poller.hear(twilio, "antes", "SM0", 0.1)
    for n in range(1, 131):
        poller.hear(twilio, f"mensaje {n}", f"SM{n}", n * 0.05 + 0.2)
    twilio.hear(SHOPPER, "whatsapp:+56933333333", "a otra tienda", "SMother")
    await poller.poll()
    await poller.poll()
    assert await poller.texts() == ["antes", *(f"mensaje {n}" for n in range(1, 131))]
    assert len(await shop.jobs("take_turn")) == 1


async def test_the_cursor_moves_on_and_a_failure_keeps_it(
    shop: Shop, twilio: TwilioServer, adapters: Mapping[ChannelKind, Adapter]
) -> None:
    poller = Poller(shop, adapters)
    await poller.poll()
    until = (await poller.channel()).fetched_until
    assert until == poller.now - SETTLING
    poller.hear(twilio, "hola", "SM1", 12)
    poller.now += timedelta(minutes=20)
    twilio.list_faults.append(Fault(503))
    assert await poller.poll() == 0
    assert (await poller.channel()).fetched_until == until
    assert await poller.poll() == 1
    assert twilio.listed[-1]["DateSent>"] == (until - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await poller.texts() == ["hola"]


async def test_a_message_whose_webhook_may_still_come_is_left_to_it(
    shop: Shop, twilio: TwilioServer, adapters: Mapping[ChannelKind, Adapter]
) -> None:
    poller = Poller(shop, adapters)
    poller.hear(twilio, "recién", "SM1", 9.5)
    assert await poller.poll() == 0
    poller.now += timedelta(minutes=2)
    assert await poller.poll() == 1


async def test_files_and_hidden_numbers_are_read_as_in_a_webhook(
    shop: Shop, twilio: TwilioServer, adapters: Mapping[ChannelKind, Adapter]
) -> None:
    poller = Poller(shop, adapters)
    name, _ = twilio.store(b"OggS", "audio/ogg")
    moment = poller.began + timedelta(minutes=1)
    twilio.hear(SHOPPER, NUMBER, "", "MM1", media_urls=(name,), created_at=moment)
    await poller.poll()
    assert await poller.texts() == ["[audio]"]
    [job] = await shop.jobs("fetch_media")
    async with shop.database.transaction(shop.tenant_id) as tx:
        message = await tx.messages.by_external_id(shop.channel.id, "MM1")
    assert message is not None
    assert job["args"]["message_id"] == str(message.id)
    [attachment] = message.payload["attachments"]
    assert attachment["reference"].startswith("https://api.twilio.com/2010-04-01/Accounts/")
    assert message.sent_at == moment


async def test_one_that_cannot_be_read_holds_up_no_other(
    shop: Shop, twilio: TwilioServer, adapters: Mapping[ChannelKind, Adapter]
) -> None:
    poller = Poller(shop, adapters)
    name, _ = twilio.store(b"OggS", "audio/ogg")
    twilio.hear(SHOPPER, NUMBER, "", "MM1", media_urls=(name,), created_at=poller.began + timedelta(minutes=1))
    twilio.deleted.add("MM1")
    poller.hear(twilio, "sin remitente", "SM2", 2, sender="")
    poller.hear(twilio, "hola", "SM3", 3)
    assert await poller.poll() == 2
    assert await poller.texts() == ["[archivo]", "hola"]
    async with shop.database.transaction(shop.tenant_id) as tx:
        [item] = await tx.conversations.quarantined()
    assert item.raw["Body"] == "sin remitente"


async def test_the_time_it_is_asked_for_is_twilios(shop: Shop, twilio: TwilioServer, adapter: TwilioWhatsApp) -> None:
    await adapter.fetch_missed(shop.access, datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("America/Santiago")))
    assert twilio.listed[-1]["DateSent>"] == "2026-11-21T15:00:00Z"


async def test_a_channel_switched_off_is_not_asked(
    shop: Shop, twilio: TwilioServer, adapters: Mapping[ChannelKind, Adapter]
) -> None:
    async with shop.database.transaction(shop.tenant_id) as tx:
        channel = await tx.channels.get(shop.channel.id)
        assert channel is not None
        channel.is_active = False
    assert await Poller(shop, adapters).poll() == 0
    assert twilio.listed == []
