"""What a shopper may mean, and the tables of how they say it."""
# ruff: noqa: E501 - a table of phrases reads best with one phrase a line

import re
from dataclasses import dataclass
from enum import StrEnum

from agent.brains.rules.filters import NO_FILTERS, Filters
from agent.brains.rules.quantities import Quantity
from agent.brains.rules.references import Reference


class Kind(StrEnum):
    GREET = "greet"
    HOW_ARE_YOU = "how_are_you"
    THANK = "thank"
    BYE = "bye"
    LAUGH = "laugh"
    JOKE = "joke"
    INSULT = "insult"
    BOT = "bot"
    HUMAN = "human"
    HELP = "help"
    SHOP = "shop"  # a question about the shop itself; `words` is the topic
    CATALOGUE = "catalogue"  # "¿qué venden?"
    MORE = "more"  # more of what was shown
    SHOW = "show"  # look for something
    PRICE = "price"
    STOCK = "stock"
    BUY = "buy"
    ADD_MORE = "add_more"  # so many more of something in the cart
    SET = "set"  # exactly so many
    REMOVE = "remove"
    REPLACE = "replace"  # `words` out, `other` in
    EMPTY = "empty"
    CART = "cart"
    CANCEL = "cancel"  # an order, not the cart
    ELSE = "else"  # "otra cosa"
    CHECKOUT = "checkout"
    STATUS = "status"
    YES = "yes"
    NO = "no"
    MENTION = "mention"  # words without a verb: a choice, a refinement, or something to look for


@dataclass(frozen=True, slots=True)
class Intent:
    """`words` are what it is about without quantity, filters and reference; `is_definite`: said with "el" or "la";
    `joins_previous`: only an "y" stands between it and the one before, which may be one name ("sal y pimienta")."""

    kind: Kind
    words: str = ""
    quantity: Quantity | None = None
    filters: Filters = NO_FILTERS
    reference: Reference | None = None
    is_definite: bool = False
    is_question: bool = False
    is_correction: bool = False
    other: "Intent | None" = None
    joins_previous: bool = False
    sku: str | None = None

    @property
    def count(self) -> int | None:
        return self.quantity.whole if self.quantity and self.quantity.unit is None else None

    @property
    def is_empty(self) -> bool:
        """Nothing is said about which product."""
        return not (self.words or self.filters or self.reference or self.sku)


PRODUCT_KINDS = frozenset(
    {Kind.SHOW, Kind.PRICE, Kind.STOCK, Kind.BUY, Kind.ADD_MORE, Kind.SET, Kind.REMOVE, Kind.MENTION}
)

_PERSON = r"(?:persona|humano|humana|ejecutiv[oa]|vendedora?|alguien|asesora?|duen[oa]|encargad[oa]|operadora?|agente|trabajadora?|supervisora?)"
_GO = r"(?:pedido|compra|orden|carrito)"

