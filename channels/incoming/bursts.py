"""How long a turn waits for more: people write in bursts, and want one answer to all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.adapter import ChannelAccess
from channels.incoming.signals import quiet_share
from data.states import ChannelKind

LONGEST_SECONDS = 15.0
_QUIET_SECONDS = {
    ChannelKind.TERMINAL: 0.0,
    ChannelKind.WEBCHAT: 1.5,
    ChannelKind.BOTPRESS: 1.5,
}
_QUIET_ELSEWHERE = 4.0


@dataclass(frozen=True, slots=True)
class Burst:
    """The turn begins when it was quiet for `quiet_seconds`, `longest_seconds` after the first message at most."""

    quiet_seconds: float
    longest_seconds: float


def burst_of(access: ChannelAccess, text: str, *, is_whole: bool = False) -> Burst:
    """A channel's settings `burst_seconds` and `longest_burst_seconds` say otherwise than its kind. A tapped button
    (`is_whole`) waits for nothing, a sentence that seems to be all for less."""
    quiet = _seconds(access.config, "burst_seconds", _QUIET_SECONDS.get(access.kind, _QUIET_ELSEWHERE))
    longest = _seconds(access.config, "longest_burst_seconds", LONGEST_SECONDS)
    return Burst(0.0 if is_whole else quiet * quiet_share(text), longest)


def _seconds(config: Mapping[str, Any], name: str, default: float) -> float:
    value = config.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return min(max(float(value), 0.0), LONGEST_SECONDS)
