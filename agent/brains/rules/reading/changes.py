"""How people change what they asked for, and questions with the product in the middle: tables."""

from fractions import Fraction

from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.quantities import NUMBER as _N

_ADD = (
    r"(?:(?:y |dame |deme |ponme |pon |ponle |agrega(?:me|le)? |suma(?:me|le)? |quiero |echale |anota(?:me)? "
    r"|me das |llevo |necesito |sumar |agregar )*)"
)
_OF_THOSE = (
    r"(?: (?:de es[oa]s?|de est[oa]s?|de ell[oa]s?|de l[oa]s mism[oa]s|de l[oa] mism[oa]|igual(?:es)?|mas"
    r"|unidad(?:es)?|porfavor))*"
)

_OPTION = (
    r"(?P<option>tallas?|talles?|color(?:es)?|medidas?|tamanos?|numeros?|numeracion(?:es)?|sabor(?:es)?|aromas?|formatos?"
    r"|presentacion(?:es)?|espesor(?:es)?|largos?|modelos?|variedad(?:es)?)"
)
_HAVE = (
    r"(?:tienes|tienen|hay|vienen?|te quedan?|les quedan?|quedan?|manejan|trabajan|venden|son|es|estan?|existen?"
    r"|hacen|disponibles?|seria)"
)

# First match wins.
QUESTIONS: tuple[tuple[Kind, str], ...] = (
    (Kind.OPTIONS,
     r"^(?:el |la |los |las )?(?P<words>.+?) (?:vienen?|lo tienen|la tienen|l[oa]s tienen|hay|estan?) (?:en |de )?"
     rf"(?:otr[oa]s?|mas|distint[oa]s|vari[oa]s) {_OPTION}(?: {_HAVE}| que no sea .*)*$"),
    (Kind.OPTIONS,
     rf"^(?:en |de )?(?:que|cuales|cual|cuant[oa]s|con que) (?:otr[oa]s )?{_OPTION}(?: {_HAVE})*(?: (?:de(?:l)?"
     r"|en|para))?(?: (?:el|la|los|las|es[ea]s?|est[ea]s?))?(?: (?P<words>.+))?$"),
    (Kind.OPTIONS, rf"^(?P<words>.+?) (?:en |de )?(?:que|cuales) {_OPTION}(?: {_HAVE})*$"),
    (Kind.OPTIONS,
     rf"^(?:l[oa]s |me das l[oa]s |dime l[oa]s )?{_OPTION.replace('s?|', 's|').replace('(?:es)?', 'es')}(?: "
     r"disponibles)?(?: de(?:l)?(?: (?:el|la|los|las|es[ea]s?|est[ea]s?))?(?: (?P<words>.+))?)?$"),
    (Kind.OPTIONS,
     r"^(?:(?:no )?(?:vienen?|hay|tienes|tienen|estan?|existen?|lo tienen|la tienen)\s)?(?:(?:el |la |los "
     r"|las )?(?P<words>[a-z]+ )?(?:viene )?)(?:en |de )?(?:otr[oa]s?|mas|distint[oa]s"
     rf"|vari[oa]s) {_OPTION}(?: {_HAVE})*$"),
    (Kind.STOCK,
     r"^cuant[oa]s? (?P<words>.*?)\s*(?:te |les |me )?(?:quedan?|tienes|tienen|hay)(?: (?:stock"
     r"|disponibles?))?(?: (?:de(?:l)?) (?P<more>.+))?$"),
    (Kind.STOCK,
     r"^(?P<words>(?!no\b).+?)(?<! que) (?:esta[n]? disponibles?|(?:tienes|tienen|hay|queda) stock|(?:te "
     r"|les )?quedan?)$"),
    (Kind.PRICE,
     r"^(?P<words>.+?) (?:a |en )?(?:cuanto|que (?:precio|valor)) (?:me )?(?:sale|vale|cuesta|es|esta|tiene|seria"
     r"|saldria|cobran)n?$"),
    (Kind.PRICE,
     r"^(?:el |la |los |las )?(?P<words>(?!tod[oa]s?\b).+?)(?<!\bque) (?:vale|cuesta|sale)n? (?:a |en )?"
     r"(?:\$ ?[\d.,]+(?: ?(?:lucas?|mil|pesos))?|[\d.,]+ ?(?:lucas?|mil|pesos|clp|k)|\d{4,}|\d+\.\d{3})$"),
    (Kind.SHOW,
     r"^(?:que|cual(?:es)?) (?:tipos? de |clases? de |marcas? de |modelos? de "
     r"|variedad(?:es)? de )?(?P<words>(?!tal|mas|cosas|productos|es|son|seria|me).+?) (?:tienes|tienen|hay"
     r"|venden|manejan|ofrecen|me recomiendas|recomiendas)(?: (?P<more>.+))?$"),
    (Kind.SHOW, r"^(?:que|cuales?) (?:tienes|tienen|hay|venden) (?:de |en |para )(?P<words>.+)$"),
    (Kind.SHOW, r"^(?:cual(?:es)?) (?:(?:me |te )?(?:es|son|seria|sale|salen|queda|esta)) (?P<words>.+)$"),
    # "El más delgado es el de 50 g, ¿cierto?"
    (Kind.SHOW,
     r"^(?:el|la|l[oa]s) (?:mas|menos) [a-z]+ (?:es|son|seria|serian) (?P<words>(?:el|la|l[oa]s|es[eao]s?) .+)$"),
)  # fmt: skip
_KEEP = (
    r"(?:deja(?:me|le|r|dme)?(?:l[oa]s?)?|dejemos(?:l[oa]s?)?|quedate|quedemonos|quedame|conserva|manten"
    r"|que (?:me |solo )?queden?|que quede|baja(?:me)?(?:l[oa]s?)?|sube(?:me)?(?:l[oa]s?)?)"
)

