"""Phrases that mean one thing however they go on, and courtesies: tables."""

import re

from agent.brains.rules.reading.intents import Kind

_PERSON = (
    r"(?:persona|humano|humana|ejecutiv[oa]|vendedora?|alguien|asesora?|duen[oa]|encargad[oa]|operadora?|agente"
    r"|trabajadora?|supervisora?)"
)
_BEFORE = (
    r"(?:siempre|antes|la (?:otra|ultima) vez|la vez (?:pasada|anterior)|ayer|la semana pasada|el mes pasado"
    r"|costumbre|mi (?:ultim[oa]|anterior) (?:pedido|compra)|(?:mi|el|la) (?:pedido|compra) (?:anterior|pasad[oa]))"
)
_ORDERED = r"(?:pedidos?|orden|compra|encargo)"
_GO = r"(?:pedido|compra|orden|carrito)"
INFORMATION = (
    r"(?:(?:me gustaria|queria|quiero|quisiera|necesito|deseo|busco|podria|puedo|podemos|me (?:das?|dan|envias|mandas)"
    r"|me (?:puedes?|pueden|podrias?|podrian) (?:dar|enviar|mandar)|dame|deme|denme|manda(?:me)?|envia(?:me)?) )?"
    r"(?:(?:tener|obtener|recibir|conocer|saber) )?(?:(?:un poco |algo )?(?:de )?mas )?(?:de )?"
    r"(?:info|informacion|detalles?)"
)
INFORMATION_OF = rf"{INFORMATION} (?:del?|sobre|acerca del?|respecto al?|por)\s+(?=\S)"

