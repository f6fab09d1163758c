"""The texts a model or a shopper reads, as files; imports nothing of ours.

`es/replies.toml` holds what the agent says to shoppers, `es/formal.toml` the same for stores whose tone is formal;
`es/system.md` and `es/snippets/` what a model is told.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined, Template

from prompts.overriding import OVERRIDABLE, as_files

FOLDER = Path(__file__).parent


class Prompts:
    """The files of one language, rendered strictly: a value that is missing is an error, never a blank."""

    def __init__(
        self,
        filters: Mapping[str, Callable[..., str]],
        language: str = "es",
        as_data: Callable[[str], str] = str,
    ) -> None:
        """`as_data` is what becomes of every text that is filled in: its *marks* are not the reply's."""
        self._folder = FOLDER / language
        self._environment = Environment(
            loader=FileSystemLoader(self._folder),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: as_data(value) if isinstance(value, str) else value,
            autoescape=False,  # noqa: S701 - channels get plain text; pages escape it themselves
        )
        self._environment.filters.update(filters)
        self._replies = self._read_replies()

    def say(self, key: str, *, avoid: str = "", **values: Any) -> str:
        """One of the wordings of a reply, the first that is not `avoid` (what was said last).

        Raises KeyError for an unknown key, jinja2.UndefinedError when a value is missing.
        """
        said = ""
        for wording in self._replies[key]:
            said = wording.render(values).strip()
            if said != avoid:
                return said
        return said

    def has(self, key: str) -> bool:
        """Whether there are wordings by this name."""
        return key in self._replies

    def system(self, overrides: Mapping[str, str] | None = None, **values: Any) -> tuple[str, str]:
        """What a model is told first, and its fingerprint (SHA-256, 16 characters).

        `overrides` stand in for snippets, by name; see `prompts.overriding`.
        """
        environment = self._environment
        if overrides:
            files = DictLoader(as_files(overrides, values))
            assert environment.loader is not None
            environment = environment.overlay(loader=ChoiceLoader([files, environment.loader]))
        text = environment.get_template("system.md").render(values).strip()
        return text, hashlib.sha256(text.encode()).hexdigest()[:16]

    def snippets(self) -> dict[str, str]:
        """What a shop may replace, as its file says it."""
        return {name: (self._folder / "snippets" / f"{name}.md").read_text(encoding="utf-8") for name in OVERRIDABLE}

    def _read_replies(self) -> dict[str, list[Template]]:
        """Every reply's wordings by dotted name: `added = ["…", "…"]` under [cart] is "cart.added"."""
        wordings: dict[str, list[Template]] = {}

        def collect(prefix: str, node: dict[str, Any]) -> None:
            for name, value in node.items():
                if isinstance(value, dict):
                    collect(f"{prefix}{name}.", value)
                else:
                    options = value if isinstance(value, list) else [value]
                    wordings[prefix + name] = [self._environment.from_string(option) for option in options]

        for file in sorted(self._folder.glob("*.toml")):
            collect("", tomllib.loads(file.read_text(encoding="utf-8")))
        return wordings
