"""Texts of a shop that stand in for parts of the prompt: which parts, and what may be in them."""

import re
from collections.abc import Mapping
from typing import Any, Final

# The rest (what the agent may know and do, its limits) is the same for every shop.
OVERRIDABLE: Final = {
    "tone": "Cómo escribe: tono, trato, modismos.",
    "format": "La forma de sus mensajes.",
    "extra": "Lo que quieras agregar al final; el archivo viene vacío.",
}
LONGEST: Final = 4_000
PLACEHOLDERS: Final = ("store.name", "store.currency", "store.tone", "store.instructions", "store.rut")
# Filled in by code in what the model answers, not here.
_MARKS = re.compile(r"(?:price|stock|quantity):[^{}]{1,100}|total")
_IN_BRACES = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


class PromptInvalid(ValueError):
    """A text that cannot stand in for a part of the prompt; says why in Spanish."""


def check(text: str) -> None:
    """Raises PromptInvalid."""
    if not text.strip():
        raise PromptInvalid("El texto está vacío. Para volver al original, bórralo.")
    if len(text) > LONGEST:
        raise PromptInvalid(f"El texto tiene {len(text)} caracteres; el máximo es {LONGEST}.")
    if any(not (character.isprintable() or character == "\n") for character in text):
        raise PromptInvalid("El texto tiene caracteres invisibles o de control.")
    if "{%" in text or "{#" in text:
        raise PromptInvalid("El texto no puede llevar {% ni {#.")
    for said in _IN_BRACES.findall(text):
        if said not in PLACEHOLDERS and not _MARKS.fullmatch(said):
            known = ", ".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)
            raise PromptInvalid(f"No conozco {{{{ {said[:40]} }}}}. Puedes usar: {known}.")
    if text.count("{{") != len(_IN_BRACES.findall(text)) or text.count("}}") != text.count("{{"):
        raise PromptInvalid("Hay llaves {{ }} sin su pareja.")


def as_files(overrides: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """The texts as template files, with nothing left in them to run."""
    return {
        f"snippets/{name}.md": "{% raw %}" + _filled(text, values) + "{% endraw %}"
        for name, text in overrides.items()
        if name in OVERRIDABLE
    }


def _filled(text: str, values: Mapping[str, Any]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] not in PLACEHOLDERS:
            return match.group()
        first, _, field = match[1].partition(".")
        return str(getattr(values[first], field)).replace("{%", "")

    return _IN_BRACES.sub(fill, text).replace("{%", "")
