"""What strangers write is kept as they meant it, without what cannot be seen or stored."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.incoming.cleaning import PAYLOAD_LIMIT, TEXT_LIMIT, clean_id, clean_payload, clean_text

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("  hola, ¿cómo están?  ", "hola, ¿cómo están?"),
        ("uno\r\ndos\rtres\u2028cuatro", "uno\ndos\ntres\ncuatro"),
        ("talla\tM", "talla M"),
        ("nin\u0303o", "niño"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("pro\u200bduc\u00adto\ufeff", "producto"),
        ("\u202eatreum\u202c", "atreum"),
        (FAMILY, FAMILY),
        ("👩🏽\u200d💻 y ❤️\u200d🔥", "👩🏽\u200d💻 y ❤️\u200d🔥"),
        ("pal\u200dabra", "palabra"),
        ("\u200d🙏\u200d", "🙏"),
        ("hola\U000e0041\U000e0042\U000e0100", "hola"),
        ("z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307", "z̀́̂̃"),
        ("\ud83d", ""),
        ("\x00\x01", ""),
        ("🙏" * 5_000, "🙏" * TEXT_LIMIT),
    ],
)
def test_text_is_cleaned(words: str, kept: str) -> None:
    assert clean_text(words) == kept


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=200))
def test_cleaned_text_can_be_stored_and_cleaning_it_again_changes_nothing(words: str) -> None:
    once = clean_text(words)
    once.encode("utf-8")
    assert not [c for c in once if unicodedata.category(c) == "Cc" and c != "\n"]
    assert clean_text(once) == once


@pytest.mark.parametrize("bad", ["", "x" * 256, "a\x00", "a\nb", "\ud800", "a\u200bb"])
def test_an_id_that_cannot_be_one_is_refused(bad: str) -> None:
    assert clean_id(bad) is None


@pytest.mark.parametrize("good", ["SM1", "whatsapp:+56987654321", "whatsapp:CL.1349ABCxyz", "web-ñ", "x" * 255])
def test_an_id_stays_as_it_is(good: str) -> None:
    assert clean_id(good) == good


def test_a_payload_keeps_its_values() -> None:
    raw = {"Body": "hola", "n": 1, "ok": True, "none": None, "deep": {"list": ["a", 1.5]}}
    assert clean_payload(raw) == raw


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet=st.characters()), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(alphabet=st.characters()), JSON))
def test_any_payload_becomes_json_that_the_database_takes(raw: dict[str, object]) -> None:
    written = json.dumps(clean_payload(raw), allow_nan=False)
    assert "\\u0000" not in written
    written.encode("utf-8")


@pytest.mark.parametrize(
    "raw",
    [{"Body": "x" * 1_000_000}, {str(n): "x" * 1_000 for n in range(1_000)}, {"Body": ["x" * 100] * 10_000}],
    ids=["one long", "many", "a long list"],
)
def test_a_huge_payload_is_cut(raw: dict[str, object]) -> None:
    kept = clean_payload(raw)
    assert kept
    assert len(json.dumps(kept)) <= PAYLOAD_LIMIT


def test_a_deep_payload_is_cut() -> None:
    deep: dict[str, object] = {}
    for _ in range(900):
        deep = {"a": deep}
    assert "…" in json.dumps(clean_payload(deep), ensure_ascii=False)
