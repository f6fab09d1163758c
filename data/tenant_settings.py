"""What an owner may set about conversations, read from `tenants.settings`: bounded, and never an error."""

import math
from datetime import timedelta
from typing import Any

from data.models import Tenant

# name: default, least, most. 0 switches it off.
NUMBERS: dict[str, tuple[float, float, float]] = {
    "handoff_timeout_minutes": (15, 0, 7 * 24 * 60),
    "contact_turns_per_minute": (30, 0, 1_000),
    "contact_turns_per_hour": (200, 0, 10_000),
    "tenant_turns_per_minute": (6_000, 0, 100_000),
    "quiet_minutes": (10, 1, 24 * 60),
    "media_days": (90, 0, 3_650),
}
# How long a turn waits for more; without them, what is usual for each kind of channel (channels.incoming.bursts).
BURSTS = ("burst_seconds", "longest_burst_seconds")


def number(tenant: Tenant, name: str) -> float:
    """The setting, within its bounds; its default when it is missing or no number."""
    default, least, most = NUMBERS[name]
    value: Any = tenant.settings.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return default
    return min(max(float(value), least), most)


def handoff_timeout(tenant: Tenant) -> timedelta | None:
    """How long a shopper waits for a person before the agent offers to go on; None for ever."""
    minutes = number(tenant, "handoff_timeout_minutes")
    return timedelta(minutes=minutes) if minutes else None


def media_kept_for(tenant: Tenant) -> timedelta | None:
    """How long the files of shoppers are kept; None for ever."""
    days = number(tenant, "media_days")
    return timedelta(days=days) if days else None


def bursts(tenant: Tenant) -> dict[str, Any]:
    """What holds for the channels that say nothing themselves; channels.incoming.bursts bounds it."""
    return {name: tenant.settings[name] for name in BURSTS if tenant.settings.get(name) is not None}


def owner_phones(tenant: Tenant) -> frozenset[str]:
    """The digits of the phones whose /pausa and /reanuda are obeyed."""
    phones: Any = tenant.settings.get("owner_phones", [])
    if not isinstance(phones, list):
        return frozenset()
    return frozenset(digits for phone in phones if (digits := digits_of(str(phone))))


def digits_of(address: str) -> str:
    """ "whatsapp:+56 9 1234 5678" is "56912345678"; what has too few digits to be a number is ""."""
    digits = "".join(character for character in address if character.isascii() and character.isdigit())
    return digits if 8 <= len(digits) <= 15 else ""
