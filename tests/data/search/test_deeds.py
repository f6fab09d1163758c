"""What is done, and what doing it is called."""

import pytest

from data.search.deeds import deeds
from data.search.documents import SearchDocument
from tests.data.search.conftest import build


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("leer", "lectura"),
        ("lectura", "leer"),
        ("coser", "costura"),
        ("pintar", "pintura"),
        ("bordar", "bordado"),
        ("tejido", "tejer"),
        ("decorar", "decoracion"),
        ("equipar", "equipamiento"),
        ("poda", "podar"),
    ],
)
def test_a_purpose_is_known_by_verb_and_by_noun(said: str, other: str) -> None:
    assert other in deeds(said, is_purpose=True)


def test_how_a_thing_was_made_is_no_purpose() -> None:
    assert "bordado" not in deeds("bordar", is_purpose=False)


@pytest.mark.parametrize(
    ("said", "thing"), [("vestir", "vestido"), ("helar", "helado"), ("pescado", "pescar"), ("calzado", "calzar")]
)
def test_a_thing_is_not_what_is_done(said: str, thing: str) -> None:
    assert thing not in deeds(said, is_purpose=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lampara para leer", ["1"]),
        ("hilo de bordado", ["2"]),
        ("set para coser", ["3"]),
        ("tijeras para la poda", ["4"]),
        ("calzas", []),
        ("gorro", ["6"]),
    ],
)
def test_a_thing_is_found_by_what_is_done_with_it(query: str, found: list[str]) -> None:
    names = (
        "Lámpara de lectura",
        "Hilo para bordar",
        "Set de costura",
        "Tijera de podar",
        "Calzado de seguridad",
        "Gorro tejido",
    )
    index = build([SearchDocument(id=at, sku=str(at), name=name) for at, name in enumerate(names, 1)])
    assert [str(hit.id) for hit in index.search(query)] == found