# A whole piece, or a part of it, that means one thing however it goes on. First match wins.
PHRASES: tuple[tuple[Kind, str], ...] = (
    (Kind.BOT,
     r"(?:eres|sos|es|hablo con|hablando con|converso con|esto es)\s+(?:un |una |con un |con una )?(?:bot|robot"
     r"|maquina|ia|inteligencia artificial|chatbot|automatico|contestadora|asistente virtual|humano|humana"
     r"|persona)(?: real| de verdad)?(?: o (?:un |una )?\w+)?$"),
    (Kind.BOT,
     r"(?:con quien (?:hablo|estoy hablando|converso)|quien (?:eres|sos|es usted|me atiende|habla)|como te llamas"
     r"|cual es tu nombre)"),
    (Kind.HUMAN,
     r"(?:habl\w+|comunic\w+|contact\w+|atend\w+|atiend\w+|atencion|deriv\w+|pasa\w*|transfier\w+|convers\w+"
     rf"|llam\w+)\b.{{0,40}}\b{_PERSON}\b(?! (?:negr|roj|azul))"),
    (Kind.HUMAN,
     r"^(?:quiero|necesito|prefiero|dame|busco)\s+(?:a\s+)?(?:un|una|a)\s+(?:persona|humano|ejecutiv[oa]|asesora?"
     r"|operadora?|agente)\b"),
    (Kind.HUMAN, r"^(?:un )?(?:humano|ejecutivo|asesor|operador|persona real|agente humano|atencion humana)$"),
    (Kind.HUMAN, r"\b(?:reclamos?|reclamar|quejas?|sernac)\b"),
    (Kind.REPEAT,
     rf"\b(?:repit\w+|repet\w+|rehac\w+|rehaz)\b.{{0,12}}\b(?:{_ORDERED}|l[oa] mism[oa]|lo de (?:siempre|antes))\b"),
    (Kind.REPEAT,
     r"^(?:(?:quiero|quisiera|necesito|dame|me das|haz(?:me)?|hacer|pedir|igual|otra vez|de nuevo|manda(?:me)?"
     r"|lo mismo (?:de|que)) )*"
     rf"(?:(?:el|la|un|una) mism[oa] {_ORDERED}|(?:mi|el|la) (?:ultim[oa] |anterior ){_ORDERED}"
     rf"|(?:mi|el|la) {_ORDERED} (?:anterior|pasad[oa]|de (?:siempre|la (?:otra|ultima) vez)))"
     r"(?: (?:otra vez|de nuevo|porfavor|de (?:siempre|antes|ayer|la (?:otra|ultima) vez)|que .*|anterior))*$"),
    (Kind.REPEAT,
     rf"\b(?:lo mism[oa]|lo|igual) (?:de|que)(?: la| el)? {_BEFORE}(?: (?:porfavor|nomas|no mas|entonces))*$"),
    (Kind.REPEAT, r"\b(?:lo mismo|todo|el pedido) que (?:pedi|compre|lleve|encargue)\b.{0,30}$"),
    (Kind.REPEAT, r"^(?:quiero |dame |lo quiero )?(?:todo )?lo mismo (?:otra vez|de nuevo)$"),
    (Kind.CANCEL, r"\b(?:cancel\w+|anul\w+)\s+(?:(?:mi|el|la|un|una)\s+)?(?:pedido|orden|compra)\b"),
    (Kind.LATER,
     r"^(?:(?:no|mejor|ya|bueno|ok|ah) )*(?:me arrepenti|olvidal[oa]|olvidate|olvidemosl[oa]"
     r"|deja(?:l[oa])?(?: asi| nomas| no mas| ahi)*|dejemosl[oa](?: ahi| asi| para despues)?|no importa|nada"
     r"|nada nada|cambie de (?:opinion|idea)|da lo mismo|da igual|filo|ya fue|ya no|no era nada|por ahora nada"
     r"|nada por ahora|ahora no|otro dia(?: sera| mejor)?|en otra ocasion|otra vez sera|no por ahora"
     r"|estoy bien(?: asi)?|(?:ahi )?(?:vemos|vamos viendo|voy viendo|veamos))(?: (?:olvidal[oa]|gracias|igual"
     r"|entonces|nomas|no mas|ya|por ahora))*$"),
    (Kind.LATER,
     r"^(?:(?:no|mejor|ya|bueno|ok|y|yo|que|me|asi|gracias|tengo que|dejame|deja"
     r"|quiero) )*(?:l[oa]s? (?:voy a (?:pensar|ver|consultar|conversar|hablar)|vamos a (?:pensar|ver|conversar)"
     r"|pienso|pensare|veo|vemos|vere|consulto|converso|hablo)|pensar(?:l[oa])?|pensarlo|consultarlo|verlo"
     r"|conversarlo)(?: (?:bien|mejor|primero|gracias|despues|luego|manana|mas tarde|y (?:te|les|le) (?:aviso"
     r"|digo|confirmo|escribo)|un (?:poco|rato)|con .{1,30}))*$"),
    (Kind.LATER,
     r"^(?:(?:no|mejor|ya|bueno|ok|y|yo|gracias) )*(?:(?:despues|luego|mas tarde|mas rato|manana|otro dia|al rato"
     r"|mas adelante|cualquier cosa|en un rato) )?(?:(?:te|les|le) (?:aviso|confirmo|escribo|hablo|digo|cuento"
     r"|contesto|respondo)|vuelvo|paso|regreso|l[oa] veo|l[oa] vemos|vemos|compro|l[oa] compro"
     r"|sigo)(?: (?:despues|luego|mas tarde|mas rato|manana|otro dia|al rato|cualquier cosa|entonces|gracias"
     r"|mejor|en un rato))*$"),
    (Kind.ASIDE,
     r"^(?:(?:no|ya|ok|a ver|mmm) )*esper(?:a|e|ame|ate|eme|ese)(?: (?:un|me|poco|rato|ratito|momento|momentito|segundo"
     r"|minuto|tantito|porfavor|ahi|nomas))*$"),
    (Kind.ASIDE, r"^(?:quedo|quedamos|estare|estaremos|estoy) (?:muy )?atent[oa]s?\b.{0,30}$|^espero (?:tu|su)"
        r" (?:respuesta|aviso)$"),
    (Kind.LOOKING,
     r"^(?:(?:no|gracias|por ahora|yo|nomas|solo|solamente|estoy|estaba|ando|andaba|estamos|era|quiero"
     r"|quería) )*(?:mirando|viendo|vitrineando|cotizando|preguntando|averiguando|curioseando|mirar|cotizar"
     r"|vitrinear)(?: (?:nomas|no mas|precios?|solamente|por ahora|gracias|un poco))*$"),
    (Kind.DEAR,
     r"^(?=.*\b(?:est[aeo]n?|es|son|queda|quedan|quedo|quedaron|salen?|salio|parecen?|encuentro|muy|re|super|harto"
     r"|tan|demasiado"
     r"|bastante|carisim[oa]s?)\b)(?:(?:uh|uf|uy|oh|chuta|pucha|y|pero|ya|me|se|lo|la|l[oa]s|est[aeo]n?s?|es[eoa]?"
     r"|son|que|queda(?:n|ron)?|quedo|sale[n]?|salio|parece[n]?"
     r"|encuentro|muy|re|super|harto|algo|un poco|medio|tan|demasiado|bastante|igual) )*(?:car[oa]s?|carit[oa]s?"
     r"|carisim[oa]s?|salad[oa]s?"
     r"|elevad[oa]s?)(?: (?:para mi|eso|el precio|si|po|no))?$"),
    (Kind.ELSE, r"^(?:(?:quiero|necesito|busco|y|agrega(?:me)?) )?(?:otra cosa|algo mas|otro producto)(?: mas)?$"),
    (Kind.EMPTY,
     r"^(?:vaci\w+|limpi\w+|borr\w+|elimin\w+|saca\w*|quit\w+|anul\w+|cancel\w+|reinici\w+)\s+(?:todo|el carrito"
     r"|mi carrito|carrito|la canasta|todos|todo el carrito|todo lo (?:que llevo|del carrito)"
     r"|mi compra)(?:\s+(?:el carrito|del carrito|por favor|lo del carrito|eso))?$"),
    (Kind.EMPTY,
     r"^(?:quiero |voy a |vamos a )?(?:empezar|empecemos|partir|partamos|comenzar|comencemos) (?:de nuevo|de cero"
     r"|otra vez)"),
    (Kind.EMPTY,
     r"^(?:ya )?no (?:quiero|llevo|voy a llevar|voy a comprar) (?:nada|ninguno|ninguna)(?: de eso| de nada)?$"),
    (Kind.CHECKOUT, r"^(?:ya )?(?:listo|lista|estamos|terminamos|termine|eso)(?: (?:listos?|eso|nomas|ya"
     r"|estamos))*$"),
    (Kind.CHECKOUT,
     r"^(?:ya|asi|con eso|ahora si)(?: ya)? (?:esta(?:mos|ria)?|quedamos|nomas|no mas)(?: (?:bien|listos?|ok"
     r"|perfecto))?$"),
    (Kind.CHECKOUT,
     r"^(?:y )?como (?:lo |la )?(?:hacemos|hago|seguimos|sigo|procedemos|procedo|concretamos|cerramos"
     r"|pedimos)(?: (?:ahora|entonces|para (?:comprar|pagar|pedir|llevar)\w*))*$"),
    (Kind.CART, r"\b(?:ver|mostrar|muestra\w*|revisar) (?:el |mi )?carrito\b"),
    (Kind.CART, r"^(?:que|cuales?|cuanto) (?:es|son) (?:todo )?lo que (?:llevo|tengo|pedi)\b"),
    (Kind.CHECKOUT,
     r"^(?:con )?eso (?:seria|es|nomas|no mas|sera)(?: todo| lo que (?:llevo|quiero|necesito)| nomas"
     r"| por (?:ahora|hoy))*$"),
    (Kind.CHECKOUT,
     r"^(?:seria|es|con eso|solo eso|solamente eso|asi nomas|asi no mas|nada mas|nada mas por ahora|no nada mas"
     r"|no necesito (?:nada )?mas|no quiero nada mas|estoy listo|estoy lista|estamos listos|estaria listo"
     r"|eso todo)(?: (?:todo|estamos|estaria|esta bien|eso|listo))*$"),
    (Kind.CHECKOUT,
     r"\b(?:hacer|haz|hacemos|hagamos|cerrar|serrar|cierra|sierra|sierre|cierre|cierren|cerremos|cierro|cerramos"
     r"|finaliz\w+|termin\w+|confirm\w+|complet\w+|realiz\w+|envi[ao]\w*|concret\w+|proces\w+|tom\w+|prepar\w+"
     rf"|arm\w+|gener\w+)\s+(?:el|la|mi|un|una|este|esta|ya el|con el|con la)?\s*{_GO}\b"),
    (Kind.CHECKOUT,
     r"^(?:quiero |quisiera |me gustaria |para |listo para |ya |ahora |si |vamos a |puedo |voy a |donde |pasar a "
     r"|pasemos a |procede[r]? a[l]? )*(?:cierral[oa]s?|cierrel[oa]|cerremosl[oa]|cerrarl[oa]|finalizal[oa]|pagar"
     r"|pago|pagarte|el pago|comprar ahora|checkout|cerrar|cerremos|cerramos|cierro|cierra|cierre"
     r"|confirmar|confirmo|confirma|finalizar|terminar|encargarlo|encargarlos|comprarlo|comprarlos|comprar todo"
     r"|comprar)(?: (?:ya|ahora|todo|la cuenta|el total|mi carrito|el carrito|igual|nomas|asi"
     r"|entonces|altiro|mejor|con (?:una )?(?:factura|boleta)))*$"),
    (Kind.CHECKOUT,
     r"^(?:me |nos )?(?:lo )?(?:llevemos|llevamos|llevaria|llevare|llevo|dejame|damos) (?:todo|tod[oa]s)(?: (?:eso"
     r"|junto|esto|entonces))*$"),
    (Kind.CHECKOUT, r"^(?:ya )?(?:estoy|estamos) list[oa]s? para (?:comprar|pagar|pedir|cerrar)(?:lo)?$"),
    (Kind.CHECKOUT,
     r"^(?:quiero comprar (?:todo|lo del carrito|el carrito|eso)|(?:me )?(?:lo )?llevo (?:todo|todo eso"
     r"|todo lo del carrito)|compro todo|comprar el carrito|quiero todo eso|hago el pedido|pedido listo"
     r"|quiero hacerlo|la cuenta|cobrame|tomame el pedido|quiero pedirlo|quiero encargarlo)$"),
    (Kind.CART,
     r"^(?:que|cuanto|cuantas cosas|cuantos productos|como)\s+(?:cosas\s+|productos\s+)?(?:llevo|voy|va|llevamos"
     r"|tengo|hay|quedo)(?: (?:hasta ahora|en (?:el |mi )?carrito|en (?:la |mi )?canasta|en total|por ahora"
     r"|agregado|anotado|el carrito|mi carrito|la cuenta|el total|ahora|todo|en el pedido))*$"),
    (Kind.CART,
     r"^(?:ver|mostrar|muestra(?:me)?|muestreme|revisar|ve|a ver|dame|quiero ver|puedo ver|me muestras?"
     r"|mira(?:r)?|cual es|como va|como quedo|como esta|que tiene|repite(?:me)?|dime)?\s*(?:el |mi "
     r"|lo que (?:llevo|tengo)(?: en)?(?: el| mi)? ?|la |su )?(?:carrito|canasta|mi pedido hasta ahora|detalle"
     r"|resumen|lista de compras?|resumen de(?:l| mi) (?:pedido|compra|carrito))$"),
    (Kind.CART,
     r"^(?:dame |dime |mandame |enviame |me das |me dices |saca(?:me)? |suma(?:me)? |calcula(?:me)? |cual (?:es"
     r"|seria) |cuanto (?:es|seria|da|suma|sale|saldria|va) )?(?:el |en |mi )?(?:total|subtotal|el total"
     r"|cuenta)(?: (?:de todo|a pagar|del carrito|hasta ahora|del pedido|de la compra|de mi compra|va"
     r"|por favor))*$"),
    (Kind.CART,
     r"^(?:y |a |en )?(?:cuanto|cuanta plata) (?:(?:va|vamos|voy|van|llevo|llevamos|estamos) (?:sumando|gastando"
     r"|juntando|acumulad[oa]|sumad[oa])|asciende|suma|quedo|queda|va quedando|vamos|voy debiendo|gaste|llevo gastado"
     r"|tengo que (?:pagar|transferir)|hay que pagar|pago|pagaria|debo|(?:te|les|le) debo|te pago|les pago"
     r"|transfiero)(?: (?:en total|total|todo|la cuenta|el total|mi cuenta|mi compra|por todo|ahora|yo"
     r"|entonces))*$"),
    (Kind.TOTAL,
     r"^(?:y |ya )?(?:a |en )?cuanto (?:me )?(?:es|seria|serian|son|sale|saldria|sale[nr]?|da|estaria|saldra"
     r"|va a ser|cobra[sn]?|sera)(?: (?:en total|todo|total|el total|todo eso|por todo|todo junto|entonces"
     r"|la cuenta|eso))*$"),
    (Kind.CART,
     r"^(?:cuanto|a cuanto|en cuanto)\s+(?:me\s+)?(?:seria|es|va|sale|saldria|da|suma|queda|quedaria|debo"
     r"|tengo que pagar|te debo|seria todo|pago)\s*(?:en total|todo|todo eso|el total|por todo|la cuenta"
     r"|el carrito)$"),
    (Kind.CART, r"^(?:cuanto (?:debo|te debo|tengo que pagar|es todo|suma todo))$"),
    (Kind.STATUS,
     r"(?:estado|seguimiento|donde (?:va|viene|esta|anda)|como (?:va|viene)|que paso con|cuando (?:llega|me llega"
     r"|llegaria|viene|estaria)|rastrear|tracking|saber (?:de|sobre)|consult\w+ por)\b.{0,12}\b(?:pedido|orden"
     r"|compra)\b"),
    (Kind.STATUS,
     r"\b(?:mi|el) (?:pedido|orden|compra|encargo)\b.{0,20}\b(?:(?:a )?(?:cuando|donde|en que|por que|porque|no)"
     r" (?:me |se )?(?:ha |han )?(?:lleg\w*|vien\w*|est[ae]\w*|va|anda|entreg\w*|mand\w*|despach\w*|sal\w*)"
     r"|no (?:me )?(?:ha )?lleg\w+|ya salio)"),
    (Kind.STATUS,
     r"^(?:(?:y|oye|che|oiga|disculpa|ya) )*mi (?:pedido|orden|compra|encargo) (?:como|en que|por donde|donde)"
     r" (?:va|viene|anda|esta|sigue|quedo)(?: (?:ahora|entonces|ya))*$"),
    (Kind.STATUS, r"^(?:y )?(?:mi|el) (?:pedido|orden)$"),
    (Kind.STATUS,
     r"^(?:cuando (?:me )?llega|numero de (?:mi )?(?:pedido|orden)|cual (?:es|era) (?:mi"
     r"|el) (?:numero de )?(?:pedido|orden))"),
    (Kind.JOKE,
     r"\b(?:chistes?|adivinanza|horoscopo|poema|te amo|te quiero mucho|casate|pololea\w*|capital de|presidente"
     r"|quien gano|canta(?:me)?|que tiempo hace|va a llover|traduce(?:me)?|dame (?:una|la) receta"
     r"|escribe(?:me)? (?:un|una)|codigo en python|tarea de)\b"),
    (Kind.JOKE,
     r"\b(?:ignora\w*|olvida\w*|olvidate de) .{0,30}(?:instrucciones|reglas|anterior\w*|prompt)|\b(?:prompt"
     r"|system|modo desarrollador|actua como|jailbreak|tus instrucciones|tus reglas)\b"),
    (Kind.INSULT,
     r"\b(?:aweonao|ahueonado|culiao|conchetumare|ctm|csm|qlo|qliao|mierda|estupid[oa]|idiota|imbecil|inutil"
     r"|tont[oa]|pendej[oa]|put[oa]s?|maric\w+|ladrones|estafadores|sinverguenzas?|callate|chucha|pesim[oa]"
     r"|malisim[oa]|weon(?:es)? (?:tont|mal|de)\w*)\b"),
    (Kind.HELP,
     r"^(?:ayuda|ayudame|help|necesito ayuda(?: urgente| rapido)?|menu|opciones|inicio|que puedes hacer"
     r"|en que me (?:puedes )?ayuda[rs]?|como funciona(?: esto)?|que haces|como (?:compro|pido|hago un pedido"
     r"|se compra)|instrucciones)$"),
    # What the button of an advertisement writes by itself: "¡Hola! Quiero más información".
    (Kind.HELP, rf"^{INFORMATION}(?: (?:de|del|sobre|acerca de) (?:(?:este|el|su|tu) )?(?:anuncio|aviso))?$"),
    (Kind.SIMILAR,
     r"^(?:(?:y|no|tienes|tienen|hay|habra|algun[oa]?s?|algo|otr[oa]s?|un[oa]|quiero|busco|muestra(?:me)?|me muestras"
     r"|ver|cual es) )*(?:parecid[oa]s?|similar(?:es)?|por el estilo)"
     r"(?: (?:a (?:es[eoa]|est[eoa])|que (?:teng\w+|hay\w*)|mas (?:barat|economic)\w+"
     r"|de color \w+|(?:en|de) (?:la |el )?(?:talla |color |numero )?[a-z0-9]{1,12}))*$"),
    (Kind.MORE,
     r"^(?:muestra(?:me)?|ver|quiero ver|dame|tienes|hay|me muestras|que|cuales|alguna?|no tienes|y"
     r"|conoces)?\s*(?:l[oa]s\s+)?(?:mas (?:opciones|modelos|alternativas|productos|variedad|tipos|marcas)"
     r"|otr[oa]s?(?: (?:opcion(?:es)?|modelos?|alternativas?|marcas?|tipos?|variedad(?:es)?))|mas|otras?"
     r"|otros)(?: (?:opciones|modelos|alternativas|hay|tienes|tienen|tipos))?$"),
    (Kind.MORE,
     r"^(?:que|cuales) (?:mas|otr[oa]s?(?: \w+)?) (?:tienes|tienen|hay)$|^(?:ninguno|ninguna)(?: (?:de esos"
     r"|me gusta|me sirve))?$|^(?:hay|tienes|tienen) mas$|^siguientes?$"),
    (Kind.ADVICE,
     r"^(?:y )?(?:(?:cual|que|cuales) (?:(?:de (?:l[oa]s (?:dos|tres)|es[oa]s|est[oa]s) )?(?:me (?:recomiendas?"
     r"|recomiendan|aconsejas?|conviene|sugieres|llevo|sirve mas|recomendarias?)|es (?:la |el )?(?:mejor"
     r"|mas (?:buen[oa]|bonit[oa]|resistente|recomendad[oa]|vendid[oa])|buen[oa])|recomiendas?|conviene|llevarias"
     r"|comprarias|elegirias))|(?:me )?(?:recomiendas?|recomiendan|aconsejas?|sugieres) (?:algun[oa]?|cual|uno"
     r"|una|algo))(?: mas)?$"),
    (Kind.CATALOGUE, r"^(?:y )?cuales son$"),
    (Kind.CATALOGUE,
     r"^(?:que|cual(?:es)?)\s+(?:te |les )?(?:cosas |productos |articulos |mas )?(?:tienes|tienen|venden|ofrecen"
     r"|hay|quedan|manejan"
     r"|trabajan|productos|tiene la tienda|hay en la tienda)(?: (?:tienes|tienen|venden|hay|ofrecen|disponibles?"
     r"|para (?:vender|ofrecer|mi)|en la tienda|a la venta|de todo))*$"),
    (Kind.CATALOGUE,
     r"^(?:ver |muestra(?:me)? |quiero ver |me (?:muestras|mandas|envias) |tienes |tienen |dame |envia(?:me)? "
     r"|manda(?:me)? )?(?:el |un |su |tu |la |una )?(?:catalogo|lista de (?:productos|precios)|los productos"
     r"|productos|inventario|(?<=la )carta|(?<=su )carta)(?: completo| de productos| de precios)?$"),
    # Said in any order, of nothing but these words: "ya po eso nomás sería", "¿cuánto sumaría todo?"
    (Kind.CHECKOUT,
     r"^(?=.*\b(?:eso|todo|nada mas|listo)\b)(?!(?:todo|nada mas)$)"
     r"(?:(?:ya|po|pues|eso|nomas|no mas|nada mas|seria|serian|es|era|sera|todo|list[oa]|por ahora|por hoy|con"
     r"|estaria|estamos|bien|gracias|porfavor|ok|dale|bueno|perfecto|asi|solo|solamente|creo|entonces|y|me quedo"
     r"|lo dejamos|dejemoslo|hasta ahi|hasta aqui|muchas|chao|chau|adios|hasta luego|nos vemos)(?: |$))+$"),
    (Kind.CART,
     r"^(?=.*\b(?:todo|total|llevo|cuenta|carrito|pedido|sum\w+|junto)\b)(?:(?:y|ya|a|en|oye|entonces) )*cuanto"
     r"(?: (?:me|te|le|les|se|nos|sale|saldria|saldra|sum\w+|seria|serian|sera|es|son|da|daria|queda|quedaria|va|voy"
     r"|vamos|ir\w*|llevo|debo|tengo|que|pagar|pago|pagaria|cuesta|costaria|vale|valdria|todo|en|total|eso|el|la|lo|mi"
     r"|por|junto|entonces|ahora|hasta|cuenta|pedido|carrito|al|final|a|porfavor))+$"),
)  # fmt: skip