# A whole piece, or a part of it, that means one thing however it goes on. First match wins.
PHRASES: tuple[tuple[Kind, str], ...] = (
    (Kind.BOT, r"(?:eres|sos|es|hablo con|hablando con|converso con|esto es)\s+(?:un |una |con un |con una )?(?:bot|robot|maquina|ia|inteligencia artificial|chatbot|automatico|contestadora|asistente virtual|humano|humana|persona)(?: real| de verdad)?(?: o (?:un |una )?\w+)?$"),
    (Kind.BOT, r"(?:con quien (?:hablo|estoy hablando|converso)|quien (?:eres|sos|es usted|me atiende|habla)|como te llamas|cual es tu nombre)"),
    (Kind.HUMAN, rf"(?:habl\w+|comunic\w+|contact\w+|atend\w+|atiend\w+|atencion|deriv\w+|pasa\w*|transfier\w+|convers\w+|llam\w+)\b.{{0,40}}\b{_PERSON}\b(?! (?:negr|roj|azul))"),
    (Kind.HUMAN, r"^(?:quiero|necesito|prefiero|dame|busco)\s+(?:a\s+)?(?:un|una|a)\s+(?:persona|humano|ejecutiv[oa]|asesora?|operadora?|agente)\b"),
    (Kind.HUMAN, r"^(?:un )?(?:humano|ejecutivo|asesor|operador|persona real|agente humano|atencion humana)$"),
    (Kind.HUMAN, r"\b(?:reclamos?|reclamar|quejas?|sernac)\b"),
    (Kind.CANCEL, r"\b(?:cancel\w+|anul\w+)\s+(?:(?:mi|el|la|un|una)\s+)?(?:pedido|orden|compra)\b"),
    (Kind.ELSE, r"^(?:(?:quiero|necesito|busco|y|agrega(?:me)?) )?(?:otra cosa|algo mas|otro producto)(?: mas)?$"),
    (Kind.EMPTY, r"^(?:vaci\w+|limpi\w+|borr\w+|elimin\w+|saca\w*|quit\w+|anul\w+|cancel\w+|reinici\w+)\s+(?:todo|el carrito|mi carrito|carrito|la canasta|todos|todo el carrito|todo lo (?:que llevo|del carrito)|mi compra)(?:\s+(?:el carrito|del carrito|por favor|lo del carrito|eso))?$"),
    (Kind.EMPTY, r"^(?:quiero |voy a |vamos a )?(?:empezar|empecemos|partir|partamos|comenzar|comencemos) (?:de nuevo|de cero|otra vez)"),
    (Kind.EMPTY, r"^(?:ya )?no (?:quiero|llevo|voy a llevar|voy a comprar) (?:nada|ninguno|ninguna)(?: de eso| de nada)?$"),
    (Kind.CHECKOUT, r"^(?:ya )?(?:listo|lista|estamos|terminamos|termine|eso)(?: (?:listos?|eso|nomas|ya|estamos))*$"),
    (Kind.CHECKOUT, r"^(?:ya|asi|con eso|ahora si)(?: ya)? (?:esta(?:mos|ria)?|quedamos|nomas|no mas)(?: (?:bien|listos?|ok|perfecto))?$"),
    (Kind.CART, r"\b(?:ver|mostrar|muestra\w*|revisar) (?:el |mi )?carrito\b"),
    (Kind.CART, r"^(?:que|cuales?|cuanto) (?:es|son) (?:todo )?lo que (?:llevo|tengo|pedi)\b"),
    (Kind.CHECKOUT, r"^(?:con )?eso (?:seria|es|nomas|no mas|sera)(?: todo| lo que (?:llevo|quiero|necesito)| nomas| por (?:ahora|hoy))*$"),
    (Kind.CHECKOUT, r"^(?:seria|es|con eso|solo eso|solamente eso|asi nomas|asi no mas|nada mas|nada mas por ahora|no nada mas|no necesito (?:nada )?mas|no quiero nada mas|estoy listo|estoy lista|estamos listos|estaria listo|eso todo)(?: (?:todo|estamos|estaria|esta bien|eso|listo))*$"),
    (Kind.CHECKOUT, rf"\b(?:hacer|haz|hacemos|hagamos|cerrar|cierra|cerremos|cierro|cerramos|finaliz\w+|termin\w+|confirm\w+|complet\w+|realiz\w+|envi[ao]\w*|concret\w+|proces\w+|tom\w+|prepar\w+|arm\w+|gener\w+)\s+(?:el|la|mi|un|una|este|esta|ya el|con el|con la)?\s*{_GO}\b"),
    (Kind.CHECKOUT, r"^(?:quiero |quisiera |me gustaria |para |listo para |ya |vamos a |puedo |voy a |donde |pasar a |pasemos a |procede[r]? a[l]? )*(?:pagar|pago|pagarte|el pago|comprar ahora|checkout|cerrar|cerremos|cerramos|cierra|confirmar|confirmo|confirma|finalizar|terminar|encargarlo|encargarlos|comprarlo|comprarlos|comprar todo|comprar)(?: ya| ahora| todo| la cuenta| el total| mi carrito| el carrito)?$"),
    (Kind.CHECKOUT, r"^(?:quiero comprar (?:todo|lo del carrito|el carrito|eso)|(?:me )?(?:lo )?llevo (?:todo|todo eso|todo lo del carrito)|compro todo|comprar el carrito|quiero todo eso|hago el pedido|pedido listo|quiero hacerlo|la cuenta|cobrame|tomame el pedido|quiero pedirlo|quiero encargarlo)$"),
    (Kind.CART, r"^(?:que|cuanto|cuantas cosas|cuantos productos|como)\s+(?:cosas\s+|productos\s+)?(?:llevo|voy|va|llevamos|tengo|hay|quedo)(?: (?:hasta ahora|en (?:el |mi )?carrito|en (?:la |mi )?canasta|en total|por ahora|agregado|anotado|el carrito|mi carrito|la cuenta|el total|ahora|todo|en el pedido))*$"),
    (Kind.CART, r"^(?:ver|mostrar|muestra(?:me)?|muestreme|revisar|ve|a ver|dame|quiero ver|puedo ver|me muestras?|mira(?:r)?|cual es|como va|como quedo|como esta|que tiene|repite(?:me)?|dime)?\s*(?:el |mi |lo que (?:llevo|tengo)(?: en)?(?: el| mi)? ?|la |su )?(?:carrito|canasta|mi pedido hasta ahora|detalle|resumen|lista de compras?|resumen de(?:l| mi) (?:pedido|compra|carrito))$"),
    (Kind.CART, r"^(?:dame |dime |mandame |enviame |me das |me dices |saca(?:me)? |suma(?:me)? |calcula(?:me)? |cual (?:es|seria) |cuanto (?:es|seria|da|suma|sale|saldria|va) )?(?:el |en |mi )?(?:total|subtotal|el total|cuenta)(?: (?:de todo|a pagar|del carrito|hasta ahora|del pedido|de la compra|de mi compra|va|por favor))*$"),
    (Kind.CART, r"^(?:cuanto|a cuanto|en cuanto)\s+(?:me\s+)?(?:seria|es|va|sale|saldria|da|suma|queda|quedaria|debo|tengo que pagar|te debo|seria todo|pago)\s*(?:en total|todo|todo eso|el total|por todo|la cuenta|el carrito)$"),
    (Kind.CART, r"^(?:cuanto (?:debo|te debo|tengo que pagar|es todo|suma todo))$"),
    (Kind.STATUS, r"(?:estado|seguimiento|donde (?:va|viene|esta|anda)|como (?:va|viene)|que paso con|cuando (?:llega|me llega|llegaria|viene|estaria)|rastrear|tracking|saber (?:de|sobre)|consult\w+ por)\b.{0,12}\b(?:pedido|orden|compra)\b"),
    (Kind.STATUS, r"^(?:y )?(?:mi|el) (?:pedido|orden)$"),
    (Kind.STATUS, r"^(?:cuando (?:me )?llega|numero de (?:mi )?(?:pedido|orden)|cual (?:es|era) (?:mi|el) (?:numero de )?(?:pedido|orden))"),
    (Kind.JOKE, r"\b(?:chistes?|adivinanza|horoscopo|poema|te amo|te quiero mucho|casate|pololea\w*|capital de|presidente|quien gano|canta(?:me)?|que tiempo hace|va a llover|traduce(?:me)?|dame (?:una|la) receta|escribe(?:me)? (?:un|una)|codigo en python|tarea de)\b"),
    (Kind.JOKE, r"\b(?:ignora\w*|olvida\w*|olvidate de) .{0,30}(?:instrucciones|reglas|anterior\w*|prompt)|\b(?:prompt|system|modo desarrollador|actua como|jailbreak|tus instrucciones|tus reglas)\b"),
    (Kind.INSULT, r"\b(?:aweonao|ahueonado|culiao|conchetumare|ctm|csm|qlo|qliao|mierda|estupid[oa]|idiota|imbecil|inutil|tont[oa]|pendej[oa]|put[oa]s?|maric\w+|ladrones|estafadores|sinverguenzas?|callate|chucha|pesim[oa]|malisim[oa]|weon(?:es)? (?:tont|mal|de)\w*)\b"),
    (Kind.HELP, r"^(?:ayuda|ayudame|help|necesito ayuda|menu|opciones|inicio|que puedes hacer|en que me (?:puedes )?ayuda[rs]?|como funciona(?: esto)?|que haces|como (?:compro|pido|hago un pedido|se compra)|instrucciones|info|informacion|mas informacion)$"),
    (Kind.MORE, r"^(?:muestra(?:me)?|ver|quiero ver|dame|tienes|hay|me muestras|que|cuales|alguna?|no tienes|y|conoces)?\s*(?:l[oa]s\s+)?(?:mas (?:opciones|modelos|alternativas|productos|variedad|tipos|marcas)|otr[oa]s?(?: (?:opcion(?:es)?|modelos?|alternativas?|marcas?|tipos?|variedad(?:es)?))|mas|otras?|otros)(?: (?:opciones|modelos|alternativas|hay|tienes|tienen|tipos))?$"),
    (Kind.MORE, r"^(?:y |l[oa]s? |no |hay |tienes |tienen |vienen? |que |cuales )*(?:de |en )?(?:otr[oa]s?|mas) (?:color(?:es)?|tallas?|medidas?|tamanos?|numeros?)(?: (?:hay|tienes|tienen|disponibles?))?$"),
    (Kind.MORE, r"^(?:que|cuales) (?:mas|otr[oa]s?(?: \w+)?) (?:tienes|tienen|hay)$|^(?:ninguno|ninguna)(?: (?:de esos|me gusta|me sirve))?$|^(?:hay|tienes|tienen) mas$|^siguientes?$"),
    (Kind.CATALOGUE, r"^(?:que|cuales)\s+(?:cosas |productos |articulos |mas )?(?:tienes|tienen|venden|ofrecen|hay|manejan|trabajan|productos|tiene la tienda|hay en la tienda)(?: (?:tienes|tienen|venden|hay|ofrecen|disponibles?|para (?:vender|ofrecer|mi)|en la tienda|a la venta|de todo))*$"),
    (Kind.CATALOGUE, r"^(?:ver |muestra(?:me)? |quiero ver |me (?:muestras|mandas|envias) |tienes |tienen |dame |envia(?:me)? |manda(?:me)? )?(?:el |un |su |tu |la |una )?(?:catalogo|lista de (?:productos|precios)|los productos|productos|carta|inventario)(?: completo| de productos| de precios)?$"),
)  # fmt: skip

