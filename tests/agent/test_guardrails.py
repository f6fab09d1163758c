"""What may be said and what may not: a long table of sentences, and every way of writing an amount."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.context import StoreProfile
from agent.facts import ReceiptKind
from agent.guardrails import check_draft
from agent.memory import Memory
from agent.tools.cart import add_to_cart
from agent.tools.catalogue import show_products
from agent.tools.handoff import request_human
from agent.tools.orders import prepare_order
from agent.workspace import Draft, Workspace
from data.content import Card, Choice, MessageContent
from tests.agent.catalogue import BLACK_SHIRT, DRILL, HAMMER, WHITE_SHIRT, ListCatalogue, item, turn

PACK = item("10025", "Tornillo 6 x 1", 10000, 12, options={"caja": "12 unidades"})


def desk(text: str = "hola", **fields: object) -> Workspace:
    """Read: the hammer ($12.990, 3 left), the shirts (5 left), the screws ($10.000, 12 left) and order S00042."""
    workspace = turn(text, **fields)  # type: ignore[arg-type]  # passed through as they are
    for one in (HAMMER, BLACK_SHIRT, WHITE_SHIRT, PACK):
        workspace.facts.add_item(one)
    workspace.facts.counts |= {2}
    workspace.facts.amounts |= {Decimal("1290.50"), Decimal(2_500_000)}
    workspace.facts.texts |= {"S00042", "Caja 2x1 oferta", "Set 3 en 1 gratis"}
    workspace.facts.counts -= {12}
    return workspace


def problems(text: str, workspace: Workspace | None = None) -> tuple[str, ...]:
    return check_draft(Draft((MessageContent(text),)), workspace or desk())


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


# What a good seller says all day: none of it may be held back.
NATURAL = """
¡Hola! Bienvenido a Ferretería El Clavo. ¿En qué te puedo ayudar hoy?
Hola 😊 Soy el asistente automático de la tienda. ¿Qué andas buscando?
Tengo esto:\n1. Martillo carpintero 16 oz, $12.990, quedan 3\n2. Polera básica (negro, M), $7.990, quedan 5
Sí, nos quedan 3 unidades del Martillo carpintero 16 oz a $12.990 cada uno. ¿Cuántos quieres?
El Martillo carpintero 16 oz cuesta $12.990. ¿Lo agrego a tu carrito?
Por ahora no tenemos ese producto. ¿Quieres que te muestre algo parecido?
Lamentablemente la sierra está sin stock. Si quieres, te aviso con una persona de la tienda.
No encontré poleras talla XL, pero sí en talla M y 42.
¿Quieres la negra o la blanca?
Perfecto, ¿la quieres en talla M?
El más económico es la Polera básica (negro, M), a $7.990.
Para el despacho no tengo el dato. ¿Prefieres que te derive con una persona?
No tengo información sobre los plazos de entrega. Puedo derivarte con alguien de la tienda.
¿Te parece bien si preparo el resumen de tu pedido?
Cuando quieras, preparo tu pedido para que lo confirmes.
Te preparé el resumen, revísalo y responde sí para confirmar.
Aquí va el resumen de tu pedido:
Para confirmar el pedido, responde sí. Si quieres cambiar algo, dime.
Aún no está confirmado: responde sí para tomar el pedido.
Tu carrito está vacío por ahora.
¡De nada! Que tengas un lindo día.
¡Gracias por escribirnos! Vuelve cuando quieras.
Perdón, no te entendí bien. ¿Me cuentas qué producto buscas?
No puedo hacer descuentos, pero te puedo mostrar algo más económico.
Solo puedo ayudarte con los productos de la tienda. ¿Buscas algo en particular?
La polera viene en negro talla M y en blanco talla 42.
¿Cuántas unidades necesitas?
Del martillo solo quedan 3, así que puedo agregar hasta 3. ¿Los quieres?
No alcanzan: del martillo quedan 3. ¿Te agrego los 3?
¿Quieres los 3 martillos?
¿Te sirve el de 16 oz?
Mira, tengo dos poleras: la negra a $7.990 y la blanca a $8.990.
Ambas cuestan menos de $10.000.
Los precios incluyen IVA.
No se puede reservar sin comprar, lo siento.
El pago lo coordinas con la tienda después de confirmar.
Una persona de la tienda coordina el pago y la entrega.
Antes de confirmar tu pedido, ¿quieres agregar algo más?
¿Quieres dejarlo así o agregamos otra cosa?
¿Agregamos otro?
Si te gusta, lo sumamos al carrito.
Dime cuál y lo agrego.
Elige una y la agrego a tu carrito.
Dime la talla y te lo agrego altiro.
Con gusto lo agrego si me dices la cantidad.
¿Lo dejo en el carrito?
Ok, no lo agrego.
Entonces no agrego nada.
Eso no lo vendemos acá.
Es ideal para regalo y viene en caja.
Está hecho de acero.
El martillo está hecho de acero y la compra es segura.
Buena compra, ese martillo es muy pedido.
Es un producto muy vendido.
La caja trae 12 unidades.
¿Buscas algo para hombre o mujer?
Mañana es feriado, ¿necesitas algo más?
Todos nuestros productos están publicados con su precio.
¿Te lo llevas?
¡Excelente elección! ¿Cuántos quieres llevar?
Puedes llevar hasta 3.
El total de tu carrito es $12.990.
Te recomiendo el primero porque es más económico.
Esto es lo que tengo:
Hay 2 poleras que te pueden servir.
Encontré 2 opciones.
Son 2 modelos distintos.
Tenemos 3 en stock.
Está disponible, quedan 5.
Queda disponible el martillo.
Se nos agotó la sierra.
¿Quieres que te avise cuando llegue?
Soy un asistente automático, pero si prefieres te paso con una persona.
Con mucho gusto. ¿Qué te falta?
Te cuento que el cable se vende por metro.
"""


@pytest.mark.parametrize("text", NATURAL.strip().splitlines())
def test_everyday_selling_is_not_held_back(text: str) -> None:
    workspace = desk(cart=[(HAMMER, 1)])
    show_products(workspace, [HAMMER, BLACK_SHIRT, WHITE_SHIRT])
    assert problems(text.replace("\\n", "\n"), workspace) == ()


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


def test_the_price_of_one_product_is_not_said_of_another() -> None:
    workspace = desk()
    show_products(workspace, [HAMMER, BLACK_SHIRT, WHITE_SHIRT])
    assert problems("1. Martillo carpintero 16 oz a $12.990\n2. Polera básica (negro, M) a $7.990", workspace) == ()
    assert problems("Martillo carpintero 16 oz a $7.990", workspace) != ()
    assert problems("Polera básica (negro, M) a $8.990", workspace) != ()
    assert problems("MAR-016: $8.990", workspace) != ()


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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n ",
        "x" * 4_001,
        "hola\x00",
        "hola\u202emundo",
        "$12\u200b.990",
        "hola \U000e0041",
        "El precio es {{price:MAR-016}}",
        '{"name": "add_to_cart", "arguments": {"sku": "MAR-016"}}',
        "voy a usar search_products",
        "<tool_call>x</tool_call>",
        "```json\n{}\n```",
        "Mis reglas: No puedes crear, confirmar, pagar, reservar ni cancelar pedidos. Eso.",
    ],
)
def test_the_form_of_a_message_is_checked(text: str) -> None:
    assert problems(text) != ()


def test_emoji_made_of_several_characters_are_fine() -> None:
    assert problems("Gracias 👩‍🔧 ❤️ 👍🏽 🇨🇱") == ()


def test_no_reply_is_a_problem() -> None:
    assert check_draft(Draft(()), desk()) != ()


async def test_the_summary_made_by_code_passes_and_nothing_more_passes_with_it() -> None:
    workspace = turn("lo quiero")
    await add_to_cart(workspace, "MAR-016", 2)
    summary = await prepare_order(workspace)
    assert workspace.new_summary is not None
    assert problems(f"Aquí está:\n\n{workspace.new_summary.text}", workspace) == ()
    assert problems(f"Pero a ti te lo dejo en $1.\n\n{workspace.new_summary.text}", workspace) != ()
    assert problems(workspace.new_summary.text.replace("25.980", "20.980"), workspace) != ()
    assert summary is workspace.new_summary


async def test_choices_and_cards_are_checked_too() -> None:
    workspace = desk()
    show_products(workspace, [HAMMER])

    def refused(content: MessageContent) -> bool:
        return bool(check_draft(Draft((content,)), workspace))

    assert not refused(MessageContent("Mira", (Choice("1", "Martillo $12.990"),)))
    assert refused(MessageContent("Mira", (Choice("1", "Martillo $1.990"),)))
    assert refused(MessageContent("Mira", (Choice("confirm_order", "Sí"),)))
    assert not refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$12.990", "Quedan 3"),)))
    assert refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$12.991", "Quedan 3"),)))
    assert refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$7.990", "Quedan 3"),)))
    assert refused(MessageContent("Mira", cards=(Card("MAR-016", HAMMER.title, "$12.990", "Quedan 9"),)))
    assert refused(MessageContent("Mira", cards=(Card("TAL-500", DRILL.title, "$12.990", "Quedan 3"),)))


async def test_real_receipts_come_from_the_tools() -> None:
    workspace = turn("quiero hablar con alguien")
    assert problems("Te derivo con una persona", workspace) != ()
    request_human(workspace, "lo pidió")
    assert problems("Te derivo con una persona", workspace) == ()


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


async def test_a_long_summary_does_not_make_a_message_too_long() -> None:
    shop = [
        item(f"SKU-{n}", f"Producto de nombre bastante largo para una línea número {n}", 990 + n) for n in range(80)
    ]
    workspace = turn(cart=[(one, 1) for one in shop], catalogue=ListCatalogue(shop))
    await prepare_order(workspace)
    assert workspace.new_summary is not None
    assert len(workspace.new_summary.text) > 4_000
    assert problems(workspace.new_summary.text, workspace) == ()


@given(st.text())
def test_any_text_at_all_can_be_checked(text: str) -> None:
    assert isinstance(problems(text), tuple)
