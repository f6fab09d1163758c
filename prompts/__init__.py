"""The texts a model or a shopper reads, as files; imports nothing of ours.

`es/replies.toml` holds what the agent says to shoppers, `es/formal.toml` the same for stores whose tone is formal;
`es/system.md` and `es/snippets/` what a model is told.
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

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
        texts = sorted(self._folder.rglob("*.md"))
        self._fingerprint = hashlib.sha256(b"\0".join(file.read_bytes() for file in texts)).hexdigest()[:16]

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

    def system(self, **values: Any) -> tuple[str, str]:
        """What a model is told first, and the fingerprint (SHA-256, 16 characters) of the files behind it."""
        return self._environment.get_template("system.md").render(values).strip(), self._fingerprint

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
