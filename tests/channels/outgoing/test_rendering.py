"""One message on every channel: as buttons, a list, numbered lines, pictures, and never less than it says."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.adapter import Capabilities
from channels.outgoing.rendering import ASK, Part, PartKind, as_text, render, split_content, with_picture
from channels.outgoing.titles import cut_titles
from data.content import Card, Choice, Media, MediaKind, MessageContent, Template
from data.marks import plain_data, plain_marks

WHATSAPP = Capabilities(
    1600, most_buttons=3, most_rows=10, has_service_window=True, sends_media=True, formats_marks=True
)
WORDS_ONLY = Capabilities(1600)
SMALL = Capabilities(120, most_buttons=3, most_rows=10, interactive_text_limit=60)
YES_NO = (Choice("a", "Sí, confirmar"), Choice("b", "No, seguir"))
PICTURE = Media(MediaKind.IMAGE, "https://tienda.example/p.jpg")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def choices(count: int, title: str = "Opción {n}", description: str = "") -> tuple[Choice, ...]:
    return tuple(Choice(f"id-{n}", title.format(n=n), description) for n in range(1, count + 1))


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (MessageContent("hola"), [PartKind.TEXT]),
        (MessageContent(" \n"), []),
        (MessageContent("¿Confirmas?", YES_NO), [PartKind.BUTTONS]),
        (MessageContent("¿Cuál?", choices(4)), [PartKind.LIST]),
        (MessageContent("¿Cuál?", choices(2, description="quedan 3")), [PartKind.LIST]),
        (MessageContent("¿Cuál?", choices(11)), [PartKind.TEXT]),
        (MessageContent("Mira", media=(PICTURE,)), [PartKind.MEDIA]),
        (MessageContent("Mira", YES_NO, media=(PICTURE,)), [PartKind.BUTTONS, PartKind.MEDIA]),
        (MessageContent("Mira", media=(PICTURE, PICTURE)), [PartKind.TEXT, PartKind.MEDIA, PartKind.MEDIA]),
        (MessageContent("Mira", media=(Media(MediaKind.AUDIO, "https://x/a"),)), [PartKind.TEXT, PartKind.MEDIA]),
        (MessageContent("Hola", template=Template("HX1")), [PartKind.TEMPLATE]),
        (MessageContent("¿Cuál?", (Choice("x" * 201, "Uno"),)), [PartKind.TEXT]),
    ],
)  # fmt: skip
def test_a_message_goes_as_the_channel_can(content: MessageContent, kinds: list[PartKind]) -> None:
    assert [part.kind for part in render(content, WHATSAPP)] == kinds
    assert {part.kind for part in render(content, WORDS_ONLY)} <= {PartKind.TEXT}


def test_words_alone_carry_choices_files_and_templates() -> None:
    content = MessageContent(
        "¿Cuál?",
        (Choice("a", "Roja", "quedan 3"), Choice("b", "Azul")),
        media=(Media(MediaKind.DOCUMENT, "https://t.example/l.pdf", filename="lista.pdf"),),
        template=Template("HX1"),
    )
    assert render(content, WORDS_ONLY) == (
        Part(
            PartKind.TEXT,
            "¿Cuál?\n\nlista.pdf\nhttps://t.example/l.pdf\n\n1. Roja: quedan 3\n2. Azul",
            is_numbered=True,
        ),
    )


def test_a_title_is_cut_at_a_word_and_said_whole_in_the_text() -> None:
    long = "Martillo carpintero 16 oz mango de fibra"
    [part] = render(MessageContent("¿Lo agrego?", (Choice("a", long), Choice("b", "No"))), WHATSAPP)
    assert [choice.title for choice in part.choices] == ["Martillo carpintero…", "No"]
    assert part.text == f"¿Lo agrego?\n\n• {long}"
    [part] = render(MessageContent(f"1. {long}, $9.990\n¿Lo agrego?", (Choice("a", long),)), WHATSAPP)
    assert part.text == f"1. {long}, $9.990\n¿Lo agrego?"


def test_a_row_that_is_cut_has_its_whole_name_below() -> None:
    names = tuple(Choice(f"i{n}", f"Martillo carpintero mango de fibra {n} oz", "$9.990") for n in (16, 20))
    [part] = render(MessageContent("¿Cuál?", names), WHATSAPP)
    assert part.choices == (
        Choice("i16", "Martillo… de fibra 16 oz", "Martillo carpintero mango de fibra 16 oz, $9.990"),
        Choice("i20", "Martillo… de fibra 20 oz", "Martillo carpintero mango de fibra 20 oz, $9.990"),
    )
    assert part.text == "¿Cuál?"


@pytest.mark.parametrize(
    ("titles", "limit", "cut"),
    [
        (["Sí", "No"], 20, ["Sí", "No"]),
        (["Martillo carpintero 16 oz"], 24, ["Martillo carpintero 16…"]),
        (["Martillo carpintero 16 oz", "Martillo carpintero 20 oz"], 20, ["Martillo… 16 oz", "Martillo… 20 oz"]),
        (
            ["Martillo de carpintero 16 oz mango de fibra", "Martillo de carpintero 20 oz mango de fibra"],
            20,
            ["Martillo… 16 oz…", "Martillo… 20 oz…"],
        ),
        (["Polera negra manga larga M", "Polera negra manga larga L"], 20, ["Polera… larga M", "Polera… larga L"]),
        (["Desatornilladoreléctrico18V"], 20, ["Desatornilladorelé…"]),
        (["Igual", "igual"], 20, ["1. Igual", "2. igual"]),
        (["x" * 30, "x" * 31], 20, ["1. " + "x" * 16 + "…", "2. " + "x" * 16 + "…"]),
        (["Agregar\n al  carrito"], 20, ["Agregar al carrito"]),
        (["🛒" * 15], 20, ["🛒" * 9 + "…"]),
        (["Pintura, blanca de 1 galón"], 9, ["Pintura…"]),
    ],
)
def test_titles_are_cut_at_words_and_stay_distinct(titles: list[str], limit: int, cut: list[str]) -> None:
    found = cut_titles(titles, limit)
    assert [units(title) <= limit for title in found] == [True] * len(found)
    if titles[0][0] == "D":
        assert found[0].endswith("…")
    else:
        assert found == cut


@settings(deadline=None)
@given(st.lists(st.text("abc 12ñ🛒", min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=10))
def test_any_titles_fit_and_differ(titles: list[str]) -> None:
    cut = cut_titles(titles, 20)
    assert all(0 < units(title) <= 20 for title in cut)
    assert len({title.casefold() for title in cut}) == len(cut)


def test_a_text_too_long_for_buttons_keeps_them_at_its_end() -> None:
    text = "Una polera negra. " * 8
    parts = render(MessageContent(text.strip(), YES_NO), SMALL)
    assert [part.kind for part in parts[-2:]] == [PartKind.TEXT, PartKind.BUTTONS]
    assert " ".join(part.text for part in parts).split() == text.split()
    assert all(units(part.text) <= 120 for part in parts)


def test_a_text_that_fits_with_numbered_lines_is_one_message() -> None:
    [part] = render(MessageContent("Una polera negra muy linda, de algodón y de manga larga: $9.990.", YES_NO), SMALL)
    assert part.kind is PartKind.TEXT
    assert part.is_numbered
    assert part.text.endswith("1. Sí, confirmar\n2. No, seguir")


def test_buttons_without_words_ask() -> None:
    assert render(MessageContent("", YES_NO), WHATSAPP)[0].text == ASK


def test_a_piece_that_is_rendered_again_stays_as_it_is() -> None:
    content = MessageContent("Una polera negra. " * 200, YES_NO, media=(PICTURE,))
    pieces = split_content(content, WHATSAPP)
    assert len(pieces) > 2
    assert [render(piece, WHATSAPP) for piece in pieces] == [(part,) for part in render(content, WHATSAPP)]


def test_what_a_provider_refuses_goes_in_words() -> None:
    [part] = as_text(MessageContent("¿Confirmas?", YES_NO), WHATSAPP)
    assert (part.text, part.is_numbered) == ("¿Confirmas?\n\n1. Sí, confirmar\n2. No, seguir", True)


def test_the_picture_of_the_one_product_shown_carries_the_text() -> None:
    card = Card("P", "Polera", "$5.990", "quedan 3", "https://tienda.example/p.jpg")
    [part] = render(with_picture(MessageContent("Polera $5.990", cards=(card,)), WHATSAPP), WHATSAPP)
    assert (part.kind, part.text, part.media) == (PartKind.MEDIA, "Polera $5.990", PICTURE)
    two = MessageContent("Poleras", cards=(card, card))
    assert with_picture(two, WHATSAPP) == two


@pytest.mark.parametrize("name", ["p.webp", "p.WEBP?v=2", "p.avif", "p.gif#x"])
def test_a_picture_that_whatsapp_does_not_show_is_not_sent(name: str) -> None:
    card = Card("P-1", "Polera", "$5.990", "quedan 3", f"https://fotos.example/{name}")
    content = MessageContent("Polera $5.990", cards=(card,))
    assert with_picture(content, WHATSAPP) == content
    assert with_picture(content, replace(WHATSAPP, shows_any_picture=True)).media


@pytest.mark.parametrize(
    ("text", "names", "shown"),
    [
        ("*Total: $9.990*", [], "*Total: $9.990*"),
        ("Set *Premium* _XL_: *Total $9*", ["Set *Premium* _XL_"], "Set ∗Premium∗ ˍXLˍ: *Total $9*"),
        ("Polera _negra_ y ~roja~ en `código`", [], "Polera ˍnegraˍ y ∼roja∼ en ˋcódigoˋ"),
        ("TOR_10_MM y 2*4*6", ["TOR_10_MM", "2*4*6"], "TOR_10_MM y 2*4*6"),
        ("https://t.example/_a_?b=~c~ _x_", [], "https://t.example/_a_?b=~c~ ˍxˍ"),
        ("_a_b_", [], "ˍa_bˍ"),
        ("```código```", [], "ˋˋˋcódigoˋˋˋ"),
        ("_~x~_", [], "ˍ∼x∼ˍ"),
        ("10 ~ 20 cm ~ aprox", [], "10 ~ 20 cm ~ aprox"),
        ("> 20 mm\n>5", [], "› 20 mm\n>5"),
    ],
)  # fmt: skip
def test_marks_are_applied_only_where_meant(text: str, names: list[str], shown: str) -> None:
    assert plain_marks(text, names) == shown


def test_marks_of_names_are_shown_in_text_buttons_and_captions_but_a_persons_are_applied() -> None:
    content = MessageContent("Mira: *Oferta* Té\n¿Va?", (Choice("a", "*Oferta* Té"),))
    [part] = render(content, WHATSAPP)
    assert (part.text, part.choices[0].title) == ("Mira: ∗Oferta∗ Té\n¿Va?", "∗Oferta∗ Té")
    [part] = render(MessageContent("_Hola_, *mira*", is_verbatim=True), WHATSAPP)
    assert part.text == "_Hola_, *mira*"
    [part] = render(MessageContent("_hola_"), WORDS_ONLY)
    assert part.text == "_hola_"


@settings(deadline=None)
@given(st.text("a *_~`1\n", max_size=60))
def test_plain_text_reads_the_same(text: str) -> None:
    back = str.maketrans("∗ˍ∼ˋ", "*_~`")
    assert plain_data(text).translate(back) == text
    assert plain_marks(text, []).translate(back) == text
    assert not re.search(r"(?<![^\W_])_(?=\S)[^\n_]*?[^\s_]_(?![^\W_])", plain_marks(text, []))


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["hola", "Polera.", "$12.990", "https://t.example/p/1", "\n", "x" * 40]), max_size=150),
    st.lists(st.text("ab c", min_size=1, max_size=60).filter(str.strip), max_size=12),
)
def test_nothing_is_lost_and_every_part_fits(words: list[str], titles: list[str]) -> None:
    content = MessageContent(" ".join(words), tuple(Choice(f"i{n}", title) for n, title in enumerate(titles)))
    for capabilities in (WHATSAPP, WORDS_ONLY, SMALL):
        parts = render(content, capabilities)
        said = " ".join(
            [part.text for part in parts] + [f"{c.title} {c.description}" for part in parts for c in part.choices]
        )
        assert all(units(part.text) <= capabilities.text_limit for part in parts)
        assert all(part.kind is PartKind.TEXT or units(part.text) <= 1024 for part in parts)
        for title in titles:
            assert " ".join(title.split()) in " ".join(said.split())
        for amount in ("$12.990", "https://t.example/p/1"):
            assert said.count(amount) == content.text.count(amount)
