"""Quantities, money, sizes and colours as people say them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.normalise import fold, undo_chat_spelling
from agent.brains.rules.reading.parse import read_burst
from agent.brains.rules.reading.quantities import take_quantity
from data.search.filters import take_filters
from data.search.money_words import read_amount


@pytest.mark.parametrize(
    ("said", "number", "unit", "rest"),
    [
        ("2 martillos", 2, None, "martillos"),
        ("un martillo", 1, None, "martillo"),
        ("un par de calcetines", 2, None, "calcetines"),
        ("media docena de huevos", 6, None, "huevos"),
        ("dos docenas de huevos", 24, None, "huevos"),
        ("x3 clavos", 3, None, "clavos"),
        ("3x clavos", 3, None, "clavos"),
        ("clavos x3", 3, None, "clavos"),
        ("clavos (4)", 4, None, "clavos"),
        ("5 unidades de tornillos", 5, None, "tornillos"),
        ("tornillos 5 unidades", 5, None, "tornillos"),
        ("3 metros de cable", 3, "metros", "cable"),
        ("2 kilos harina", 2, "kilos", "harina"),
        ("medio kilo de palta", Fraction(1, 2), "kilo", "palta"),
        ("kilo y medio de pan", None, None, "kilo y medio de pan"),
        ("un kilo y medio de pan", Fraction(3, 2), "kilo", "pan"),
        ("1,5 kg de pan", Fraction(3, 2), "kg", "pan"),
        ("quince cuadernos", 15, None, "cuadernos"),
        ("500 w taladro", None, None, "500 w taladro"),
        ("2 pulgadas clavo", None, None, "2 pulgadas clavo"),
        ("10 lucas", None, None, "10 lucas"),
        ("8 mm broca", None, None, "8 mm broca"),
        ("3 x 1,5 cable", None, None, "3 x 1,5 cable"),
        ("2 1/2 pulgadas", None, None, "2 1/2 pulgadas"),
        ("broca 8 mm", None, None, "broca 8 mm"),
        ("una l", 1, None, "l"),
    ],
)
def test_quantity_is_told_from_measure(said: str, number: Fraction | int | None, unit: str | None, rest: str) -> None:
    quantity, left = take_quantity(said)
    assert (quantity.number if quantity else None, quantity.unit if quantity else None, left) == (number, unit, rest)


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("10 lucas", 10_000),
        ("diez lucas", 10_000),
        ("media luca", 500),
        ("15 mil", 15_000),
        ("$20.000", 20_000),
        ("20.000", 20_000),
        ("5000", 5_000),
        ("15", 15_000),
        ("2 palos", 2_000_000),
        ("3 gambas", 300),
        ("1 quina", 500),
        ("12k", 12_000),
        ("1.290.000 pesos", 1_290_000),
        ("$ 990", 990),
        ("7,5 lucas", 7_500),
    ],
)
def test_amounts_of_money_as_said(said: str, amount: int) -> None:
    assert read_amount(said) == amount


@pytest.mark.parametrize(
    ("said", "low", "high", "rest"),
    [
        ("poleras bajo 10 lucas", None, 10_000, "poleras"),
        ("poleras de menos de 15 mil", None, 15_000, "poleras de"),
        ("maximo $20.000", None, 20_000, ""),
        ("hasta 5000", None, 5_000, ""),
        ("entre 5 y 8 lucas", 5_000, 8_000, ""),
        ("desde 10 mil", 10_000, None, ""),
        ("sobre 10 lucas", 10_000, None, ""),
        ("unas 10 lucas", 5_000, 12_000, ""),
        ("que no pase de 30 mil", None, 30_000, ""),
        ("por menos de 8.000 pesos", None, 8_000, ""),
        ("cable de 10 metros", None, None, "cable de 10 metros"),
        ("manguera hasta 10 metros", None, None, "manguera hasta 10 metros"),
    ],
)
def test_price_limits_as_said(said: str, low: int | None, high: int | None, rest: str) -> None:
    filters, left = take_filters(said)
    assert (filters.min_price, filters.max_price, left) == (
        None if low is None else Decimal(low),
        None if high is None else Decimal(high),
        rest,
    )


@pytest.mark.parametrize(
    ("said", "size", "colours", "rest"),
    [
        ("poleras negras talla m", "M", ("negras",), "poleras"),
        ("polera eme", "M", (), "polera"),
        ("talla equis ele", "XL", (), ""),
        ("zapatillas talla 42", "42", (), "zapatillas"),
        ("zapatillas numero 39 blancas", "39", ("blancas",), "zapatillas"),
        ("chaqueta azul marino", None, ("azul marino",), "chaqueta"),
        ("jugo de naranja", None, (), "jugo de naranja"),
        ("naranjas", None, (), "naranjas"),
        ("crema de manos", None, (), "crema de manos"),
        ("cable 5 m", None, (), "cable 5 m"),
        ("en rojo", None, ("rojo",), ""),
    ],
)
def test_sizes_and_colours_as_said(said: str, size: str | None, colours: tuple[str, ...], rest: str) -> None:
    filters, left = take_filters(said)
    assert (filters.size, filters.colours, left) == (size, colours, rest)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("HOLAAAA Kiero 2 POLERAS xfa!!", "hola quiero 2 poleras porfavor!!"),
        ("q tení po", "que tienes po"),
        ("qro agrgar", "quiero agregar"),
        ("2½ pulgadas", "2 1/2 pulgadas"),
        ("a\x00b\u200bc", "a bc"),
    ],
)
def test_chat_spelling_is_undone(typed: str, read: str) -> None:
    assert undo_chat_spelling(fold(typed)) == read


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("eso sería todo", [Kind.CHECKOUT]),
        ("eso nomás po", [Kind.CHECKOUT]),
        ("quiero pagar", [Kind.CHECKOUT]),
        ("hacer el pedido", [Kind.CHECKOUT]),
        ("cerrar", [Kind.CHECKOUT]),
        ("gracias, eso es todo", [Kind.THANK, Kind.CHECKOUT]),
        ("qué llevo?", [Kind.CART]),
        ("cuánto va", [Kind.CART]),
        ("mi carrito", [Kind.CART]),
        ("total?", [Kind.CART]),
        ("y mi pedido?", [Kind.STATUS]),
        ("cuándo llega mi pedido?", [Kind.STATUS]),
        ("vacía el carrito", [Kind.EMPTY]),
        ("borra todo", [Kind.EMPTY]),
        ("ya no quiero nada", [Kind.EMPTY]),
        ("eres un bot?", [Kind.BOT]),
        ("¿hablo con una persona?", [Kind.BOT]),
        ("quiero hablar con una persona", [Kind.HUMAN]),
        ("cuéntame un chiste", [Kind.JOKE]),
        ("qué venden?", [Kind.CATALOGUE]),
        ("más opciones", [Kind.MORE]),
        ("cómo puedo pagar?", [Kind.SHOP]),
        ("cuál es el horario", [Kind.SHOP]),
        ("dónde están ubicados", [Kind.SHOP]),
        ("uno más", [Kind.ADD_MORE]),
        ("agrega otros 2", [Kind.ADD_MORE]),
        ("mejor 3", [Kind.SET]),
        ("que sean 4", [Kind.SET]),
        ("cambia el martillo a 3", [Kind.SET]),
        ("ya no quiero el martillo", [Kind.REMOVE]),
        ("saca el cable", [Kind.REMOVE]),
        ("cambia el rojo por el azul", [Kind.REPLACE]),
        ("dame el azul en vez del rojo", [Kind.REPLACE]),
        ("cuánto sale el taladro?", [Kind.PRICE]),
        ("precio de la pintura", [Kind.PRICE]),
        ("cuántos quedan?", [Kind.STOCK]),
        ("busco un taladro", [Kind.SHOW]),
        ("quiero ver poleras", [Kind.SHOW]),
        ("hola quería saber si tienen leche", [Kind.GREET, Kind.SHOW]),
        ("me das 2 panes y una leche", [Kind.BUY, Kind.BUY]),
        ("lo llevo", [Kind.BUY]),
        ("ya, dale", [Kind.YES]),
        ("no gracias", [Kind.NO]),
        ("el rojo no, el azul", [Kind.MENTION]),
        ("", []),
        ("   ", []),
        ("😀", []),
        ("jajaja", [Kind.LAUGH]),
    ],
)
def test_what_a_burst_means(said: str, kinds: list[Kind]) -> None:
    assert [intent.kind for intent in read_burst(said)] == kinds


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("¡Hola! Quiero más información", Kind.HELP, ""),
        ("Hola! Quisiera obtener más información sobre su anuncio.", Kind.HELP, ""),
        ("¿Me podrías dar más información de esto?", Kind.SHOW, ""),
        ("más info porfa", Kind.HELP, ""),
        ("quiero información de los taladros", Kind.MENTION, "taladros"),
        ("¿me das info del taladro percutor?", Kind.MENTION, "taladro percutor"),
        ("más detalles sobre el martillo de goma", Kind.MENTION, "martillo de goma"),
        ("quiero información sobre el despacho", Kind.SHOP, None),
    ],
)
def test_information_is_no_product(said: str, kind: Kind, words: str | None) -> None:
    """The first words are those that Meta's advertisements write for whoever taps them."""
    last = read_burst(said)[-1]
    assert last.kind is kind
    assert words is None or last.words == words