# Questions about the shop that the catalogue cannot answer; the topic is how the reply names it.
SHOP_TOPICS: tuple[tuple[str, str], ...] = (
    ("el horario", r"\b(?:horarios?|a que hora|hasta que hora|desde que hora|atienden (?:los|el|hoy|manana|sabado|domingo|en)|abren|cierran|abiertos?|estan atendiendo|que dias (?:abren|atienden))\b"),
    ("la dirección", r"\b(?:direccion|ubicacion|ubicad[oa]s?|donde (?:estan|queda(?:n)?|se ubican|es la tienda|los encuentro|puedo ir|retiro|esta la tienda|esta ubicad[oa])|tienen (?:local|tienda fisica|sucursal)|sucursal(?:es)?|tienda fisica|como llego|local fisico)\b"),
    ("el despacho", r"\b(?:despach\w+|envios?|delivery|reparto|reparten|domicilio|retir[oa]r?|retiro en tienda|llegan a \w+|envian (?:a|por|al)|mandan a \w+|starken|chilexpress|bluexpress|correos de chile|hacen envio)\b"),
    ("los medios de pago", r"\b(?:(?:medios?|formas?|metodos?|tipos?) de pagos?|como (?:se )?(?:puedo )?(?:pag[oa]r?|pagarles|les pago)|aceptan|reciben (?:tarjeta|efectivo|transferencia|debito|credito)|transferencia|webpay|redcompra|debito|con tarjeta|tarjeta de (?:credito|debito)|en cuotas|cuotas|datos (?:bancarios|para transferir|de transferencia)|mercado ?pago|pago contra entrega|cheque|sodexo)\b"),
    ("cambios y garantías", r"\b(?:garantias?|devolucion(?:es)?|devolver|cambios y|politica de cambio|se puede cambiar si|hacen cambios|reembolso)\b"),
    ("las fotos", r"\b(?:mand\w+|envi\w+|tienes|tienen|ver|hay)\b.{0,12}\b(?:fotos?|imagen(?:es)?)\b"),
    ("boletas y facturas", r"\b(?:facturas?|boletas?|con iva|mas iva|incluye iva)\b"),
    ("rebajas", r"\b(?:descuentos?|promociones|promocion|promo|ofertas?|rebajas?|cupon(?:es)?|por mayor|al por mayor|mayoristas?|precio por cantidad|liquidacion|cyber|gratis|regalad[oa]|me haces (?:un )?precio|ultimo precio|haces? (?:una )?rebaja)\b"),
    ("rebajas", r"^(?:no )?(?:(?:me |te |le )(?:l[oa]s? )?(?:dej\w+|vend\w+|compro)|dej[ae]me\w*|vendeme\w*)\b.*\b(?:en|a|por) (?:\$ ?\d[\d.]*|\d+ ?(?:lucas?|mil|pesos|k)\b|\d{4,})"),
    ("rebajas", r"^(?:me |te |le )(?:doy|ofrezco|pago)\b.*\d"),
    ("el contacto de la tienda", r"\b(?:telefono de (?:la tienda|contacto|ustedes)|numero de contacto|correo de (?:la tienda|contacto)|su (?:correo|mail|email|telefono|instagram|pagina web)|tienen (?:instagram|facebook|pagina|web|whatsapp))\b"),
)  # fmt: skip

