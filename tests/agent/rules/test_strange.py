"""What no product list foresees: absurd quantities, words that are no product, attachments, asking for the same again."""

import pytest

from tests.agent.rules.conversation import play

HUGE = "9" * 20


@pytest.mark.parametrize(
    "message",
    [
        f"dame {HUGE} martillos de goma",
        f"dame {HUGE} docenas de martillos de goma",
        f"martillo de goma x {HUGE}",
        f"{HUGE}x martillo de goma",
        f"agrega {HUGE} unidades de martillo de goma",
        "dame 9999999 martillos de goma",
        "dame 5.000.000 martillos de goma",
    ],
)
async def test_an_absurd_quantity_is_answered_with_the_stock(message: str) -> None:
    answer = await play("hardware", message)
    assert answer.cart == {}
    assert "quedan 3" in answer.text


async def test_an_absurd_quantity_leaves_the_line_as_it_was() -> None:
    answer = await play("hardware", "un martillo de goma", f"que sean {HUGE}")
    assert answer.cart == {"MAR-GOM": 1}
    assert "quedan 3" in answer.text
