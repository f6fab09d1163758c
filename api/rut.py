"""The Chilean tax number that names a tenant: checked by mod 11, written one way."""

import re

from stdnum.cl import rut
from stdnum.exceptions import InvalidChecksum, ValidationError

EXAMPLE = "76543210-3"
_SEPARATORS = re.compile(r"[\s.\-‐‑‒–—−]")
_BODY_DIGITS = (6, 8)


class BadRut(ValueError):
    """What is wrong with a RUT, in Spanish, for whoever typed it."""


def canonical_rut(text: str) -> str:
    """ "76.543.210-3", "76543210 3" or "765432103" as "76543210-3". Raises BadRut."""
    compact = _SEPARATORS.sub("", text).upper().removeprefix("CL").lstrip("0")
    if not compact:
        raise BadRut(f"Escribe el RUT con su dígito verificador, por ejemplo {EXAMPLE}.")
    body, digit = compact[:-1], compact[-1]
    if not (body.isascii() and body.isdigit() and (digit.isascii() and (digit.isdigit() or digit == "K"))):
        raise BadRut(f"El RUT lleva solo números y un dígito verificador (0-9 o K), por ejemplo {EXAMPLE}.")
    shortest, longest = _BODY_DIGITS
    if not shortest <= len(body) <= longest:
        raise BadRut(f"El RUT debe tener entre {shortest + 1} y {longest + 1} dígitos, por ejemplo {EXAMPLE}.")
    try:
        rut.validate(body.zfill(7) + digit)
    except InvalidChecksum as error:
        raise BadRut("El dígito verificador no corresponde al RUT. Revisa que esté bien escrito.") from error
    except ValidationError as error:
        raise BadRut(f"El RUT no es válido. Escríbelo así: {EXAMPLE}.") from error
    return f"{body}-{digit}"
