"""Orders into an Odoo that loses answers: what goes wrong, how many, and the plain way that doubles them."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.errors import ConnectorError
from connectors.odoo.calls import OdooCalls
from tests.servers.odoo_server import (
    BAD_GATEWAY_AFTER_COMMIT,
    CUT_AFTER_COMMIT,
    CUT_BEFORE,
    TIMEOUT_AFTER_COMMIT,
    UNAVAILABLE,
    Fault,
    OdooServer,
)

AMBIGUOUS = (TIMEOUT_AFTER_COMMIT, CUT_AFTER_COMMIT, BAD_GATEWAY_AFTER_COMMIT)
# What changes something there; only its answer can be lost at a price.
CHANGING = frozenset({"load", "create", "action_confirm", "message_post", "write"})


class Chaos:
    """A share of the calls that change something is done and not told; another is not done."""

    def __init__(self, seed: int, *, share: float = 0.2, slow_seconds: float = 1.5) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same faults again, not a secret
        self._share = share
        self._faults = [*AMBIGUOUS, AMBIGUOUS[1], CUT_BEFORE, UNAVAILABLE, Fault(wait_seconds=slow_seconds)]
        self.told = Counter[str]()

    def __call__(self, model: str, method: str) -> Fault | None:
        if method not in CHANGING or self._random.random() >= self._share:
            return None
        fault = self._random.choice(self._faults)
        self.told["ambiguous" if fault.is_done else "not done" if not fault.wait_seconds else "slow"] += 1
        return fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many orders there are there for those placed here, and for how much."""

    placed: int
    made: int
    references: int
    confirmed: int
    total: Decimal
    partners: int
    notes: int

    def __str__(self) -> str:
        return (
            f"{self.placed} placed, {self.made} sale orders with {self.references} references, "
            f"{self.confirmed} confirmed, {self.total} in all, {self.partners} partners, {self.notes} notes"
        )


def judge(server: OdooServer, placed: int) -> Verdict:
    shop = server.shop
    orders = shop.call("sale.order", "search_read", None, {"fields": ["client_order_ref", "state", "amount_total"]})
    return Verdict(
        placed=placed,
        made=len(orders),
        references=len({order["client_order_ref"] for order in orders}),
        confirmed=sum(order["state"] == "sale" for order in orders),
        total=sum((Decimal(str(order["amount_total"])) for order in orders), Decimal(0)),
        partners=len(shop.rows["res.partner"]),
        notes=len(shop.rows["mail.message"]),
    )


async def create_with_retry(calls: OdooCalls, references: Sequence[str], partner: int, product: int) -> None:
    """The control: what anyone would write first. Creates, and creates again where no answer came."""
    for reference in references:
        line = [0, 0, {"product_id": product, "product_uom_qty": 1}]
        values = {"partner_id": partner, "client_order_ref": reference, "order_line": [line]}
        for _ in range(20):
            try:
                await calls.call("sale.order", "create", vals_list=[values])
                break
            except ConnectorError:
                continue
