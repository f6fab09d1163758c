"""From a channel's row to what its adapter may use, and back: the only place that opens or seals its secrets."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

from channels.adapter import ChannelAccess
from data.encryption import SecretBox, SecretUnreadable
from data.models import Channel
from data.states import ChannelKind
from data.transaction import Transaction

_WHATSAPP = "whatsapp:"
_PHONE = re.compile(r"\+?[\d\s()./-]+")


def open_access(channel: Channel, box: SecretBox, base_url: str) -> ChannelAccess:
    """`base_url` is where the world reaches this service. Raises data.encryption.SecretUnreadable."""
    secrets = box.open(channel.secrets, channel.tenant_id, _place(channel.id)) if channel.secrets else {}
    return ChannelAccess(
        tenant_id=channel.tenant_id,
        channel_id=channel.id,
        kind=channel.kind,
        address=channel.address,
        config=channel.config,
        secrets=secrets,
        webhook_url=f"{base_url.rstrip('/')}/v1/webhooks/channels/{channel.id}",
    )


async def create_channel(  # noqa: PLR0917 - a row's fields, in their order
    tx: Transaction,
    box: SecretBox,
    kind: ChannelKind,
    name: str,
    address: str,
    config: Mapping[str, Any],
    secrets: Mapping[str, str],
) -> Channel:
    """A new channel of this tenant; secrets that are empty are left out. Raises data.errors.AlreadyExists.

    What each kind keeps is in api.admin.channel_kinds and in its adapter.
    Twilio needs `config["account_sid"]` and `secrets["auth_token"]`; optional are `secrets["shared_key"]`
    (signatures) and `secrets["api_key"]` with `secrets["api_key_secret"]` (sending).
    """
    address = _ADDRESSES.get(kind, str.strip)(address)
    channel_id = uuid4()
    kept = {key: value for key, value in secrets.items() if value}
    sealed = box.seal(kept, tx.tenant_id, _place(channel_id)) if kept else None
    return await tx.channels.add(kind, name, address, dict(config), sealed, channel_id=channel_id)


def whatsapp_address(number: str) -> str:
    """The way Twilio writes it: "+56 9 1234 5678" and "whatsapp:+56912345678" are the same address.

    An id that is no number stays as it is.
    """
    bare = number.strip().removeprefix(_WHATSAPP).strip()
    return _WHATSAPP + ("+" + re.sub(r"\D", "", bare) if _PHONE.fullmatch(bare) else bare)


def replace_secrets(channel: Channel, box: SecretBox, secrets: Mapping[str, str]) -> Collection[str]:
    """Replace those given, keep the others; an empty one is forgotten. What cannot be opened any more is dropped.
    Returns the names of those it has now."""
    try:
        old = box.open(channel.secrets, channel.tenant_id, _place(channel.id)) if channel.secrets else {}
    except SecretUnreadable:
        old = {}
    kept = {name: value for name, value in (old | dict(secrets)).items() if value}
    channel.secrets = box.seal(kept, channel.tenant_id, _place(channel.id)) if kept else None
    return kept.keys()


# How a kind writes its own address; others as they are given.
_ADDRESSES: dict[ChannelKind, Callable[[str], str]] = {ChannelKind.TWILIO_WHATSAPP: whatsapp_address}


def _place(channel_id: UUID) -> str:
    return f"channels/{channel_id}"
