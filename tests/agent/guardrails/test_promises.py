"""What may be promised: what the owner wrote, and nothing else."""

import pytest

from agent.context import StoreProfile
from tests.agent.guardrails.desk import desk, problems

PROMISES = """
te hago un 20% de descuento
20 % dcto
hoy con descuento
el envío es gratis
despacho gratis
te regalo otro
te lo regalo
llévate uno y el otro va de regalo
está en oferta
lleva 3 por 2
poleras a 2 x 1
dos por uno
te hago un buen precio
Te llega mañana
lo recibes el lunes
despacho el mismo día
entrega inmediata
2x1 en poleras
tenemos promoción
te lo rebajo
sin costo de envío
usa el cupón HOLA
más info en www.malo.cl
entra a https://malo.cl/pagar
malo.com
escríbenos a ventas@malo.cl
síguenos en @malo_cl
llámanos al +56 9 8765 4321
9 8765 4321
Mira [esto](https://malo.cl)
![foto](https://malo.cl/x.png)
"""


@pytest.mark.parametrize("text", PROMISES.strip().splitlines())
def test_a_promise_or_an_address_of_its_own_is_caught(text: str) -> None:
    assert problems(text) != ()


@pytest.mark.parametrize(
    "text",
    [
        "No tenemos descuentos por ahora",
        "No puedo ofrecer descuentos",
        "El despacho no es gratis",
        "No tengo el dato sobre descuentos y promociones",
        "No sé si hay descuentos",
        "No puedo asegurar que llegue mañana",
        "No hay ofertas",
        "Set 3 en 1 gratis a $10.000",
        "¿Es para regalo?",
        "Una buena idea de regalo para tu mamá",
    ],
)
def test_denying_a_discount_or_naming_a_product_is_no_promise(text: str) -> None:
    assert problems(text) == ()


def test_what_the_owner_wrote_may_be_said() -> None:
    store = StoreProfile(
        "El Clavo",
        instructions="Atendemos de 9:00 a 18:30. Despacho a Santiago $3.500. Escríbenos a hola@elclavo.cl o elclavo.cl",
    )
    workspace = desk(store=store)
    assert problems("Despachamos en 2 días hábiles", workspace) != ()
    assert problems("Atendemos de 9:00 a 18:30 y el despacho cuesta $3.500. elclavo.cl", workspace) == ()
    assert problems("Atendemos de 9:00 a 20:30", workspace) != ()
    assert problems("Escríbenos a hola@otro.cl", workspace) != ()
