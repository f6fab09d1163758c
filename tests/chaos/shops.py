"""The shops of a chaos run: a few products, and a channel of every kind."""

from decimal import Decimal
from uuid import UUID, uuid4

import httpx

from channels.access import create_channel
from data.database import Database
from data.encryption import SecretBox
from data.states import ChannelKind
from tests.chaos.bot_doors import BotpressDoor, ChatwootDoor
from tests.chaos.doors import ACCOUNT, TOKEN, Door, MetaDoor, TelegramDoor, TwilioDoor, WebchatDoor
from tests.chaos.providers import Providers
from tests.database import make_tenant
from tests.servers import chatwoot_inbox, chatwoot_server, meta_server, telegram_server

PRODUCTS = {
    "TOR-001": ("Tornillo", 90),
    "CLA-002": ("Clavo", 40),
    "MAR-003": ("Martillo", 8990),
    "SIE-004": ("Sierra", 12490),
    "TAL-005": ("Taladro", 45990),
    "BRO-006": ("Brocha", 2490),
    "ROD-007": ("Rodillo", 3990),
    "GUA-008": ("Guante", 1990),
    "CAS-009": ("Casco", 9990),
    "CIN-010": ("Cinta", 1490),
    "LLA-011": ("Llave", 5990),
    "CAN-012": ("Candado", 6490),
}
STOCK = 1_000_000
SECRET_TOKEN = "a-secret-that-telegram-gives-back"
SECRET_KEY = "a-secret-that-the-bot-brings-along"


async def open_shops(
    database: Database, box: SecretBox, base_url: str, providers: Providers, client: httpx.AsyncClient, count: int
) -> list[Door]:
    doors: list[Door] = []
    for number in range(count):
        tenant_id = await make_tenant(database, f"Ferretería {number + 1}")
        await _fill(database, tenant_id)
        doors += await _doors(database, box, base_url, providers, client, tenant_id, number)
    return doors


async def _fill(database: Database, tenant_id: UUID) -> None:
    async with database.transaction(tenant_id) as tx:
        rows = [{"key": sku, "name": name, "synonyms": []} for sku, (name, _) in PRODUCTS.items()]
        products = await tx.catalogue.upsert_products(rows)
        ids = {sku: uuid4() for sku in PRODUCTS}
        variants = [
            {
                "id": ids[sku],
                "product_id": products[sku],
                "sku": sku,
                "options": {},
                "price": Decimal(price),
                "currency": "CLP",
                "content_hash": sku,
                "is_archived": False,
            }
            for sku, (_, price) in PRODUCTS.items()
        ]
        await tx.catalogue.insert_variants(variants)
        await tx.catalogue.set_stock([(variant_id, STOCK) for variant_id in ids.values()])
        await tx.tenants.bump_catalogue_version()


async def _doors(  # noqa: PLR0917 - one value of each kind
    database: Database,
    box: SecretBox,
    base_url: str,
    providers: Providers,
    client: httpx.AsyncClient,
    tenant_id: UUID,
    number: int,
) -> list[Door]:
    phone, number_id = f"whatsapp:+5622222220{number}", str(int(meta_server.NUMBER_ID) + number)
    rows: tuple[tuple[ChannelKind, str, dict[str, str], dict[str, str]], ...] = (
        (ChannelKind.TWILIO_WHATSAPP, phone, {"account_sid": ACCOUNT}, {"auth_token": TOKEN}),
        (
            ChannelKind.META_WHATSAPP,
            number_id,
            {},
            {"access_token": meta_server.ACCESS_TOKEN, "app_secret": meta_server.APP_SECRET},
        ),
        (
            ChannelKind.TELEGRAM,
            f"bot{number}",
            {},
            {"bot_token": telegram_server.TOKEN, "secret_token": SECRET_TOKEN},
        ),
        (ChannelKind.WEBCHAT, f"web-{number}-{uuid4().hex[:6]}", {}, {}),
        (
            ChannelKind.CHATWOOT,
            f"chatwoot-{number}",
            {"base_url": providers.chatwoot.url, "account_id": str(chatwoot_inbox.ACCOUNT)},
            {
                "access_token": chatwoot_server.BOT_TOKEN,
                "user_token": chatwoot_server.USER_TOKEN,
                "webhook_secret": chatwoot_inbox.SECRET,
            },
        ),
        (
            ChannelKind.BOTPRESS,
            f"botpress-{number}",
            {"reply_url": providers.botpress.url},
            {"secret_key": SECRET_KEY},
        ),
    )
    async with database.transaction(tenant_id) as tx:
        twilio, meta, telegram, webchat, chatwoot, botpress = [
            (await create_channel(tx, box, kind, kind.value, address, config | {"burst_seconds": 0.5}, secrets)).id
            for kind, address, config, secrets in rows
        ]
    return [
        TwilioDoor(tenant_id, twilio, base_url, server=providers.twilio, number=phone),
        MetaDoor(tenant_id, meta, base_url, server=providers.meta, number_id=number_id),
        TelegramDoor(tenant_id, telegram, base_url, server=providers.telegram, secret=SECRET_TOKEN),
        WebchatDoor(tenant_id, webchat, base_url, client=client),
        ChatwootDoor(tenant_id, chatwoot, base_url, server=providers.chatwoot),
        BotpressDoor(tenant_id, botpress, base_url, server=providers.botpress, secret=SECRET_KEY),
    ]
