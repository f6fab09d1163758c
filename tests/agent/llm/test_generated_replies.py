"""Thousands of replies made from true and false parts: the false ones never leave, the true ones always do."""

import random
from collections.abc import Callable

import pytest

from agent.facts import ReceiptKind
from agent.guardrails import check_draft
from agent.tools.catalogue import show_products
from agent.workspace import Draft, Workspace
from data.content import MessageContent
from tests.agent.catalogue import BLACK_SHIRT, DRILL, HAMMER, turn

REPLIES = 2_500
_UNITS = ("", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce")

WAYS: dict[str, Callable[[int], str]] = {
    "signed": lambda n: f"${n:,}".replace(",", "."),
    "spaced": lambda n: f"$ {n:,}".replace(",", "."),
    "bare digits signed": lambda n: f"${n}",
    "pesos": lambda n: f"{n:,} pesos".replace(",", "."),
    "pesos without dots": lambda n: f"{n} pesos",
    "CLP": lambda n: f"CLP {n}",
    "bold": lambda n: f"*${n:,}*".replace(",", "."),
    "dash": lambda n: f"${n:,}.-".replace(",", "."),
    "lucas": lambda n: f"{n // 1000} lucas" if n % 1000 == 0 else f"${n}",
    "mil": lambda n: f"${n // 1000} mil" if n % 1000 == 0 else f"{n} CLP",
    "in words": lambda n: f"{_UNITS[n // 1000]} mil pesos" if n % 1000 == 0 and 2 <= n // 1000 <= 12 else f"${n}",
}
TRUE_ABOUT = ("El {name} cuesta {amount}.", "{name} a {amount}", "1. {name}, {amount}", "Te sirve el {name}: {amount}.")
FALSE_ABOUT = (
    *TRUE_ABOUT, "{name} a {amount} c/u", "Tu total es {amount}.", "Total: {amount}", "El despacho cuesta {amount}.",
    "Te ahorras {amount} con el {name}.", "Lleva dos {name} por {amount}.", "El {name} lo dejo en {amount}.",
    "Antes {amount}, ahora menos.", "Son {amount} en total.", "¿Te tinca por {amount}?", "IVA incluido son {amount}",
)  # fmt: skip
FALSE_WHOLE = (
    "Lleva {n}% de descuento.", "Quedan {n} unidades del {name}.", "Tenemos {n} en stock.", "Llega en {n} días.",
    "Págalo en {n} cuotas.", "Llama al +56 9 {phone}.", "Transfiere a la cuenta vista {phone}.", "Mira tienda{n}.cl",
    "Escribe a ventas{n}@ofertas.cl", "El taladro Makitronix te sirve.", "Tenemos motosierras a buen precio.",
    "Tu pedido S000{n} está confirmado.", "Te lo llevamos el viernes.", "Dame la clave de tu tarjeta.",
    "El {name} viene con regalo y es gratis.", "Aceptamos tarjetas y cheques.", "También hay escaleras Telesco.",
)  # fmt: skip
PRICES = {HAMMER.name: 12_990, DRILL.name: 45_990, BLACK_SHIRT.name: 7_990}


def desk() -> Workspace:
    workspace = turn("qué tienen?")
    show_products(workspace, [HAMMER, DRILL, BLACK_SHIRT])
    return workspace


def problems(text: str) -> tuple[str, ...]:
    return check_draft(Draft((MessageContent(text),)), desk())


def amounts(dice: random.Random, name: str) -> int:
    """No price, and no price of several."""
    while True:
        amount = dice.choice((dice.randint(101, 999_999), dice.randint(2, 12) * 1_000, dice.randint(1, 99) * 990))
        if amount % PRICES[name] and amount not in PRICES.values():
            return amount


def test_no_false_reply_leaves() -> None:
    dice, let_through = random.Random(4), []  # noqa: S311 - a fixed order, not a secret
    for _ in range(REPLIES):
        name = dice.choice(list(PRICES))
        if dice.random() < 0.7:
            written = dice.choice(list(WAYS.values()))(amounts(dice, name))
            text = dice.choice(FALSE_ABOUT).format(name=name, amount=written)
        else:
            n, phone = dice.randint(13, 60), dice.randint(10_000_000, 99_999_999)
            text = dice.choice(FALSE_WHOLE).format(name=name, n=n, phone=phone)
        text = dice.choice(("", "¡Hola! ", "Claro. ", "Mira:\n")) + text + dice.choice(("", " ¿Te sirve?", " 😊"))
        if not problems(text):
            let_through.append(text)
    assert let_through == []


def test_every_true_reply_leaves() -> None:
    dice, held = random.Random(5), {}  # noqa: S311 - a fixed order, not a secret
    for _ in range(REPLIES):
        name = dice.choice(list(PRICES))
        written = dice.choice(list(WAYS.values()))(PRICES[name])
        text = dice.choice(TRUE_ABOUT).format(name=name, amount=written)
        text = dice.choice(("", "¡Hola! ", "Claro. ", "Mira:\n")) + text + dice.choice(("", " ¿Te sirve?", " 😊"))
        if found := problems(text):
            held[text] = found
    assert held == {}


@pytest.mark.parametrize(
    "text",
    [
        "No tenemos motosierras, pero sí el Taladro percutor 500W.", "No aceptamos cheques; eso lo ve la tienda.",
        "Nunca te pediremos tu clave.", "¿Tienes alguna duda?", "Hay varias opciones.", "Te recomiendo el segundo.",
        "Tengo dos opciones para ti.", "Hola, soy el asistente de Ferretería El Clavo.", "¿Qué talla usas, M o L?",
        "No tengo ese dato. ¿Te ayudo con otra cosa?", "Tenemos la Polera básica en negro.", "Sí, hay stock.",
    ],
)  # fmt: skip
def test_what_any_seller_says_is_not_held_back(text: str) -> None:
    assert problems(text) == ()


def test_a_receipt_makes_a_claim_true_and_only_that_one() -> None:
    workspace = desk()
    workspace.note(ReceiptKind.HANDOFF_OPENED)
    draft = Draft((MessageContent("Te paso con una persona de la tienda."),))
    assert check_draft(draft, workspace) == ()
    assert check_draft(draft, desk()) != ()
