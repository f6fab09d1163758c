"""The verbs that a want begins with, and the words around it that say nothing: tables."""

import re

from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.phrases import GREETING
from agent.brains.rules.reading.quantities import NUMBER

# What people call whoever sells to them.
CALLED = (
    r"mij[oa]|mijit[oa]|compa|compita|parce|parcero|che|wey|guey|socio|socia|patron(?:cit[oa])?|jef[ae](?:cit[oa])?"
    r"|mi (?:rey|reina|amor|vida"
    r"|alma)|reinita|guap[oa]|don|dona|maestr[oa]|viej[oa]|veci|flac[oa]|cabr[oa]s?|chiquill[oa]s?|mana|carnal"
    r"|causa|pana|chamo|profe"
)
# What a want begins with, after a name for whoever sells.
_BEGINNING = (
    r"(?:un|una|dos|tres|cuatro|cinco|seis|diez|docena|media|medio|me|te|le|hay|tien\w+|tendr\w+|quier\w+|quisiera"
    r"|queria|necesit\w+|dame|deme|ponme|ponle|agreg\w+|cuanto|a cuanto|a como|busc\w+|vend\w+|anda\w*|dej\w+|saca"
    r"|quita|como|cual|que|y|tenga|dej\w+|cierr\w+|mand\w+)"
)
FILLER_START = re.compile(
    rf"^(?:(?:{CALLED})(?=[\s,]*$|\s+(?:\d+|{_BEGINNING})\b)|mij[oa]"
    rf"|mijit[oa]|compa|parce|parcero|che|wey|guey|patroncit[oa]|mi (?:rey|reina"
    rf"|amor)|"
    r"porfavor|weon|weona|wn|hueon|hermano|bro|compadre|loco|tio|senor(?:a|ita)?|oye|oiga|disculpa|disculpe"
    r"|perdon|amig[oa]|vecin[oa]|caser[oa]|caserit[oa]|jefe|estimad[oa]|a ver|mira|mire|"
    r"entonces|ahora|por mientras|mientras(?: tanto)?"
    r"|tambien|ademas|pucha|po|pues|eh|emm?|mmm?|ah|oh|uy|ya po|ya pues|luego|despues|aparte|igual"
    r"|asi que|es que|osea|o sea|"
    r"y|e|pero|si|ya|dale|ok|bueno|claro|listo|perfecto|super|genial|bacan|sabe[sn]? que|una consulta|una pregunta"
    r"|consulta|pregunta|"
    r"queria (?:saber|consultar|preguntar)(?: si)?|quiero (?:saber|consultar|preguntar)(?: si)?|quisiera (?:saber"
    r"|consultar|preguntar)(?: si)?|"
    r"me gustaria saber(?: si)?|sabe[sn]? si|te consulto|me equivoque|me arrepenti|lo pense mejor|pensandolo bien"
    r"|ups|corrijo|me puedes decir|me podrias decir|podrias decirme|puedes decirme|dime(?: si)?|"
    r"necesito saber(?: si)?|(?:me |le |te )?quedan? (?:muy |un poco )?(?:chic[oa]s?|grandes?|larg[oa]s?"
    r"|cort[oa]s?|apretad[oa]s?|suelt[oa]s?)(?: (?:y|pero))?|la (?:dura|firme|verdad)(?: es)?(?: que)?"
    r"|por casualidad|de casualidad|sera que|finalmente"
    r"|al final|tonces|que)(?![a-z])[\s,.:]*"
)
FILLER_END = re.compile(
    r"[\s,.]*(?<![a-z])(?:porfavor|weon|wn|hermano|bro|compadre|po|pues|cachai|gracias|muchas gracias|nomas"
    r"|no mas|amig[oa]|vecin[oa]|caser[oa]|caserit[oa]|jefe|mijit[oa]|jovencit[oa]|compita"
    r"|a la venta|en la tienda|en venta|(?:(?:aun|todavia|sigue[n]?|esta[n]?|queda[n]?) )*disponibles?"
    r"|por ahi|por casualidad|entonces|tambien|ademas|al carrito"
    r"|a mi carrito|en el carrito|"
    r"al pedido|a mi pedido|al tiro|altiro|ahora|mejor|me das|me puedes dar|quiero|necesito|tienes|tienen|hay"
    r"|(?:te |les )?venden?|manejan|trabajan|traen|(?:me|nos) (?:tinca|gusta|gusto|sirve|late)|ah"
    r"|esta[ns]? (?:bien|buen[oa]s?|perfect[oa]s?|bonit[oa]s?|lind[oa]s?)"
    r"|aparte|(?<=\d )igual|eh|ya|si|(?:no es |es |no )?cierto|(?<!la )(?<!de )verdad)$"
)
MODAL = re.compile(
    r"^(?:me |nos |se )?(?:puedes?|podrias?|podes|puedo|podria|podemos|quiero|quisiera|queria|me gustaria"
    r"|necesito|deseo|hay que|vamos a|voy a|te pido|por favor|"
    r"es posible|se puede|tengo que|debo|dejame)(?: que)?(?: (?:ver si )?(?:me|nos|le|les|te))?(?: (?:puedes"
    r"|podrias|podias|pueden|podrian|podi))?\s+"
    r"(?=(?:tra[ei]|guard|agreg|anad|sum|quit|sac|elimin|borr|cambi"
    r"|reemplaz|vaci|ver\b|mostr|busc|compr|"
    r"llevar|pon|anot|pedir|cotiz|dar|mand|envi|vend|reserv|apart|dej|modific|encarg|consult|pregunt|saber|mirar"
    r"|conoc|revis|encontr|averigu|hac|cerr|pag|confirm|finaliz|termin))"
)
_CLITIC = r"(?:me|le|nos|les|melo|mela|melos|melas|lo|la|los|las)?"

