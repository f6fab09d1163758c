"""The words of a question that matter, in one form: what makes two questions the same, or alike."""

from collections.abc import Collection, Sequence

from data.search.words import stem, tokenise

# How a question is put, not what it is about. Unlike words of a catalogue's query: "dónde", "hora" and "pago" matter.
_PUT = frozenset(
    word
    for word in tokenise(
        "a al ante con de del e el en es la las lo los o para por que se su sus u un una uno unas unos y yo me mi "
        "mis te ti tu tus le les nos hola buenas buenos dia dias tarde tardes noche noches saludos disculpa disculpe "
        "perdon porfavor favor porfa gracias consulta pregunta duda queria quiero quisiera gustaria saber tengo tiene "
        "tienen tienes hay existe ustedes ud uds usted ese esa eso esos esas este esta esto estos estas ahi aca aqui "
        "si no ya pero muy mas tambien solo puede puedo pueden podria podrian puedes poder se es son ser seria sera "
        "llevar llevo traer ver dar dan das doy dame pasame pasan tienda local negocio cuanto cuanta cuesta "
        "vale cobran cobra costo precio valor sale hace hacen haces hacer algun alguna algunos algunas como cual "
        "cuales oye oiga amigo amiga "
        "the do does you your can could is are what how have "
        "voce voces tem fazem qual quais como um uma os as do da dos das", parts=False,
    )
)  # fmt: skip
LIKE = 0.6


def question_key(question: str) -> str:
    """All words of a question as one text: the same for "¿Cuál es el horario?" and "cual es el horario"."""
    return " ".join(tokenise(question, parts=False))


def asked_words(text: str) -> list[str]:
    """The words that say what a question is about, in their order; each once."""
    return list(dict.fromkeys(word for word in tokenise(text, parts=False) if word not in _PUT))


def question_words(question: str) -> list[str]:
    """Their stems, sorted."""
    return sorted({stem(word) for word in asked_words(question)})


def alike(one: Collection[str], other: Sequence[str]) -> bool:
    """Whether two questions' words are nearly the same."""
    first, second = set(one), set(other)
    return bool(first and second) and len(first & second) / len(first | second) >= LIKE
