"""Long text is split where a reader would pause, choices become lines, and nothing is lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.outgoing.formatting import choice_by_number, render_text, split_text
from data.content import Card, Choice, MessageContent

CHOICES = (Choice("a", "Sí, confirmar"), Choice("b", "No, seguir"))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (MessageContent("hola"), "hola"),
        (MessageContent("¿Confirmas?", CHOICES), "¿Confirmas?\n\n1. Sí, confirmar\n2. No, seguir"),
        (MessageContent("1. Polera\n2. Gorro", CHOICES), "1. Polera\n2. Gorro\n\n• Sí, confirmar\n• No, seguir"),
        (MessageContent("", CHOICES), "1. Sí, confirmar\n2. No, seguir"),
        (MessageContent("Polera $5.990", cards=(Card("P", "Polera", "$5.990", "quedan 3"),)), "Polera $5.990"),
        (MessageContent(" \n "), ""),
    ],
)
def test_a_message_as_text(content: MessageContent, text: str) -> None:
    assert render_text(content) == text


@pytest.mark.parametrize(
    ("words", "choice"),
    [
        ("1", "a"),
        ("2", "b"),
        (" 2) ", "b"),
        ("*1*", "a"),
        ("0", None),
        ("3", None),
        ("2 kilos", None),
        ("", None),
        ("²", None),
    ],
)
def test_a_number_is_a_choice_only_by_itself(words: str, choice: str | None) -> None:
    found = choice_by_number(words, MessageContent("¿Confirmas?", CHOICES))
    assert (found.id if found else None) == choice


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 10, []),
        ("hola", 4, ["hola"]),
        ("uno dos tres", 8, ["uno dos", "tres"]),
        ("Uno dos. Tres cuatro cinco.", 20, ["Uno dos.", "Tres cuatro cinco."]),
        ("una línea\notra línea más", 20, ["una línea", "otra línea más"]),
        ("un párrafo\nde dos\n\notro párrafo", 24, ["un párrafo\nde dos", "otro párrafo"]),
        ("Total del pedido: $ 12.990 con IVA", 22, ["Total del pedido:", "$ 12.990 con IVA"]),
        ("Vale exactamente 12.990 pesos ahora", 24, ["Vale exactamente", "12.990 pesos ahora"]),
        ("Mira https://tienda.example/poleras/negra ya", 30, ["Mira", "https://tienda.example/poleras", "/negra ya"]),
        ("Mira esto https://tienda.example/p/1 ya", 30, ["Mira esto", "https://tienda.example/p/1 ya"]),
        ("a" * 25, 10, ["a" * 10, "a" * 10, "a" * 5]),
        ("🙏" * 6, 4, ["🙏🙏", "🙏🙏", "🙏🙏"]),
        ("👩\u200d💻" * 2, 7, ["👩\u200d💻", "👩\u200d💻"]),
    ],
)
def test_text_is_split_at_the_best_place(text: str, limit: int, parts: list[str]) -> None:
    assert split_text(text, limit) == parts


WORDS = st.lists(
    st.sampled_from(
        [
            "hola",
            "Polera negra.",
            "$12.990",
            "$ 7.500",
            "CLP 5.990",
            "🙏",
            "https://t.example/p/1?a=1",
            "\n",
            "\n\n",
            "¿Sí?",
            "x" * 30,
        ]
    ),
    max_size=120,
)


@settings(deadline=None)
@given(WORDS, st.integers(60, 200))
def test_no_part_is_too_long_and_no_amount_or_link_is_cut(words: list[str], limit: int) -> None:
    text = " ".join(words)
    parts = split_text(text, limit)
    assert all(0 < units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for whole in (r"\$ ?\d+\.\d{3}", r"CLP \d\.\d{3}", r"https://t\.example/p/1\?a=1"):
        assert sum(len(re.findall(whole, part)) for part in parts) == len(re.findall(whole, text))


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(2, 50))
def test_any_text_can_be_split(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
