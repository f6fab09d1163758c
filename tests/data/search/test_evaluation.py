"""The measure itself, by hand on a tiny set; and that search stays as good as it was on our judged sets."""

from math import log2
from pathlib import Path

import pytest

from data.search.embedders import HashedNgramEmbedder
from data.search.evaluation import Answer, absence_of, answer_all, quality_of
from data.search.judged import JudgedFileError, JudgedQuery, read_judged
from data.search.recipe import WHOLE, Recipe

SETS = Path(__file__).parents[2] / "retrieval"
TINY = """# A shop.
sku|name|brand|category|options|description|synonyms|barcode
A-1|Martillo de goma|Redline|Herramientas|color=negro|||
A-2|Martillo carpintero|Redline|Herramientas||||
B-1|Polera|||talla=M;color=negro||remera, playera|

kind|query|best|also
exact|martillo de goma|A-1|A-2
plural|martillos|A-*|
absent|bicicleta||
"""


def answer(kind: str, gains: dict[int, float], *found: int) -> Answer:
    return Answer("set", JudgedQuery(kind, "…", gains, is_held_out=False), found)


def test_figures_are_what_their_names_say() -> None:
    first = answer("exact", {1: 3.0, 2: 1.0}, 9, 1, 2)
    assert first.reciprocal_rank == 0.5 and first.recall == 1.0
    assert first.ndcg == pytest.approx((3 / log2(3) + 1 / 2) / (3 + 1 / log2(3)))
    missed = answer("typo", {1: 3.0, 2: 3.0, 3: 3.0, 4: 3.0}, 4, 9, 8, 1)
    assert missed.recall == pytest.approx(1 / 3) and missed.reciprocal_rank == 1.0
    nothing = answer("slang", {1: 3.0})
    assert nothing.ndcg == nothing.recall == nothing.reciprocal_rank == 0.0
    quality = quality_of([first, nothing, answer("absent", {}, 5)])
    assert quality.count == 2 and quality.mrr == 0.25
    absence = absence_of([first, nothing, answer("absent", {}, 5), answer("absent", {})])
    assert (absence.precision, absence.recall) == (0.5, 0.5)


def test_a_judged_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "tiny.txt").write_text(TINY)
    judged = read_judged(tmp_path / "tiny.txt")
    assert judged.documents[2].options == {"talla": "M", "color": "negro"}
    assert judged.documents[2].synonyms == ("remera", "playera")
    assert [query.gains for query in judged.queries] == [{1: 3.0, 2: 1.0}, {1: 3.0, 2: 3.0}, {}]
    assert quality_of(answer_all([judged], HashedNgramEmbedder())).ndcg == 1.0


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("exact|martillo|Z-9|", "line 11: no product has the SKU 'Z-9'"),
        ("funny|martillo|A-1|", "'funny' is none of"),
        ("absent|martillo|A-1|", "without an answer"),
        ("exact|martillo||", "without an answer"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    (tmp_path / "bad.txt").write_text(f"{TINY}{line}\n")
    with pytest.raises(JudgedFileError, match=complaint):
        read_judged(tmp_path / "bad.txt")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("hola\n")
    with pytest.raises(JudgedFileError):
        read_judged(tmp_path / "other.txt")


def test_our_sets_are_whole_and_halved() -> None:
    sets = [read_judged(path) for path in sorted(SETS.glob("*.txt"))]
    queries = [query for judged in sets for query in judged.queries]
    held_out = sum(query.is_held_out for query in queries)
    assert len(sets) >= 6 and len(queries) >= 300
    assert 0.4 < held_out / len(queries) < 0.6


def test_search_stays_as_good_as_it_was() -> None:
    """On the half that was looked at; the other half is for figures, not for tests."""
    sets = [read_judged(path) for path in sorted(SETS.glob("*.txt"))]
    embedder = HashedNgramEmbedder()

    def seen(recipe: Recipe) -> list[Answer]:
        return [answer for answer in answer_all(sets, embedder, recipe) if not answer.query.is_held_out]

    whole = seen(WHOLE)
    quality, absence = quality_of(whole), absence_of(whole)
    assert quality.ndcg > 0.96 and quality.recall > 0.97 and quality.mrr > 0.96
    assert absence.precision > 0.9 and absence.recall > 0.9
    for ingredient in ("codes", "equivalents", "correction"):
        assert quality_of(seen(WHOLE.without(ingredient))).ndcg < quality.ndcg - 0.02
