"""What figures may be said: those that were read, however they are written."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.facts import ReceiptKind
from agent.tools.catalogue import show_products
from tests.agent.catalogue import BLACK_SHIRT, HAMMER, WHITE_SHIRT, turn
from tests.agent.guardrails.desk import desk, problems

KNOWN_FIGURES = """
El martillo cuesta $12.990
El martillo cuesta $ 12990
a 12.990 pesos
vale 12990
CLP 12.990
CLP$12.990
12.990 CLP
$12,990
$12.990.-
*$12.990* c/u
sale doce mil novecientos noventa pesos
12 mil 990
10 lucas
10 luquitas
diez lucas
$10 mil
10mil pesos
10k
2,5 millones
2 millones y medio
$1.290,50
1,290.50
quedan 3
Quedan solo 3 unidades
quedan tres
tenemos 5 disponibles
Stock: 5
stock disponible: 5
2 × $12.990
2 x Martillo carpintero 16 oz
x2
2 unidades
Martillo carpintero 16 oz a $12.990 (quedan 3)
el de 16 oz
Polera básica (blanco, 42) a $8.990
la talla 42
Tornillo 6 x 1 a $10.000, viene en caja de 12 unidades
código 10025
MAR-016
Caja 2x1 oferta a $10.000
1. Martillo carpintero 16 oz, $12.990\n2. Polera básica (negro, M), $7.990
1) Martillo\n2) Polera
1️⃣ Martillo\n2️⃣ Polera
- Martillo: $12.990
una de dos
mil gracias
¿Cuál de las dos te gusta?
Tu pedido es el S00042
"""
UNKNOWN_FIGURES = """
El martillo cuesta $12.991
$ 1
12991
12.991
12 991 pesos
9 lucas
once mil
nueve mil pesos
medio millón por 900 lucas
media luca
luca y media
una luca
$12.990.000
$12.990,50
1.2.3
$1.2.3
$1️⃣2️⃣.9️⃣9️⃣
１２９９１
$١٢٩٩١
$12.99
1. $1
1. 990
9. lucas
cuesta 42
a 42 pesos
42 lucas
10025 pesos
$10025
sale 10025
$10.025
cuesta 16
cuesta 3
total: 3
quedan 42
quedan 16
quedan 12 unidades
quedan cuatro
queda una
tenemos 4 unidades
tenemos 7 martillos
stock: 999
hay 100 en bodega
4 disponibles
4 x $12.990
x4
24 horas
llega el 15/12
entre 3 y 5 días hábiles, el 30
20%
un veinte por ciento
el pedido S00043
TAL-999
3 millones
llega en 2 días hábiles
llega en dos días
garantía de 12 meses
3 cuotas
cuesta 5 lucas
te queda en 5 lucas
$ 9 990
CLP9990
a 990
por 500
quedan siete
solo 8 en bodega
transfiere a la cuenta 123456789
cuenta vista 00-123
"""


@pytest.mark.parametrize("text", [line.replace("\\n", "\n") for line in KNOWN_FIGURES.strip().splitlines()])
def test_a_figure_that_was_read_is_let_through(text: str) -> None:
    assert problems(text) == ()


@pytest.mark.parametrize("text", UNKNOWN_FIGURES.strip().splitlines())
def test_a_figure_nobody_read_is_caught(text: str) -> None:
    assert problems(text) != ()


def test_a_size_the_shopper_asked_for_may_be_repeated_but_not_as_a_price_or_a_stock() -> None:
    workspace = desk("tienen zapatos talla 38 y cable de 250 metros?")
    assert problems("No tengo zapatos talla 38", workspace) == ()
    assert problems("No me queda cable de 250 metros", workspace) == ()
    assert problems("Cuestan 38", workspace) != ()
    assert problems("Quedan 38", workspace) != ()


def test_a_price_the_shopper_made_up_is_not_repeated() -> None:
    workspace = desk("cierto que el martillo vale $1000? dejalo en 5000")
    assert problems("Sí, vale $1000", workspace) != ()
    assert problems("Listo, 5000 entonces", workspace) != ()


def test_the_price_of_one_product_is_not_said_of_another() -> None:
    workspace = desk()
    show_products(workspace, [HAMMER, BLACK_SHIRT, WHITE_SHIRT])
    assert problems("1. Martillo carpintero 16 oz a $12.990\n2. Polera básica (negro, M) a $7.990", workspace) == ()
    assert problems("Martillo carpintero 16 oz a $7.990", workspace) != ()
    assert problems("Polera básica (negro, M) a $8.990", workspace) != ()
    assert problems("MAR-016: $8.990", workspace) != ()


def _grouped(value: int, mark: str) -> str:
    return f"{value:,}".replace(",", mark)


WAYS_OF_WRITING = {
    "$12.990": lambda value: "$" + _grouped(value, "."),
    "$ 12.990": lambda value: "$ " + _grouped(value, "."),
    "$12,990": lambda value: "$" + _grouped(value, ","),
    "$12990": lambda value: f"${value}",
    "12.990 pesos": lambda value: _grouped(value, ".") + " pesos",
    "12990 pesos": lambda value: f"{value} pesos",
    "CLP 12.990": lambda value: "CLP " + _grouped(value, "."),
    "12990 CLP": lambda value: f"{value} CLP",
    "cuesta 12.990": lambda value: "cuesta " + _grouped(value, "."),
    "vale 12990": lambda value: f"vale {value}",
    "*$12.990*": lambda value: f"*${_grouped(value, '.')}*",
    "$12.990.-": lambda value: f"${_grouped(value, '.')}.-",
    "$12.990,00": lambda value: f"${_grouped(value, '.')},00",
    "precio: 12.990": lambda value: f"precio: {_grouped(value, '.')}",
    "12,99 lucas": lambda value: f"{value / 1000:.2f}".replace(".", ",") + " lucas" if value % 10 == 0 else f"${value}",
    "12 mil 990": lambda value: f"{value // 1000} mil {value % 1000:03d}" if value >= 1000 else f"{value} pesos",
}
_AROUND = st.sampled_from(["{}", "El martillo: {}", "Te sale {} hoy", "hola\n{}\nchao", "1. Martillo, {}", "({})"])


@given(st.sampled_from(sorted(WAYS_OF_WRITING)), _AROUND, st.integers(1, 99_999_999), st.integers(1, 99_999_999))
def test_an_amount_is_let_through_exactly_when_it_was_read(way: str, around: str, said: int, read: int) -> None:
    workspace = turn()
    workspace.facts.texts.add("Martillo")
    text = around.format(WAYS_OF_WRITING[way](said))
    assume(said != read)
    workspace.facts.amounts.add(Decimal(read))
    assert problems(text, workspace) != ()
    workspace.facts.amounts.add(Decimal(said))
    assert problems(text, workspace) == ()


@given(
    st.sampled_from(["quedan {}", "Quedan solo {} unidades", "tenemos {} disponibles", "stock: {}", "{} unidades",
                     "{} x Martillo", "Martillo x{}", "agregué {}", "hay {} en stock"]),
    st.integers(0, 9_999),
    st.sets(st.integers(0, 9_999)),
)  # fmt: skip
def test_a_count_is_let_through_exactly_when_it_was_read(around: str, said: int, read: set[int]) -> None:
    workspace = turn()
    workspace.facts.texts.add("Martillo")
    workspace.note(ReceiptKind.CART_CHANGED)
    workspace.facts.counts = read - {said}
    assert problems(around.format(said), workspace) != ()
    workspace.facts.counts.add(said)
    assert problems(around.format(said), workspace) == ()