# "El doble", "la mitad": so many times what there is.
TIMES = {"doble": Fraction(2), "triple": Fraction(3), "mitad": Fraction(1, 2)}

# First match wins.
CHANGES: tuple[tuple[Kind, str], ...] = (
    (Kind.SCALE,
     r"^(?:(?:que sean?|mejor|quiero|dame|deme|ponme|ponle|pon|deja(?:me|l[oa]s?)?|llevo|manda(?:me)?|necesito|solo"
     r"|con|en|a"
     r"|subel[oa]s?|bajal[oa]s?) )*(?:el|la) (?P<times>doble|triple|mitad)(?: (?:de(?:l)?|en) (?P<words>(?!hoja"
     r"|ancho|cierre|fondo"
     r"|fila|uso|capa|tela|punta|pack|precio|eso\b|es[ao]s?\b).+))?(?: de es[eao]s?| de eso)?(?: mejor| nomas"
     r"| no mas| entonces)*$"),
    (Kind.SET, rf"^(?P<words>(?:el|la|los|las|de(?:l)?) .+?) (?:que sean?|ponle|dejal[oa]s? en|mejor) (?P<n>{_N})$"),
    (Kind.KEEP,
     r"^(?:deja(?:me)?|quedate con|dejemos|que queden?|quiero|conserva) (?:solo|solamente|unicamente|nada mas)"
     rf"(?: con)? (?!(?:{_N}|eso|es[ao]s?)\b)(?P<words>.+)$"),
    (Kind.KEEP,
     r"^(?:saca|quita|elimina|borra)\w* (?:tod[oa]s?|todo lo demas|lo demas|el resto|los demas) "
     r"(?:menos|excepto|salvo|y deja(?:me)?(?: solo)?) (?P<words>.+)$"),
    (Kind.SET,
     rf"^{_ADD}(?P<n>{_N})(?: unidades|(?P<words> (?:par(?:es)?|docenas?)))? (?P<each>(?:de|por) cada"
     r"(?: (?:un[oa]|cual|tipo|ejemplar|tall[ae]|numero|color|medida|tamano|largo|modelo|sabor|aroma|tono))?|c/u"
     r"|cada un[oa])(?: de (?:es[oa]s|ell[oa]s|l[oa]s (?:dos|tres)))?$"),
    (Kind.SET,
     rf"^{_KEEP}(?: con| en| a| solo| solamente| nomas| tan solo| nada mas)*\s+(?P<n>{_N})(?: (?:no mas|nomas"
     r"|mejor|entonces|unidad(?:es)?|de es[oa]s?|de ell[oa]s?|(?P<words>.+?)(?: no mas| nomas)?))?$"),
    (Kind.REPLACE,
     r"^(?:cambia|cambiar|reemplaza|pasa)(?:me)?(?P<that>l[oa]s?) (?:a|en|por) (?:la |el |las |los |una? "
     r"|talla )*(?P<other>(?:talla )?(?:\d{2}|[smlx]{1,4}|\dxl|eme|ele))$"),
    (Kind.SET,
     r"^(?:cambia|deja|modifica|sube|baja|ajusta|actualiza|corrige|pon|cambiar|modificar|dejar|subir|bajar)(?:me"
     r"|le)? (?:la cantidad de(?:l)? )?(?:el |la |los |las |a |del )?(?P<words>.+?) (?:a|en"
     rf"|por) (?P<n>{_N})(?: (?:unidades|mejor|nomas|no mas))?$"),
    (Kind.SET,
     rf"^(?:quiero|mejor|dame|que sean|ponme|pon)?\s*(?P<n>{_N}) ?(?P<words>.*?)\s*(?:en vez de|en lugar de"
     rf"|y no) (?:los |las )?{_N}\b.*$"),
    (Kind.SET,
     rf"^no (?:quiero|eran|son|dame) (?:{_N})[, ]+(?:sino|quiero|mejor|eran|son"
     rf"|dame) (?P<n>{_N})(?: (?P<words>.+))?$"),
    (Kind.REPLACE,
     r"^(?:cambia|reemplaza|remplaza|sustituye|cambiar|reemplazar|sustituir)(?:me"
     r"|le)? (?P<words>.+?) por (?P<other>.+)$"),
    (Kind.REPLACE, r"^(?:cambia|cambiar|reemplaza)(?:me)?(?P<that>) por (?P<other>.+)$"),
    (Kind.REPLACE, r"^(?:cambia|reemplaza|remplaza|sustituye|cambiar)(?:me)?(?P<that>l[oa]s?) por (?P<other>.+)$"),
    (Kind.REPLACE,
     r"^(?!(?:(?:y|pero|ya|no|mejor|oye|ok),? )+en (?:vez|lugar) de)"
     r"(?:quiero |dame |mejor |ponme |pon |prefiero )?(?P<other>.+?) (?:en vez de(?:l)?"
     r"|en lugar de(?:l)?) (?P<words>.+)$"),
    (Kind.REPLACE,
     r"^(?:en vez de(?:l)?|en lugar de(?:l)?) (?P<words>.+?) (?:quiero|dame|mejor|ponme|pon"
     r"|prefiero) (?P<other>.+)$"),
    (Kind.REPLACE,
     r"^(?:en vez de(?:l)?|en lugar de(?:l)?) (?P<words>(?:(?:el|la|los|las|un|una) )?[a-z0-9]+(?: [a-z0-9]+)?),? "
     r"(?P<other>(?:el|la|los|las|un|una|uno) .+)$"),
    (Kind.SET,
     r"^(?:que sean|que sea|mejor(?: que sean| dame| pon(?:me|le)?| quiero| deja| solo)?|ponle|ponme|pon"
     r"|deja(?:l[oa]s?|me)?(?: en| solo)?|cambial[oa]s? (?:a|por)|cambia a|subel[oa]s? a|bajal[oa]s? a"
     r"|quiero que sean|serian|(?:solo|solamente)(?: quiero| dame| llevo| necesito)?|son|eran|quise decir|digo"
     rf"|corrige a|que queden?|dejemosl[oa]s? en)\s+(?P<n>{_N})(?: (?:unidades|no mas|nomas|mejor|entonces"
     r"|de es[oa]s?|de ell[oa]s?))*$"),
    (Kind.SET, rf"^(?P<n>{_N}) (?:mejor|nomas|no mas|solamente)$"),
    (Kind.ADD_MORE, rf"^{_ADD}(?:otr[oa] mas|otr[oa]|un[oa] mas|1 mas|un par mas){_OF_THOSE}$"),
    (Kind.ADD_MORE, rf"^{_ADD}(?:otr[oa]s )?(?P<n>{_N})(?: unidades)? mas{_OF_THOSE}$"),
    (Kind.ADD_MORE, rf"^{_ADD}otr[oa]s (?P<n>{_N}){_OF_THOSE}$"),
    (Kind.ADD_MORE, rf"^{_ADD}(?P<n>{_N}) mas de(?:l)? (?P<words>.+)$"),
    (Kind.ADD_MORE, rf"^{_ADD}(?P<n>{_N}) (?P<words>.+?) mas{_OF_THOSE}$"),
    (Kind.ADD_MORE,
     rf"^{_ADD}otr[oa]s? (?:(?P<n>{_N}) )?"
     r"(?P<words>(?!cosa|mas|vez|color|tall[ae]s?(?! (?:\d|[smlx]+\b))|medida|marca|modelo|opcion).+?)(?: mas)?$"),
    (Kind.SET,
     r"^(?:que sean|mejor(?: que sean| quiero| dame| ponme| solo)?|solo|solamente|dejame|deja"
     rf"|ponle)\s+(?P<n>{_N}) (?P<words>(?!mil\b|lucas?\b).+)$"),
)  # fmt: skip
