"""What may be said to have been done: what has its receipt."""

import pytest

from agent.facts import ReceiptKind
from agent.memory import Memory
from agent.tools.handoff import request_human
from tests.agent.catalogue import HAMMER, item, turn
from tests.agent.guardrails.desk import desk, problems

CART_CLAIMS = """
Agregué 2 martillos
Listo, agregué el martillo
No hay problema, agregué 2
Ya lo agregué
lo sumé
Te lo sumé al carro
¡Agregado!
Listo, agregado
Ya está agregado
Añadí el martillo
He agregado el martillo
Anotado: 2 martillos
Te lo puse en el carrito
Puse 2 martillos en tu carrito
Dejé 2 martillos en tu carrito
ya está en tu carrito
Ya tienes 2 martillos en tu carrito
El martillo está en tu carrito
En tu carrito quedan 2 martillos
Ya lo tienes en el carrito
Acabo de agregar el martillo
Te lo acabo de sumar
Ya te lo eché al carro
Martillo agregado al carrito
2 martillos agregados ✅
I added it to your cart
Saqué el taladro
Quité el taladro del carro
Lo eliminé
Actualicé tu carrito
Tu carrito quedó actualizado
Vacié tu carrito
Te agrego el martillo
Ok, lo agrego
lo saco entonces
Si quieres te muestro más, pero ya lo agregué
agregue 2 martillos
"""
ORDER_CLAIMS = """
Pedido creado
Tu pedido está confirmado
Tu pedido quedó listo
tu compra quedó registrada
Pedido tomado
Tu pedido ya fue realizado
Tu pedido ha sido ingresado
He creado tu pedido
Ya hice tu pedido
Confirmé tu pedido
Confirmé su pedido
¡Listo! Confirmado tu pedido
Registramos tu pedido
Sí, tu pedido está confirmado
No te preocupes, tu pedido está confirmado
Tu orden está procesada
Gracias por tu compra
Te confirmo tu pedido
Compra exitosa
Acabo de crear tu pedido
Listo, quedó todo confirmado
Your order is confirmed
"""
HANDOFF_CLAIMS = """
Te derivo con una persona
Sí, te derivo
si, te derivo con alguien
Claro, te paso con un vendedor
te comunico con una ejecutiva
Ya avisé a una persona
Avisé al equipo
Un vendedor te va a contactar
Una persona te responderá por aquí
Te contactará un ejecutivo
Un ejecutivo se pondrá en contacto contigo
Te contactarán a la brevedad
Ya derivé tu consulta
Te voy a derivar con una persona
"""
CANCEL_CLAIMS = """
Cancelé tu pedido
Anulamos tu pedido
Tu pedido quedó anulado
Listo, quedó cancelado
"""
WAITLIST_CLAIMS = """
Te anoté en la lista
Te agregué a la lista
Quedaste en la lista de espera
Te aviso cuando llegue
"""
LEAD_CLAIMS = """
Le dejé el recado a la tienda
Dejé tu correo en la tienda
Registré tu solicitud
"""
NEVER = """
Recibimos tu pago
Tu pago fue confirmado
Tu pedido va en camino
Tu pedido fue entregado
Tu pedido ya está despachado
Te lo reservé
Queda reservado para ti
Te reembolsé el dinero
"""
MORE_CLAIMS = CANCEL_CLAIMS + WAITLIST_CLAIMS + LEAD_CLAIMS
NOT_CLAIMS = """
¿Te aviso cuando llegue?
Dime *avísame* y te escribo cuando llegue
¿Te lo agrego?
¿Te lo agrego al carrito?
te lo agrego?
¿Quieres que lo agregue?
Dime si quieres que lo agregue
Puedo agregarlo a tu carrito
Si quieres, te lo agrego
Si quieres lo sumo a tu carro
Aún no lo agregué
Todavía no he agregado nada
No agregué nada
No está en tu carrito
No pude agregarlo
Tu carrito está vacío
Si quieres te derivo
¿Te derivo con una persona?
¿Quieres que te comunique con un vendedor?
Puedo derivarte con una persona
Si prefieres, te paso con una persona
Aún no he creado tu pedido
Tu pedido aún no está confirmado
Todavía no hay un pedido confirmado
Cuando confirmes, crearé tu pedido
Cuando confirmes, tu pedido queda tomado
Para que tu pedido quede confirmado, responde sí
Si me dices que sí, tu pedido queda confirmado
¿Confirmas tu pedido?
Responde sí para confirmar tu pedido
Confirme su pedido respondiendo sí
Deje sus datos por aquí
Tu pedido está listo para confirmar
¿Preparo tu pedido?
El despacho se coordina aparte
Quedo atento
Hola, ¿qué andas buscando?
No tenemos ese producto
Te muestro las poleras
Te dejé las opciones más abajo
Tu carrito sigue igual
Perfecto, no confirmo nada todavía. Tu carrito sigue igual; dime qué quieres cambiar.
No puedo reservar productos
Aún no recibimos tu pago
"""


