"""The ingredients of a search, so that each one's share can be measured by leaving it out."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything on is how shops are served; `caserita evaluate retrieval --leave-out` turns one off at a time."""

    codes: bool = True
    equivalents: bool = True
    correction: bool = True
    stemming: bool = True
    pairs: bool = True
    coverage: bool = True
    dense: bool = True

    @classmethod
    def ingredients(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))

    def without(self, ingredient: str) -> "Recipe":
        return replace(self, **{ingredient: False})


WHOLE = Recipe()
