"""One Odoo under contract: what to call, and the orders to cancel when a test is over."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from connectors.http import GuardedHttp
from connectors.odoo.access import OdooAccess
from connectors.odoo.calls import Json2Calls, OdooCalls
from connectors.odoo.customers import Customer, find_or_create
from connectors.odoo.orders import NewLine, NewOrder, cancel_order, create_order
from connectors.odoo.products import OdooProduct, read_products, sold_products

_ENOUGH = 3


@dataclass
class Contract:
    http: GuardedHttp
    access: OdooAccess
    calls: OdooCalls
    connect: Callable[[OdooAccess], OdooCalls]
    order_ids: list[int] = field(default_factory=list)

    def otherwise(self, **changes: str) -> OdooCalls:
        """The same server, reached with another key or database."""
        return self.connect(replace(self.access, **changes))  # type: ignore[arg-type]  # fields by name

    async def products(self) -> list[OdooProduct]:
        """Some that are counted, and enough of them to sell a few."""
        found: list[OdooProduct] = []
        async with aclosing(read_products(self.calls, await sold_products(self.calls), page=50)) as pages:
            async for page in pages:
                found += [each for each in page if each.stock is not None and each.stock >= 10]
                if len(found) >= _ENOUGH:
                    break
        return found

    async def customer(self) -> int:
        name = uuid4().hex[:12]
        return await find_or_create(self.calls, Customer(f"contact_{name}", f"Cliente {name}"))

    async def order(self, *lines: NewLine) -> int:
        order = NewOrder(f"order_{uuid4().hex}", await self.customer(), uuid4().hex[:8], lines)
        return self.keep(await create_order(self.calls, order))

    def keep(self, order_id: int) -> int:
        self.order_ids.append(order_id)
        return order_id

    async def create(self, model: str, values: dict[str, Any]) -> list[int]:
        """As nobody should who may have to repeat it. By XML-RPC, what is created is told by place, not by name."""
        if isinstance(self.calls, Json2Calls):
            return list(await self.calls.call(model, "create", vals_list=[values]))
        return list(await self.calls.call(model, "create", [values]))  # type: ignore[list-item]  # in the place of ids

    async def clean_up(self) -> None:
        for order_id in self.order_ids:
            await self.calls.call("sale.order", "action_unlock", [order_id])
            await cancel_order(self.calls, order_id)