GREETING = re.compile(
    r"^(?:(?:hola(?: hola)?|buenas?(?: (?:tardes?|noches?|dias?))?|buen(?:os)? dias?|saludos|hey|hello|hi|que tal|estimad[oa]s?|"
    r"muy buen[oa]s? (?:dias?|tardes?|noches?)|aloha)(?![a-z])[\s,!.]*)+(?:a tod[oa]s\b\s*)?"
)
HOW_ARE_YOU = re.compile(
    r"^(?:y )?(?:como (?:estas?|estan|te va|andas|has estado|les va)|que tal(?: estas?)?|todo bien)\b[\s?,]*"
)
THANKS = re.compile(
    r"^(?:(?:muchas |mil |muchisimas |ok |ya |vale |bueno |perfecto )?(?:gracias|agradecid[oa]|te pasaste|se pasaron|muy amable|te agradezco|genial gracias|bacan|excelente|buenisimo|super)"
    r"(?: (?:por (?:todo|la (?:ayuda|info\w*|atencion)|tu ayuda)|muy amable|igual|igualmente|totales|amig[oa]))*)(?![a-z])[\s,!.]*"
)
BYE = re.compile(
    r"^(?:chao|chau|chaito|adios|hasta (?:luego|pronto|manana)|nos vemos|bye|que (?:este|estes|tengas?|tenga) (?:bien|buen\w* \w+)|cuidate|saludos|"
    r"buen fin de semana|bendiciones)\b[\s,!.]*"
)
LAUGH = re.compile(r"^(?:(?:ja|je|ji|jo|ha|xd|lol|jsj)+[a-z]{0,2}\s*)+$")
FILLER_START = re.compile(
    r"^(?:porfavor|weon|weona|wn|hueon|hermano|bro|compadre|loco|tio|senor(?:a|ita)?|oye|oiga|disculpa|disculpe|perdon|amig[oa]|vecin[oa]|caser[oa]|caserit[oa]|jefe|estimad[oa]|a ver|mira|mire|"
    r"entonces|ahora|tambien|ademas|pucha|po|pues|eh|emm?|mmm?|ah|oh|uy|ya po|ya pues|luego|despues|aparte|igual|asi que|es que|osea|o sea|"
    r"y|e|pero|si|ya|dale|ok|bueno|claro|listo|perfecto|super|genial|bacan|sabes que|una consulta|una pregunta|consulta|pregunta|"
    r"queria (?:saber|consultar|preguntar)(?: si)?|quiero (?:saber|consultar|preguntar)(?: si)?|quisiera (?:saber|consultar|preguntar)(?: si)?|"
    r"me gustaria saber(?: si)?|sabe[sn]? si|te consulto|me equivoque|me arrepenti|lo pense mejor|pensandolo bien|ups|corrijo|me puedes decir|me podrias decir|podrias decirme|puedes decirme|dime(?: si)?|"
    r"necesito saber(?: si)?|por casualidad|de casualidad|sera que|finalmente|al final|tonces|que)(?![a-z])[\s,.:]*"
)
FILLER_END = re.compile(
    r"[\s,.]*(?<![a-z])(?:porfavor|weon|wn|hermano|bro|compadre|po|pues|cachai|gracias|muchas gracias|nomas|no mas|amig[oa]|vecin[oa]|caser[oa]|caserit[oa]|jefe|"
    r"a la venta|en la tienda|en venta|disponibles?|por ahi|por casualidad|entonces|tambien|ademas|al carrito|a mi carrito|en el carrito|"
    r"al pedido|a mi pedido|al tiro|altiro|ahora|mejor|me das|me puedes dar|quiero|necesito|tienes|tienen|hay|aparte|eh|ya|si)$"
)
MODAL = re.compile(
    r"^(?:me |nos |se )?(?:puedes?|podrias?|podes|puedo|podria|podemos|quiero|quisiera|queria|me gustaria|necesito|deseo|hay que|vamos a|voy a|te pido|por favor|"
    r"es posible|se puede|tengo que|debo|dejame)(?: que)?\s+(?=(?:agreg|anad|sum|quit|sac|elimin|borr|cambi|reemplaz|vaci|ver\b|mostr|busc|compr|"
    r"llevar|pon|anot|pedir|cotiz|dar|mand|envi|vend|reserv|apart|dej|modific|encarg|consult|pregunt|saber|mirar|conoc|revis|encontr|averigu|hac|cerr|pag|confirm|finaliz|termin))"
)
_CLITIC = r"(?:me|le|nos|les|melo|mela|melos|melas|lo|la|los|las)?"

