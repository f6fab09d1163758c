"""Words and measures are written one way on both sides."""

import pytest

from data.search.words import phonetic, singular, tokenise


@pytest.mark.parametrize(
    ("spellings", "token"),
    [
        (("500 ml", "500ml", "500 cc", "0,5 lt", "1/2 litro", "½ litro", "medio litro", "0.5L"), "500ml"),
        (("1,5 lt", "1.5 litros", "litro y medio", "1500 cc", "1.500 ml"), "1500ml"),
        (("1 kg", "un kilo", "1000 grs", "1.000 g"), "1000g"),
        (("1/2 kg", "medio kilo", "500 gr"), "500g"),
        (("9w", "9 W", "9 watts"), "9w"),
        (('1/2"', "1/2 pulgada", "media pulgada", "½ pulg", "0,5 pulgadas", "1/2”"), "0.5pulg"),
        (('1 1/2"', "1,5 pulg"), "1.5pulg"),
        (("M8x40", "m8 x 40", "M8 X 40mm", "m8×40"), "m8x40"),
        (("2x4", "2 x 4", '2"x4"', "2 x 4 pulgadas"), "2x4"),
        (("10x20x30 cm", "10 x 20 x 30"), "10x20x30"),
        (("5 m", "5 mts", "5 metros", "500 cm"), "5000mm"),
        (("2XL", "XXL"), "xxl"),
    ],
)
def test_spellings_of_a_measure_are_one_token(spellings: tuple[str, ...], token: str) -> None:
    assert {tuple(tokenise(spelling, parts=False)) for spelling in spellings} == {(token,)}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("6 x 1,5 L", ["6", "1500ml"]),
        ("Paracetamol 500mg x 16 comp.", ["paracetamol", "500mg", "16comp"]),
        ("Pilas AAA", ["pila", "aaa"]),
        ("HOLAAAA", ["hola"]),
        ("Coca-Cola", ["coca", "cola"]),
        ("TAL-500", ["tal500"]),
        ("un martillo", ["un", "martillo"]),
        ("1/0 x", ["1", "x"]),
    ],
)
def test_tokens_of_a_query(text: str, tokens: list[str]) -> None:
    assert tokenise(text, parts=False) == tokens


@pytest.mark.parametrize(
    ("plural", "word"),
    [("poleras", "polera"), ("pantalones", "pantalon"), ("luces", "luz"), ("cables", "cable"), ("jeans", "jean")],
)
def test_plurals_come_off(plural: str, word: str) -> None:
    assert singular(plural) == word


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("ampoyeta", "ampolleta"),
        ("sapatiya", "zapatilla"),
        ("yelo", "hielo"),
        ("keso", "queso"),
        ("bino", "vino"),
        ("makitta", "makita"),
    ],
)
def test_what_sounds_alike_has_one_key(heard: str, written: str) -> None:
    assert phonetic(heard) == phonetic(written)


def test_different_sounds_keep_different_keys() -> None:
    assert len({phonetic(word) for word in ("gato", "pato", "cable", "casco", "guante", "gante")}) == 6
