"""Judged queries: a small catalogue, what people ask of it, and which products answer."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from data.search.documents import SearchDocument

BEST, ALSO = 3.0, 1.0
ABSENT = "absent"
KINDS = ("exact", "typo", "accent", "plural", "slang", "synonym", "attribute", "code", ABSENT)


class JudgedFileError(ValueError):
    """A judged file that cannot be read; the sentence names the file and line."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """`gains`: document id -> 3 for what was asked for, 1 for what is worth showing; empty when absent."""

    kind: str
    text: str
    gains: dict[int, float]
    is_held_out: bool

    @property
    def best(self) -> frozenset[int]:
        return frozenset(id for id, gain in self.gains.items() if gain == BEST)


@dataclass(frozen=True, slots=True)
class JudgedSet:
    name: str
    documents: list[SearchDocument]
    queries: list[JudgedQuery]


def read_judged(path: Path) -> JudgedSet:
    """Read two tables split by "|", a catalogue (header "sku|name|…") and queries (header "kind|query|best|also").

    `best` and `also` are SKUs or patterns ("RP-01*") split by spaces. Half of the queries, told by a hash of their
    text and so always the same, are held out: looked at for the final figure, never while tuning.
    Raises JudgedFileError.
    """
    header: list[str] = []
    documents: list[SearchDocument] = []
    queries: list[JudgedQuery] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        values = line.split("|")
        if values[0] in ("sku", "kind"):
            header = values
            continue
        row = dict(zip(header, (value.strip() for value in values), strict=False))
        try:
            if header[:1] == ["sku"]:
                documents.append(_document(len(documents) + 1, row))
            else:
                queries.append(_query(row, path.stem, documents))
        except (KeyError, ValueError) as error:
            raise JudgedFileError(f"{path}, line {number}: {error}") from error
    if not documents or not queries:
        raise JudgedFileError(f"{path}: needs a table that begins with 'sku|name' and one with 'kind|query|best|also'")
    return JudgedSet(path.stem, documents, queries)


def _document(id: int, row: dict[str, str]) -> SearchDocument:
    options = [option.split("=", 1) for option in row.get("options", "").split(";") if "=" in option]
    synonyms = tuple(word.strip() for word in row.get("synonyms", "").split(",") if word.strip())
    return SearchDocument(
        id=id,
        sku=row["sku"],
        name=row["name"],
        barcode=row.get("barcode") or None,
        brand=row.get("brand") or None,
        category=row.get("category") or None,
        description=row.get("description") or None,
        options=dict(options),
        synonyms=synonyms,
    )


def _query(row: dict[str, str], name: str, documents: list[SearchDocument]) -> JudgedQuery:
    if row["kind"] not in KINDS:
        raise ValueError(f"{row['kind']!r} is none of {', '.join(KINDS)}")
    gains = dict.fromkeys(_ids(row.get("also", ""), documents), ALSO)
    gains |= dict.fromkeys(_ids(row.get("best", ""), documents), BEST)
    if bool(gains) == (row["kind"] == ABSENT):
        raise ValueError("only queries for what the shop does not have go without an answer")
    digest = sha256(f"{name}|{row['query']}".encode()).digest()
    return JudgedQuery(row["kind"], row["query"], gains, is_held_out=digest[0] % 2 == 1)


def _ids(patterns: str, documents: list[SearchDocument]) -> list[int]:
    found: list[int] = []
    for pattern in patterns.split():
        matching = [document.id for document in documents if fnmatchcase(document.sku, pattern)]
        if not matching:
            raise ValueError(f"no product has the SKU {pattern!r}")
        found += matching
    return found
