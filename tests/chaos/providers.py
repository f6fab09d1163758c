"""The providers of a chaos run: each takes messages, and fails before it took one, after it took one, or hangs."""

import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from tests.chaos.doors import ACCOUNT, TOKEN
from tests.chaos.process import PROVIDER_SECONDS
from tests.servers.botpress_server import BotpressFault, BotpressServer, botpress_server
from tests.servers.chatwoot_server import ChatwootFault, ChatwootServer, chatwoot_server
from tests.servers.meta_server import MetaFault, MetaServer, meta_server
from tests.servers.telegram_server import TelegramFault, TelegramServer, telegram_server
from tests.servers.twilio_server import Fault, TwilioServer, twilio_server

F = TypeVar("F")
HANG_SECONDS = PROVIDER_SECONDS + 1

TWILIO = (
    Fault(status=503),
    Fault(is_dropped=True),
    Fault(is_accepted=True),
    Fault(is_accepted=True, is_dropped=True),
    Fault(is_accepted=True, hang_seconds=HANG_SECONDS),
    Fault(hang_seconds=HANG_SECONDS),
)
TWILIO_LIST = (Fault(status=503), Fault(is_dropped=True), Fault(hang_seconds=HANG_SECONDS))
META = (
    MetaFault(status=429, code=130429),
    MetaFault(status=503, code=2),
    MetaFault(is_dropped=True),
    MetaFault(is_accepted=True),
    MetaFault(is_accepted=True, is_dropped=True),
    MetaFault(is_accepted=True, hang_seconds=HANG_SECONDS),
)
TELEGRAM = (
    TelegramFault(status=429, retry_after=1),
    TelegramFault(is_dropped=True),
    TelegramFault(is_accepted=True),
    TelegramFault(is_accepted=True, is_dropped=True),
    TelegramFault(is_accepted=True, hang_seconds=HANG_SECONDS),
)
BOTPRESS = (
    BotpressFault(status=429),
    BotpressFault(is_dropped=True),
    BotpressFault(is_accepted=True),
    BotpressFault(is_accepted=True, is_dropped=True),
    BotpressFault(is_accepted=True, hang_seconds=HANG_SECONDS),
)
# Whatever it is asked for: messages and lists of them, labels, notes.
CHATWOOT = (
    ChatwootFault("", status=429),
    ChatwootFault("", status=503),
    ChatwootFault("", is_dropped=True),
    ChatwootFault("", is_accepted=True),
    ChatwootFault("", is_accepted=True, is_dropped=True),
    ChatwootFault("", is_accepted=True, hang_seconds=HANG_SECONDS),
)


class Lottery(deque[F | None]):
    """Faults that never end: each request draws one, or most often none."""

    def __init__(self, name: str, faults: Sequence[F], share: float, chance: random.Random, told: Counter[str]) -> None:
        super().__init__()
        self._name = name
        self._faults = faults
        self._share = share
        self._random = chance
        self._told = told

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[F | None]:
        """For who looks through them for the one that fits."""
        return iter((self.popleft(),))

    def remove(self, fault: F | None) -> None:
        """Drawn is gone."""

    def popleft(self) -> F | None:
        if self._random.random() >= self._share:
            return None
        self._told[self._name] += 1
        return self._random.choice(self._faults)


@dataclass
class Providers:
    twilio: TwilioServer
    meta: MetaServer
    telegram: TelegramServer
    chatwoot: ChatwootServer
    botpress: BotpressServer
    told: Counter[str] = field(default_factory=Counter)

    def fail(self, share: float, chance: random.Random) -> None:
        """From now on this share of requests goes wrong; Telegram and Botpress, which nobody can ask, fail less."""
        self.twilio.faults = Lottery("twilio", TWILIO, share, chance, self.told)
        self.twilio.content_faults = Lottery("twilio contents", TWILIO_LIST, share, chance, self.told)
        self.twilio.list_faults = Lottery("twilio lists", TWILIO_LIST, share, chance, self.told)
        self.meta.faults = Lottery("meta", META, share, chance, self.told)
        self.telegram.faults = Lottery("telegram", TELEGRAM, share / 4, chance, self.told)
        self.chatwoot.faults = Lottery("chatwoot", CHATWOOT, share, chance, self.told)
        self.botpress.faults = Lottery("botpress", BOTPRESS, share / 4, chance, self.told)


@asynccontextmanager
async def open_providers() -> AsyncIterator[Providers]:
    async with (
        twilio_server(ACCOUNT, TOKEN) as twilio,
        meta_server() as meta,
        telegram_server() as telegram,
        chatwoot_server() as chatwoot,
        botpress_server() as botpress,
    ):
        yield Providers(twilio, meta, telegram, chatwoot, botpress)
