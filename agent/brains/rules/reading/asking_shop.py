"""How people ask what the shop does, as no product is asked for: tables."""

import re

# Questions about the shop that the catalogue cannot answer; the topic is how the reply names it.
SHOP_TOPICS: tuple[tuple[str, str], ...] = (
    ("cuándo vuelve a haber stock",
     r"^(?:me |te )?(?:pued\w+ |podria\w* )?(?:avis(?:a|as|ame|eme|an|enme|ar(?:me)?)|notific\w+)\b"
     r"|\bcuando (?:(?:les|te|lo|la|los|las) )?(?:vuelve[n]?|llegan|reponen|tendran|traen|tienen|va a haber"
     r"|habra)\b"),
    ("el despacho", r"\bpara cuando\b"),
    ("si son originales",
     r"^(?:(?:los|las|estos|estas|esos|esas|sus) (?:productos|articulos|cosas|marcas)?\s*)?(?:son|es"
     r"|seran?)(?: tod[oa]s)? (?:original(?:es)?|autentic[oa]s?|imitacion(?:es)?|replicas?|falsificad[oa]s?"
     r"|de marca|verdader[oa]s?|legitim[oa]s?)\b"),
    ("el despacho",
     r"^(?:me )?(?:l[oa]s? )?(?:llegan?|llegaria[n]?|llegara[n]?|entregan?|traen|despachan|mandan|envian)(?: (?:a"
     r"|al|hasta|en) .+| (?:hoy|manana|altiro|al tiro|ahora|rapido|luego|el \w+|esta (?:semana|tarde|noche)).*)$"),
    ("el despacho",
     r"\b(?:cuanto|cuantos dias|que tanto) (?:se |me )?(?:demora[n]?|tarda[n]?|demoraria[n]?)\b"
     r"|\b(?:entrega (?:hoy|inmediata|a domicilio|express)|para cuando (?:llega|lo tendria|estaria))\b"),
    # "¿Me lo pueden dejar en Los Aromos 345?", "¿me las llevan a Ñuñoa?"
    ("el despacho",
     r"^(?:y )?(?:se )?(?:(?:me|nos|te|le) )?(?:l[oa]s? )?(?:(?:pued|podri)\w+ )?(?:ir a )?"
     r"(?:(?:me|nos|te|le) )?(?:l[oa]s? )?(?:dej|llev|mand|envi|tra|entreg|despach)"
     r"(?:an|en|arian?|aria|ar|as|er|erian?|en)(?:me|nos)?(?:l[oa]s?)? (?:a|al|en|hasta) (?!cuanto|cuotas|\d)"),
    ("los medios de pago",
     r"\b(?:fiado|me fian?|dan fiado|a credito|pagar? (?:con|en|por) \w+|pagh?o (?:con|en) (?:tarjeta|efectivo"
     r"|cuotas))\b|^(?:aceptan?|reciben?|tienes|tienen|hay|puedo con|se puede con) (?:tarjetas?|efectivo"
     r"|transferencias?|debito|credito|cheques?|cuotas|redcompra|webpay|mach|tenpo|junaeb|edenred|amipass"
     r"|pluxee)\b"),
    ("el horario",
     r"\b(?:horarios?|a que hora|hasta que hora|desde que hora|atienden (?:los|el|hoy|manana|sabado|domingo|en)"
     r"|abren|cierran|abiertos?|estan atendiendo|que dias (?:abren|atienden))\b"),
    ("el horario",
     r"^(?:(?:y|o|oye|entonces|el|los|este|hoy|manana|en la|por la|fin de semana|feriados?|lunes|martes|miercoles"
     r"|jueves|viernes|sabados?|domingos?|tarde|noche) )*(?:se )?(?:puedo|puede|podria|podemos) (?:pasar|ir|acercarme)"
     r"(?: (?:por|para) (?:ahi|alla|aca)| (?:a|por) (?:la tienda|el local|tu tienda|verlos?)| (?:el|los|hoy|manana"
     r"|en la|tarde|lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|feriados?))*$"),
    ("la dirección",
     r"\b(?:direccion|ubicacion|ubicad[oa]s?|donde (?:estan|queda(?:n)?|se ubican|es la tienda|los encuentro"
     r"|puedo ir|retiro|esta la tienda|esta ubicad[oa])|tienen (?:local|tienda fisica|sucursal)|sucursal(?:es)?"
     r"|tienda fisica|como llego|local fisico)\b"),
    ("el despacho",
     r"\b(?:despach\w+|envios?|delivery|reparto|reparten|domicilio|retiro|retirar?(?!me\b)(?! (?:l[oa]s?|el|un[oa]?"
     r"|es[eao]s?|est[eao]s?|dos|tres|\d+)\b(?! (?:pedidos?"
     r"|compras?|productos?|tienda|local|sucursal|dia|lunes|martes|miercoles|jueves|viernes|sabado|domingo"
     r"|manana)))|llegan a \w+"
     r"|envian (?:a|por|al)|mandan a \w+|starken|chilexpress|bluexpress|correos de chile|hacen envio)\b"),
    ("los medios de pago",
     r"\b(?:(?:medios?|formas?|metodos?|tipos?) de pagos?|como (?:se )?(?:puedo )?(?:pag[oa]r?|pagarles|les pago)"
     r"|aceptan|reciben (?:tarjeta|efectivo|transferencia|debito|credito)|transferencia|webpay|redcompra|debito"
     r"|con tarjeta|tarjeta de (?:credito|debito)|en cuotas|cuotas|datos (?:bancarios|para transferir"
     r"|de transferencia)|mercado ?pago|pago contra entrega|cheque|sodexo)\b"),
    ("cambios y garantías",
     r"\b(?:garantias?|devolucion(?:es)?|devolver|cambios y|politica de cambio|se puede cambiar si|hacen cambios"
     r"|reembolso)\b"),
    ("las fotos", r"\b(?:mand\w+|envi\w+|tienes|tienen|ver|hay)\b.{0,12}\b(?:fotos?|imagen(?:es)?)\b"),
    ("boletas y facturas", r"\b(?:facturas?|boletas?|con iva|mas iva|incluye iva)\b"),
    ("la venta al por mayor", r"\b(?:(?:al )?por mayor|mayoristas?)\b"),
    ("rebajas",
     r"\b(?:descuentos?|promociones|promocion|promo|ofertas?|rebajas?|cupon(?:es)?|precio por cantidad|liquidacion"
     r"|cyber|gratis|regalad[oa]|me haces (?:un )?precio"
     r"|ultimo precio|haces? (?:una )?rebaja)\b"),
    ("rebajas",
     r"^(?:no )?(?:(?:me |te |le )(?:l[oa]s? )?(?:dej\w+|vend\w+|compro)|dej[ae]me\w*|vendeme\w*)\b.*\b(?:en|a"
     r"|por) (?:\$ ?\d[\d.]*|\d+ ?(?:lucas?|mil|pesos|k)\b|\d{4,})"),
    ("rebajas", r"^(?:me |te |le )(?:doy|ofrezco|pago)\b.*\d"),
    ("el contacto de la tienda",
     r"\b(?:telefono de (?:la tienda|contacto|ustedes)|numero de contacto|correo de (?:la tienda|contacto)"
     r"|su (?:correo|mail|email|telefono|instagram|pagina web)|tienen (?:instagram|facebook|pagina|web"
     r"|whatsapp))\b"),
)  # fmt: skip

