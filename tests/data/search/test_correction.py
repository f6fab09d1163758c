"""Misspelt words lead to the vocabulary's words; the curated lexicon is sound."""

import pytest

from data.search.correction import Corrector
from data.search.documents import SearchDocument
from data.search.lexicon import as_phrase, load_lexicon
from tests.data.search.conftest import build

VOCABULARY = {"taladro": 5, "martillo": 4, "zapatilla": 3, "pantalon": 3, "vaso": 2, "queso": 2, "televisor": 1}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("taladrro", "taladro"),
        ("tlaadro", "taladro"),
        ("martiyo", "martillo"),
        ("sapatiya", "zapatilla"),
        ("tele", "televisor"),
        ("baso", "vaso"),
        ("qeso", "queso"),
        ("oantalon", "pantalon"),
    ],
)
def test_a_misspelling_leads_to_the_word(typed: str, meant: str) -> None:
    assert Corrector(VOCABULARY).suggest(typed)[0][0] == meant


@pytest.mark.parametrize("typed", ["bicicleta", "xyz", "sushi", "te", "", "123", "m8x40", "a" * 5000])
def test_a_word_unlike_any_other_gets_no_suggestion(typed: str) -> None:
    assert Corrector(VOCABULARY).suggest(typed) == []


@pytest.mark.parametrize(
    ("asked", "shop_says"),
    [("remera", "polera"), ("aguacate", "palta"), ("bombillo", "ampolleta"), ("papel de baño", "confort")],
)
def test_equivalents_lead_both_ways(asked: str, shop_says: str) -> None:
    equivalents = load_lexicon().equivalents
    assert as_phrase(shop_says) in equivalents.of(as_phrase(asked))
    assert as_phrase(asked) in equivalents.of(as_phrase(shop_says))


def test_words_only_asked_with_are_never_looked_for() -> None:
    equivalents = load_lexicon().equivalents
    assert as_phrase("zapatillas") in equivalents.of(as_phrase("tenis"))
    assert as_phrase("tenis") not in equivalents.of(as_phrase("zapatillas"))


def test_every_equivalent_has_words_and_no_courtesy_word_is_one() -> None:
    lexicon = load_lexicon()
    phrases = lexicon.equivalents.others
    assert len(phrases) > 500
    assert all(phrases)
    assert not {phrase for phrase in phrases if len(phrase) == 1 and phrase[0] in lexicon.asking}


def test_a_far_fetched_correction_counts_only_beside_a_sure_word() -> None:
    index = build(
        [SearchDocument(id=1, sku="A", name="Jeans Mujer Wados"), SearchDocument(id=2, sku="B", name="Falda")]
    )
    assert index.search("jens") == []
    assert [hit.id for hit in index.search("jens wados")] == [1]