# The verb that a piece begins with. First match wins; what follows is what it is about.
VERBS: tuple[tuple[Kind, str], ...] = (
    (Kind.REMOVE, r"(?:ya )?me arrepenti (?:de(?:l)?|con)"),
    (Kind.REMOVE, r"sin(?= (?:el|la|los|las|es[ea]s?) [a-z]{3})"),
    (Kind.REMOVE,
     r"(?:ya )?no (?:quiero|necesito|llevo|voy a llevar|llevare|me pongas|me des|va|pongas|agregues"
     r"|quisiera)(?: mas)?"),
    (Kind.REMOVE, r"(?:me )?(?:saques?|quites?|elimines?|borres?|retires?|sacas|quitas|eliminas|borras|retiras)"),
    (Kind.REMOVE,
     r"(?:saca|sacar|quita|quitar|elimina|eliminar|borra|borrar|remueve|remover|descarta|descartar|retira"
     rf"|retirar|bota|botar|cancela|cancelar|saque){_CLITIC}|sacame|quitame"),
    (Kind.SHOW,
     r"(?:quiero|quisiera|queria|necesito|me gustaria|deseo|dejame)\s+(?:ver|cotizar|buscar|mirar|conocer"
     r"|encontrar|revisar|averiguar|saber (?:de|por|sobre)|consultar (?:de|por|sobre)?)"),
    (Kind.PRICE,
     r"(?:a |en )?cuanto (?:me )?(?:sale[ns]?|vale[ns]?|cuesta[ns]?|es|son|seria[ns]?|saldria[ns]?|cobran"
     r"|costaria[ns]?|esta[ns]?|tienes|tienen|venden|dejas|dejan|quedaria[ns]?)(?: (?:por|a))?"),
    (Kind.PRICE, r"(?:y )?cuanto (?:seria |serian |es |son |sale |salen )?(?:por|x|si llevo|llevando)"),
    (Kind.PRICE, r"(?:y )?cuanto(?= (?:el|la|l[oa]s) [a-z])"),
    (Kind.PRICE, r"(?:a|en) cuanto(?: (?:anda[ns]?|tiene[ns]?|me))?"),
    (Kind.PRICE, r"a como(?: (?:esta[ns]?|tienes|tienen|venden|es|son|sale[ns]?|da[ns]?))?"),
    (Kind.PRICE,
     r"(?:por que|porque|a que|que|cual es el|cual es su|me das el|dame el|dime el)\s+(?:precios?"
     r"|valor(?:es)?)(?: (?:tiene[ns]?|es"
     r"|de(?:l)?))*"),
    (Kind.PRICE, r"(?:los )?(?:precios?|valor(?:es)?|el precio|el valor)(?: (?:de(?:l)?|por|para))?"),
    (Kind.STOCK,
     r"(?:tienes|tienen|hay|queda|quedan|te queda|les queda|habra|cuanto)(?: algo de)? (?:stock|disponibilidad"
     r"|existencias?)(?: (?:de(?:l)?|en|tienes|tienen|hay|queda))*"),
    (Kind.STOCK, r"(?:el )?(?:stock|disponibilidad) (?:de(?:l)?|en)|esta[n]? disponibles?|stock"),
    (Kind.STOCK, r"(?:no )?(?:te |les )?quedan?(?! (?:muy |un poco )?(?:chic|grand|larg|cort|apretad|suelt)[oa])"
     r"(?: (?:mas|aun|todavia))?"),
    (Kind.SHOW, r"(?:ando |estoy |estaba |estamos |andamos )?(?:buscando|busco|buscamos|buscar|busca(?:me)?)"),
    (Kind.SHOW, r"(?:de )?(?:que|cuales) (?:tienes|tienen|hay|venden)(?: de)?(?= [a-z])"),
    (Kind.SHOW,
     r"(?:no )?(?:l[oa]s? )?(?:tienes|tienen|hay|habra|venden|manejan|trabajan(?: con)?|ofrecen|existen?|llego"
     r"|llegaron|traen"
     r"|tendras)"),
    (Kind.SHOW,
     r"(?:muestra|mostrar|muestre|ensena|ver|mirar|cotizar|cotiza|recomienda|recomiendas|recomiendan"
     rf"|consultar(?: por)?|preguntar(?: por)?|conocer|encontrar|conseguir|averiguar){_CLITIC}|me (?:muestras?"
     r"|recomiendas?|recomiendan|cotizas?|ensenas?|sugieres)|muestrame|recomiendame|cotizame|consulta por"),
    (Kind.BUY,
     r"(?:quiero|quisiera|queria|querria|me gustaria|deseo|necesito|tengo que|voy a)\s+(?:comprar|llevar(?:me)?"
     r"|pedir|encargar|agregar|sumar|anadir|reservar|adquirir|poner|que me (?:des|pongas|anotes|agregues))"),
    (Kind.BUY,
     r"(?:agrega|agregar|anade|anadir|anota|anotar|apunta|suma|sumar|echa|mete|pon|poner|manda|mandar|envia"
     r"|enviar|pasa|reserva|reservar|aparta|apartar|encarga|encargar|vende|vender|sirve|incluye|incluir"
     rf"|considera|compra|comprar|lleva|llevar|pedir|(?!dale\b)da|dar){_CLITIC}"),
    (Kind.BUY,
     r"(?:me |nos )?(?:mandes?|des|agregues?|pongas?|anotes?|guardes?|traigas?|vendas?|envies?|sumes?|apartes?"
     r"|reserves?)"),
    (Kind.BUY,
     r"(?:me )?(?:guardas?|separas?|das|da|den|vendes|venden|pones|anotas|agregas|mandas|envias|sumas|apartas"
     r"|reservas|regalas|dan"
     r"|pasas|traes)"),
    (Kind.BUY,
     r"(?:dame|deme|denme|damelo|dame lo|agregame|agregale|ponme|ponle|poneme|anotame|apuntame|sumame|sumale"
     r"|echame|echale|mandame|enviame|pasame|vendeme|reservame|apartame|traeme|regalame)"),
    (Kind.BUY, r"(?:me|nos) (?:manda|envia|trae|pone|anota|agrega|suma|aparta|reserva|vende)"),
    # "¿Me mandan 2 brochas?", "mi hijo necesita un cuaderno", "me encargaron 3 brochas".
    (Kind.BUY,
     r"(?:(?:me |nos |le |les )(?:mandan|envian|traen|despachan|faltan?|hacen? falta|pidio|pidieron|encargo|encargaron)"
     r"|necesitan?|quieren?|anda[ns]? buscando)"
     rf"(?= (?:un[oa]?s?|el|la|l[oa]s|{NUMBER}) (?!que\b)[a-z0-9])"),
    (Kind.SHOW, r"(?:mostra|busca|encontra|cotiza|ensena|fija|averigua)(?:me|nos|te)(?: si (?:hay|tienes|tienen))?"),
    (Kind.BUY, r"deja(?:me|nos)(?= (?:el|la|l[oa]s|es[eao]s?|est[eao]s?|un[oa]?s?|\d+)\b)"),
    # Whatever is done for whoever asks: "alcanzame", "guardame", "convidame".
    (Kind.BUY,
     r"(?!salame|derrame|infame|creme|supreme|extreme|xtreme|dejame|avisa|llama|explica|cuenta|conta|confirma|contest"
     r"|disculpa|perdona|ayuda|cobra|informa|aclara|asegura)"
     r"(?:[a-z]{2,}[ae]me|(?:consegu|serv|med)ime)(?:l[oa]s?)?(?= [a-z0-9])"),
    (Kind.BUY,
     r"(?:yo )?(?:me )?(?:quiero|quisiera|queria|querria|me gustaria|gustaria|deseo|necesito|necesitamos|queremos"
     r"|necesitaria|llevo|llevare|llevaria|llevamos|quedo con|quedaria con|quedare con|compro|compraria|pido"
     r"|pediria|encargo|voy a querer|voy con|tomo|elijo|escojo|vamos con|seria|serian|son"
     r"|aprovecho(?: de llevar)?|me interesa[n]?|interesa[n]?)"),
)  # fmt: skip