# The verb that a piece begins with. First match wins; what follows is what it is about.
VERBS: tuple[tuple[Kind, str], ...] = (
    (Kind.REMOVE, r"(?:ya )?no (?:quiero|necesito|llevo|voy a llevar|llevare|me pongas|me des|va|pongas|agregues|quisiera)(?: mas)?"),
    (Kind.REMOVE, rf"(?:saca|sacar|quita|quitar|elimina|eliminar|borra|borrar|remueve|remover|descarta|descartar|retira|retirar|bota|botar|cancela|cancelar|saque){_CLITIC}|sacame|quitame"),
    (Kind.SHOW, r"(?:quiero|quisiera|queria|necesito|me gustaria|deseo|dejame)\s+(?:ver|cotizar|buscar|mirar|conocer|encontrar|revisar|averiguar|saber (?:de|por|sobre)|consultar (?:de|por|sobre)?)"),
    (Kind.PRICE, r"(?:a |en )?cuanto (?:me )?(?:sale[ns]?|vale[ns]?|cuesta[ns]?|es|son|seria[ns]?|saldria[ns]?|cobran|costaria[ns]?|esta[ns]?|tienes|tienen|venden|dejas|dejan|quedaria[ns]?)(?: (?:por|a))?"),
    (Kind.PRICE, r"(?:a|en) cuanto(?: (?:anda[ns]?|tiene[ns]?|me))?"),
    (Kind.PRICE, r"(?:que|cual es el|cual es su|me das el|dame el|dime el)\s+(?:precios?|valor(?:es)?)(?: (?:tiene[ns]?|es|de(?:l)?))*"),
    (Kind.PRICE, r"(?:los )?(?:precios?|valor(?:es)?|el precio|el valor)(?: (?:de(?:l)?|por|para))?"),
    (Kind.STOCK, r"(?:tienes|tienen|hay|queda|quedan|te queda|les queda|habra|cuanto)(?: algo de)? (?:stock|disponibilidad|existencias?)(?: (?:de(?:l)?|en|tienes|tienen|hay|queda))*"),
    (Kind.STOCK, r"(?:el )?(?:stock|disponibilidad) (?:de(?:l)?|en)|esta[n]? disponibles?|stock"),
    (Kind.STOCK, r"(?:te |les )?quedan?(?: (?:mas|aun|todavia))?"),
    (Kind.SHOW, r"(?:ando |estoy |estaba |estamos |andamos )?(?:buscando|busco|buscamos|buscar|busca(?:me)?)"),
    (Kind.SHOW, r"(?:no )?(?:tienes|tienen|hay|habra|venden|manejan|trabajan(?: con)?|ofrecen|existen?|llego|llegaron|traen|tendras)"),
    (Kind.SHOW, rf"(?:muestra|mostrar|muestre|ensena|ver|mirar|cotizar|cotiza|recomienda|recomiendas|recomiendan|consultar(?: por)?|preguntar(?: por)?|conocer|encontrar|conseguir|averiguar){_CLITIC}|me (?:muestras?|recomiendas?|recomiendan|cotizas?|ensenas?|sugieres)|muestrame|recomiendame|cotizame|consulta por"),
    (Kind.BUY, r"(?:quiero|quisiera|queria|querria|me gustaria|deseo|necesito|tengo que|voy a)\s+(?:comprar|llevar(?:me)?|pedir|encargar|agregar|sumar|anadir|reservar|adquirir|poner|que me (?:des|pongas|anotes|agregues))"),
    (Kind.BUY, rf"(?:agrega|agregar|anade|anadir|anota|anotar|apunta|suma|sumar|echa|mete|pon|poner|manda|mandar|envia|enviar|pasa|reserva|reservar|aparta|apartar|encarga|encargar|vende|vender|sirve|incluye|incluir|considera|compra|comprar|lleva|llevar|pedir|da|dar){_CLITIC}"),
    (Kind.BUY, r"(?:me )?(?:das|da|den|vendes|venden|pones|anotas|agregas|mandas|envias|sumas|apartas|reservas|regalas|dan|pasas|traes)"),
    (Kind.BUY, r"(?:dame|deme|denme|damelo|dame lo|agregame|agregale|ponme|ponle|poneme|anotame|apuntame|sumame|sumale|echame|echale|mandame|enviame|pasame|vendeme|reservame|apartame|traeme|regalame)"),
    (Kind.BUY, r"(?:yo )?(?:me )?(?:quiero|quisiera|queria|querria|me gustaria|gustaria|deseo|necesito|necesitamos|queremos|necesitaria|llevo|llevare|llevaria|llevamos|quedo con|quedaria con|quedare con|compro|compraria|pido|pediria|encargo|voy a querer|voy con|tomo|elijo|escojo|vamos con|seria|serian|son|aprovecho(?: de llevar)?|me interesa[n]?|interesa[n]?)"),
)  # fmt: skip

# "lo quiero", "me lo llevo", "la compro": the one just talked about.
TAKE_IT = re.compile(
    r"^(?:si )?(?:me )?(?:lo|la|los|las)\s+(?:quiero|llevo|compro|tomo|agregas?|anotas?|das|pido|agrega|llevare|encargo|necesito|voy a llevar)(?: (?:ese|este|esa|esta|nomas|ya|entonces|igual|al carrito))?$"
    r"|^(?:agrega|anota|da|pon|suma|aparta|reserva|manda|compra|lleva)(?:me)?(?:lo|la|los|las)(?: (?:al carrito|ya|entonces))?$|^damel[oa]s?$|^me (?:lo|la|los|las) (?:das|das?|llevo)$|^comprarl[oa]s?$|^llevarl[oa]s?$|^agregarl[oa]s?$"
)
TAKE_IT_IN = re.compile(
    r"^(?:me )?(?:lo|la|los|las)\s+(?:quiero|llevo|compro|tomo|prefiero|necesito|quisiera)\s+(?:en |pero )"
)
TAKE_OUT = re.compile(r"^(?:saca|quita|elimina|borra|cancela|retira)(?:r)?(?:me|le)?(?:lo|la|los|las)$")
