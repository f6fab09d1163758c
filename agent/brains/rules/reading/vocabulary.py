"""Words that tell no product from another, as lists."""

# May go unmatched without the product being another: how it is packed, for whom, and praise.
SOFT = frozenset((
    "factor", "aro",
    "con", "caja", "bolsa", "paquete", "lata", "botella", "rollo", "saco", "pote", "tarro", "tira", "bandeja",
    "malla", "frasco", "atado", "manojo",
    "sobre", "unidad", "display", "sachet", "bueno", "buena", "bonito", "bonita", "lindo", "linda",
    "rico", "rica", "normal", "comun", "cualquiera", "nuevo", "nueva", "calidad", "mejor", "grande", "chico", "chica",
    "pequeno", "mediano", "regalo", "casa", "uso", "hombre", "mujer", "dama", "varon", "nino", "nina", "adulto",
    "color", "talla", "marca", "modelo", "tipo", "plancha", "galon", "pieza", "par", "set", "pack", "kit", "tamano",
    "grand", "fresco", "fresca", "simple", "basico", "basica", "para", "hacer", "poder", "usar", "comprar", "llevar",
    "chiquito", "chiquita", "chiquitito", "chiquitita", "pequenito", "pequenita", "grandote", "grandota",
    "urgente", "rapido", "hoy", "ahora", "algo", "cosa", "producto", "articulo", "vez",
))  # fmt: skip

# Never the name of a product: verbs, pronouns, adverbs. Nobody is told that the shop does not have these.
NOISE = frozenset((
    "yo", "tu", "usted", "ustedes", "el", "ella", "ello", "ellos", "ellas", "nosotros", "me", "te", "se", "nos", "le",
    "les", "lo", "la", "los", "las", "mi", "mis", "su", "sus", "este", "esta", "esto", "estos", "estas", "ese", "esa",
    "eso", "esos", "esas", "aquel", "aquella", "un", "una", "uno", "unos", "unas", "al", "del", "de", "en", "con",
    "por", "para", "sin", "que", "quien", "cual", "cuales", "como", "cuando", "cuanto", "cuanta", "cuantos",
    "cuantas", "donde", "porque", "pues", "entonces", "aunque", "mientras", "si", "no", "ni", "o", "y", "e", "u", "a",
    "ante", "desde", "hasta", "segun", "sobre", "ya", "ok", "bueno", "buena", "claro", "dale", "listo", "perfecto",
    "obvio", "favor", "porfavor", "gracias", "hola", "chao", "igual", "tambien", "tampoco", "ademas", "solo",
    "solamente", "nomas", "mas", "menos", "muy", "mucho", "mucha", "muchos", "muchas", "poco", "poca", "pocos",
    "pocas", "tanto", "casi", "apenas", "siempre", "nunca", "nada", "nadie", "todo", "toda", "todos", "todas", "algo",
    "alguien", "algun", "alguno", "alguna", "ningun", "ninguno", "ninguna", "otro", "otra", "otros", "otras", "cada",
    "mismo", "misma", "mismos", "mismas", "ambos", "ambas", "cualquier", "cualquiera", "aqui", "ahi", "alla", "aca",
    "hoy", "ayer", "manana", "ahora", "antes", "despues", "luego", "pronto", "tarde", "temprano", "rato", "vez",
    "veces", "dia", "dias", "semana", "mes", "tiempo", "es", "son", "era", "eran", "fue", "ser", "sea", "sean",
    "sera", "seria", "serian", "estan", "estaba", "estoy", "estamos", "estar", "hay", "haya", "habra", "habia",
    "tengo", "tiene", "tienes", "tienen", "tenia", "tener", "tengan", "tendra", "voy", "va", "van", "vas", "vamos",
    "ir", "fui", "vengo", "viene", "vienen", "venir", "llega", "llegan", "llego", "llegar", "llegaria", "salir",
    "sale", "salen", "quiero", "quieres", "quiere", "queria", "quisiera", "necesito", "necesitas", "necesitamos",
    "puedo", "puedes", "puede", "pueden", "podria", "podrias", "poder", "dame", "deme", "dar", "da", "das", "dan",
    "dejo", "deja", "dejame", "dejalo", "dejar", "queda", "quedan", "quede", "queden", "quedar", "quedate", "quedo",
    "pon", "ponme", "poner", "pone", "saca", "sacame", "sacar", "quita", "quitame", "quitar", "agrega", "agregame",
    "agregar", "suma", "sumar", "hago", "hace", "haces", "hacen", "hacer", "haz", "hizo", "veo", "ver", "ves", "vi",
    "mira", "mirar", "mire", "mirando", "viendo", "digo", "dices", "dice", "decir", "dime", "diga", "creo", "crees",
    "pienso", "piensa", "pensar", "pensare", "olvida", "olvidalo", "olvidate", "aviso", "avisa", "avisame", "avisas",
    "avisar", "busco", "busca", "buscar", "buscando", "encuentro", "encontrar", "sirve", "sirven", "servir",
    "funciona", "funcionan", "usar", "uso", "usa", "ocupar", "ocupo", "ocupa", "gusta", "gustan", "gustaria", "llevo",
    "lleva", "llevas", "llevar", "llevamos", "compro", "comprar", "compra", "pido", "pedir", "pides", "pide",
    "cuesta", "cuestan", "vale", "valen", "asciende", "significa", "pasa", "paso", "pasar", "sabe", "sabes", "saber",
    "acepta", "aceptan", "abren", "cierran", "atienden", "reciben", "entregan", "envian", "mejor", "peor", "bien",
    "mal", "rapido", "facil", "dificil", "verdad", "acaso", "quizas", "talvez", "ojala", "gotea", "gotean",
    "arreglar", "reparar", "solucionar", "cambiar", "instalar", "cosa", "cosas", "producto", "productos", "articulo",
    "articulos", "cantidad", "unidad", "unidades", "docena", "docenas", "par", "pares", "medio", "media", "pucha",
    "oye", "puta", "weon", "po", "cachai", "soy", "eres", "somos", "ando", "andas", "andamos", "cuento",
))  # fmt: skip

# What things come in: "2 cajas" are two of what was talked about.
CONTAINERS = (
    r"(?:cajas?|bolsas?|paquetes?|latas?|botellas?|rollos?|sacos?|potes?|tarros?|tiras?|bandejas?|mallas?"
    r"|frascos?|sobres?"
    r"|packs?|juegos?|sets?|cajitas?|bidon(?:es)?|porcion(?:es)?|galon(?:es)?|tinetas?|barras?|planchas?|pliegos?)"
)

# Alone they say nothing about which product.
VAGUE = frozenset((
    "bueno", "buena", "buenos", "bonito", "bonita", "lindo", "linda", "rico", "rica", "algo", "cosa", "cosas",
    "producto", "productos", "eso", "uno", "una",
))  # fmt: skip
