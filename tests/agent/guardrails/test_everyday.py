"""What a good seller says all day is not held back."""

import pytest

from agent.tools.catalogue import show_products
from tests.agent.catalogue import BLACK_SHIRT, HAMMER, WHITE_SHIRT
from tests.agent.guardrails.desk import desk, problems

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