# "lo quiero", "me lo llevo", "la compro": the one just talked about.
TAKE_IT = re.compile(
    r"^(?:si )?(?:me )?(?:lo|la|los|las)\s+(?:quiero|llevo|compro|tomo|agregas?|anotas?|das|pido|agrega|llevare"
    r"|encargo|necesito|voy a llevar)(?: (?:ese|este|esa|esta|nomas|ya|entonces|igual|al carrito))?$"
    r"|^(?:agrega|anota|da|pon|suma|aparta|reserva|manda|compra|lleva)(?:me)?(?:lo|la|los|las)(?: (?:al carrito"
    r"|ya|entonces))?$|^damel[oa]s?$|^me (?:lo|la|los|las) (?:das|das?|llevo)$|^comprarl[oa]s?$|^llevarl[oa]s?$"
    r"|^agregarl[oa]s?$"
)
TAKE_IT_IN = re.compile(
    r"^(?:me )?(?:lo|la|los|las)\s+(?:quiero|llevo|compro|tomo|prefiero|necesito|quisiera)\s+(?:en |pero )"
)
TAKE_OUT = re.compile(r"^(?:saca|quita|elimina|borra|cancela|retira)(?:r)?(?:me|le)?(?:lo|la|los|las)$")

_PATTERNS = tuple((kind, re.compile(rf"^(?:{pattern})(?![a-z])[\s,:]*")) for kind, pattern in VERBS)


def take_verb(piece: str) -> tuple[Kind, str] | None:
    """The kind of want a piece begins with, and what follows the verb."""
    return next(((kind, piece[match.end() :]) for kind, verb in _PATTERNS if (match := verb.match(piece))), None)


def without_verb(piece: str) -> str:
    piece = FILLER_START.sub("", GREETING.sub("", piece), count=1)
    taken = take_verb(piece)
    return taken[1] if taken else piece