GREETING = re.compile(
    r"^(?:(?:hola(?: hola)?|buenas?(?: (?:tardes?|noches?|dias?))?|buen(?:os)? dias?|saludos|hey|hello|hi|que tal"
    r"|estimad[oa]s?|"
    r"muy buen[oa]s? (?:dias?|tardes?|noches?)|aloha)(?![a-z])[\s,!.]*)+(?:a tod[oa]s\b\s*)?"
)
HOW_ARE_YOU = re.compile(
    r"^(?:y )?(?:como (?:estas?|estan|te va|andas|has estado|les va)|que tal(?: estas?)?|todo bien)\b[\s?,]*"
)
THANKS = re.compile(
    r"^(?:(?:muchas |mil |muchisimas |ok |ya |vale |bueno |perfecto |dale |listo |pucha )*"
    r"(?:gracias|agradecid[oa]|te pasaste"
    r"|se pasaron|muy amable|te agradezco|genial gracias|bacan|excelente|buenisimo|super)"
    r"(?: (?:por (?:todo|la (?:ayuda|info\w*|atencion)|tu ayuda)|muy amable|igual|igualmente|totales"
    r"|amig[oa]))*)(?![a-z])[\s,!.]*"
)
BYE = re.compile(
    r"^(?:chao|chau|chaito|adios|hasta (?:luego|pronto|manana)|nos vemos|bye|que (?:este[sn]?|tengan|tengas?"
    r"|tenga) (?:bien|buen\w* \w+)|cuidate|saludos|"
    r"buen fin de semana|bendiciones)\b[\s,!.]*"
)
LAUGHING = re.compile(r"^(?:(?:(?:ja|je|ji|jo|ha){2,}[a-z]{0,2}|xd+|lol)\b[\s,]*)+(?=\S)")
LAUGHED = re.compile(r"(?<=\w)[\s,]+(?:(?:ja|je|ji|jo){2,}[a-z]{0,2}|xd+|lol)$")
LAUGH = re.compile(
    r"^(?:(?:ja|je|ji|jo|ha|xd|lol|jsj)+[a-z]{0,2}\b[\s,]*)+(?:me hiciste reir|que (?:chistos[oa]|divertid[oa]"
    r"|risa)|buena esa|buenisimo)?$"
)
