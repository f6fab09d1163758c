"""A channel's secrets are ciphertext in its row, and open only there."""

from uuid import UUID

import pytest

from channels.access import create_channel, open_access, whatsapp_address
from channels.adapter import WebhookRequest
from channels.errors import BadPayload
from channels.pull import PulledChannel
from data.database import Database
from data.encryption import SecretBox, SecretUnreadable
from data.errors import AlreadyExists
from data.states import ChannelKind
from tests.channels.shop import ACCOUNT, BASE_URL, BOX, NUMBER, TOKEN, Shop, open_shop


async def test_a_channel_opens_with_its_secrets_and_address(shop: Shop) -> None:
    assert shop.channel.secrets is not None
    assert TOKEN.encode() not in shop.channel.secrets
    assert shop.access.secrets == {"auth_token": TOKEN}
    assert TOKEN not in repr(shop.access)
    assert shop.access.address == NUMBER
    assert shop.access.config == {"account_sid": ACCOUNT}
    assert shop.access.webhook_url == f"{BASE_URL}/v1/webhooks/channels/{shop.channel.id}"
    assert open_access(shop.channel, BOX, BASE_URL + "/").webhook_url == shop.access.webhook_url


async def test_secrets_open_with_their_key_in_their_row_only(
    database: Database, shop: Shop, other_tenant_id: UUID
) -> None:
    with pytest.raises(SecretUnreadable):
        open_access(shop.channel, SecretBox([b"x" * 32]), BASE_URL)
    other = await open_shop(database, other_tenant_id)
    other.channel.secrets = shop.channel.secrets
    with pytest.raises(SecretUnreadable):
        other.open_access(other.channel)


async def test_empty_secrets_are_none(database: Database, tenant_id: UUID) -> None:
    async with database.transaction(tenant_id) as tx:
        channel = await create_channel(tx, BOX, ChannelKind.TWILIO_WHATSAPP, "Tienda", NUMBER, {}, {"auth_token": ""})
    assert channel.secrets is None
    assert open_access(channel, BOX, BASE_URL).secrets == {}


async def test_the_same_number_is_connected_once(database: Database, shop: Shop) -> None:
    with pytest.raises(AlreadyExists):
        await open_shop(database, shop.tenant_id)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("+56 9 8765 4321", "whatsapp:+56987654321"),
        ("56987654321", "whatsapp:+56987654321"),
        ("whatsapp:+56987654321", "whatsapp:+56987654321"),
        (" whatsapp: +56 (9) 8765-4321 ", "whatsapp:+56987654321"),
        ("whatsapp:CL.1349.ABCxyz", "whatsapp:CL.1349.ABCxyz"),
        ("", "whatsapp:"),
    ],
)
def test_a_number_has_one_address(written: str, address: str) -> None:
    assert whatsapp_address(written) == address


async def test_a_pulled_channel_has_no_webhook_and_sends_by_doing_nothing(shop: Shop) -> None:
    page = PulledChannel(ChannelKind.WEBCHAT)
    assert not page.verify(shop.access, WebhookRequest({}, b""))
    with pytest.raises(BadPayload):
        page.parse(shop.access, WebhookRequest({}, b""))
