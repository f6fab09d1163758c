"""A person whom a provider knows by a number and by an id is one contact, whichever they write from."""

from itertools import permutations

import pytest

from channels.adapter import InboundMessage
from channels.incoming.inbox import receive
from tests.channels.shop import NOW, Shop

NUMBER, USER_ID = "56987654321", "CL.abc123"
FROM = {
    "number": (NUMBER, None),
    "both": (NUMBER, USER_ID),
    "id": (USER_ID, None),
}


def message(external_id: str, address: str, alias: str | None) -> InboundMessage:
    return InboundMessage(external_id, address, "hola", alias=alias)


@pytest.mark.parametrize("order", [each for each in permutations(FROM) if each[0] == "both" or each[1] == "both"])
async def test_one_conversation_once_both_were_seen_together(shop: Shop, order: tuple[str, ...]) -> None:
    together = order.index("both")
    found = []
    for place, name in enumerate(order):
        [received] = await receive(shop.database, shop.access, [message(f"m{place}", *FROM[name])], now=NOW)
        found.append(received.conversation_id)
    assert len(set(found[together:])) == 1
    assert found[0] == found[together]


async def test_two_people_stay_two(shop: Shop) -> None:
    [one] = await receive(shop.database, shop.access, [message("m1", NUMBER, USER_ID)], now=NOW)
    [other] = await receive(shop.database, shop.access, [message("m2", "56911111111", "CL.other")], now=NOW)
    assert one.conversation_id != other.conversation_id
