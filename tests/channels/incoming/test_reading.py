"""JSON of strangers: what is none is refused, and what no item can need is left out of one that is."""

import pytest

from channels.errors import BadPayload
from channels.incoming.reading import MOST_LEVELS, read_json


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", b'{"a": 1' + b"0" * 5_000 + b"}",
        f'{{"a": {nested(100_000)}}}'.encode(),
    ],
    ids=["nothing", "null", "a list", "a text", "cut", "no UTF-8", "a number too long", "without end"],
)  # fmt: skip
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        read_json(body)


@pytest.mark.parametrize("levels", [MOST_LEVELS - 1, MOST_LEVELS, MOST_LEVELS + 1, 400])
def test_what_stands_beside_something_deep_is_read(levels: int) -> None:
    read = read_json(f'{{"deep": {nested(levels)}, "bad": [NaN, -Infinity, 1], "good": {{"id": "x"}}}}'.encode())
    assert (read["bad"], read["good"]) == ([None, None, 1], {"id": "x"})
    depth, inner = 1, read["deep"]
    while inner:
        depth, [inner] = depth + 1, inner
    assert depth == min(levels, MOST_LEVELS), "deeper ones exhaust the stack of what walks them"