# A question that is not about what is sold: asked of what the shop does, or how a product is.
ABOUT_SHOP = re.compile(
    r"^(?:y )?(?:sabes si |sera que )?"
    r"(?:es[aeo]s? (?=trae|incluye|sirve|funciona|dura|aguanta|resiste|pesa|mide|contiene|es de|son de|vienen? con))?"
    r"(?!(?:por ?que|a como|como) (?:precio|valor)s?\b)(?:"
    r"(?:son|es|estan? hech[oa]s?|viene[n]?) de (?:puro )?(?:algodon|cuero|cuerina|lana|madera|metal|acero|plastico"
    r"|vidrio|lino|polar|goma|fierro|aluminio|bronce|cobre|seda|poliester|gamuza|loza|ceramica|porcelana|mimbre"
    r"|bambu|silicona"
    r"|marmol|yeso|oro|plata|carton|papel|buena calidad|calidad)\b"
    r"|(?:son|es|seran?|estan?|necesitan?|piden|requieren"
    r"|exigen) (?!(?:el|la|los|las|un|una|que|\d"
    r"|para)\b)[a-z]{3,}"
    r"|(?:atiend|abr|cierr|aceptan|reciben|trabajan (?:con|en|los|el)|hacen|dan (?!un|\d|dos|tres)"
    r"|ofrecen (?:servicio|garantia)"
    r"|instalan|reparan|arreglan|cobran|arriendan|alquilan|prestan|compran|fabrican|confeccionan|personalizan|bordan"
    r"|estampan|graban|imprimen|cortan|dimensionan|capacitan|contratan|asesoran|visitan|cotizan|afilan|cargan"
    r"|recargan"
    r"|envian|despachan|entregan|facturan|cuentan con|pertenecen|quedan? (?:lejos|cerca)|estan en)"
    r"|(?:como(?! (?:de |un[oa]s? )*\d)|cuando|donde|por que|porque|quien(?:es)?|hace cuanto|de donde|desde cuando"
    r"|hasta cuando)\b"
    r"|(?:(?:sirve[n]?|trae[n]?|incluye[n]?)(?! (?:\d|un|una|dos|tres|el|la|los|las)\b)|funciona[n]?|dura[n]?"
    r"|aguanta[n]?|resiste[n]?|viene[n]? con|pesa[n]?"
    r"|mide[n]?|contiene[n]?|se puede[n]?|puedo|pueden|podrian|hay que)\b"
    r"|cuanto (?:pesa|mide|dura|rinde|trae|contiene|aguanta)\b|de que (?:material|marca|pais|tela|esta hech)"
    r"|que (?:material|calidad|tan|tal|pasa|contiene|trae|significa)\b)"
)
