"""What people ask with in English or Portuguese, said in Spanish: the asking only, never what a thing is called."""

import re

# First match wins; each is replaced wherever it stands.
_ASKING: tuple[tuple[str, str], ...] = (
    (r"(?:can|could|may) (?:i|we) (?:speak|talk) (?:to|with)(?: an?)?(?: real)? (?:person|human|someone|agent"
     r"|representative)",
     "quiero hablar con una persona"),
    (r"(?:do|did) you (?:guys )?(?:have|sell|carry|stock)(?: any| some| the| an?)?", "tienes"),
    (r"(?:have you|you) got(?: any| some| the| an?)?|are there any|is there an?", "tienes"),
    (r"voces? (?:tem|vende[m]?)|voce tem", "tienes"),
    (r"(?:what is|what's|whats) the price of(?: the| an?)?|how much (?:is|are|does|do|for)(?: the| an?)?",
     "cuanto cuesta"),
    (r"quanto (?:custa[m]?|e|fica)|qual o preco d[eoa]s?", "cuanto cuesta"),
    (r"(?:i|we)(?: am|'m|m| are|'re) looking for(?: the| an?| some)?", "busco"),
    (r"(?:i|we)(?:'d|d| would)? (?:want|need|like|take)(?: to (?:buy|get|have|order|see))?(?: the)?", "quiero"),
    (r"(?:can|could|may) (?:i|we|you) (?:have|get|buy|order|give me|send me)(?: the)?|give me"
     r"|add(?= \d| an?\b| the\b)", "dame"),
    (r"eu (?:quero|queria|gostaria)(?: de)?|gostaria de", "quiero"),
    (r"(?:that's|that is|thats) (?:all|it)", "eso es todo"),
    (r"(?:yes|yeah|yep)(?: please)?$", "si"),
    (r"good (?:morning|afternoon|evening|day)", "hola"),
    (r"thank you(?: very much| so much)?|obrigad[oa]", "gracias"),
    (r"where are you(?: located| guys)?|where is (?:the|your) (?:store|shop)", "donde estan"),
    (r"what time do you (?:open|close)|when do you (?:open|close)|(?:opening|business) hours", "que horario tienen"),
    (r"do you (?:deliver|ship)(?: to)?", "hacen despacho a"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(rf"\b(?:{pattern})(?![a-z])"), said) for pattern, said in _ASKING)
_SMALL = re.compile(r"\b(?:please|the|some|any|it cost|cost)\b")
_JOINING = {" and ": " y ", " or ": " o ", " for ": " para ", " with ": " con ", " without ": " sin ", " a ": " un ",
            " in ": " en "}  # fmt: skip


def in_spanish(text: str) -> str:
    """Of a folded text; the same text where nothing is asked in another language."""
    said = text
    for pattern, spanish in _PATTERNS:
        said = pattern.sub(spanish, said)
    if said == text:
        return text
    said = _SMALL.sub(" ", f" {said} ")
    for english, spanish in _JOINING.items():
        said = said.replace(english, spanish)
    return " ".join(said.split(" ")).strip()