ALL_CLAIMS = CART_CLAIMS + ORDER_CLAIMS + HANDOFF_CLAIMS + MORE_CLAIMS + NEVER


@pytest.mark.parametrize("text", ALL_CLAIMS.strip().split("\n"))
def test_a_claim_without_its_receipt_is_caught(text: str) -> None:
    assert not text or problems(text) != ()


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (ReceiptKind.CART_CHANGED, CART_CLAIMS),
        (ReceiptKind.ORDER_PLACED, ORDER_CLAIMS),
        (ReceiptKind.HANDOFF_OPENED, HANDOFF_CLAIMS),
        (ReceiptKind.ORDER_CANCELLED, CANCEL_CLAIMS),
        (ReceiptKind.WAITLIST_JOINED, WAITLIST_CLAIMS),
        (ReceiptKind.LEAD_RECORDED, LEAD_CLAIMS),
    ],
)
def test_a_claim_with_its_receipt_is_let_through(kind: ReceiptKind, texts: str) -> None:
    workspace = desk()
    workspace.note(kind)
    assert {text: found for text in texts.strip().splitlines() if (found := problems(text, workspace))} == {}


@pytest.mark.parametrize("text", NEVER.strip().splitlines())
def test_no_receipt_makes_a_payment_or_a_dispatch_true(text: str) -> None:
    workspace = desk()
    for kind in ReceiptKind:
        workspace.note(kind)
    assert problems(text, workspace) != ()


@pytest.mark.parametrize("text", NOT_CLAIMS.strip().splitlines())
def test_an_offer_a_question_or_a_denial_is_no_claim(text: str) -> None:
    assert problems(text) == ()


def test_what_the_cart_already_held_may_be_told_without_a_receipt() -> None:
    workspace = desk(cart=[(HAMMER, 2)])
    assert problems("Tienes 2 Martillo carpintero 16 oz en tu carrito", workspace) == ()
    assert problems("El martillo ya está en tu carrito", workspace) == ()
    assert problems("La polera ya está en tu carrito", workspace) != ()
    assert problems("Agregué el martillo a tu carrito", workspace) != ()


NAMES_THAT_SOUND_LIKE_CLAIMS = """
Shampoo reparación total 370 ml
Pasta dental Total 12
Libro Pedido confirmado
Cojín te llamaremos pronto
Set agregado, quitado y vaciado
Juego de mesa Banco de Chile
Disco Envío mañana
Vino Reservado
"""


@pytest.mark.parametrize("name", NAMES_THAT_SOUND_LIKE_CLAIMS.split("\n")[1:-1])
def test_the_words_of_a_products_name_claim_nothing(name: str) -> None:
    workspace = desk()
    workspace.facts.add_item(item("NOM-1", name, 4290, 2))
    assert problems(f"{name} a $4.290 (quedan 2)", workspace) == ()
    assert problems(f"*{name}* a $4.290\nTu pedido quedó confirmado", workspace) != ()
    assert problems(f"{name}\n*Total: $4.290*", workspace) != ()


def test_an_earlier_order_may_be_named_without_a_receipt() -> None:
    workspace = desk(memory=Memory(order_reference="S00041"))
    assert problems("Tu pedido S00041 ya está tomado, no hace falta confirmarlo de nuevo.", workspace) == ()
    assert problems("Tu pedido S00099 ya está tomado.", workspace) != ()


async def test_real_receipts_come_from_the_tools() -> None:
    workspace = turn("quiero hablar con alguien")
    assert problems("Te derivo con una persona", workspace) != ()
    request_human(workspace, "lo pidió")
    assert problems("Te derivo con una persona", workspace) == ()
