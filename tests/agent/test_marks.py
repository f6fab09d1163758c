"""What fills a reply brings no formatting of its own; the reply's own words keep theirs."""

from agent.wording import say


def test_the_marks_of_a_name_are_only_shown() -> None:
    assert say("missing.none", said="Set *Premium* _XL_") == "No tenemos Set ∗Premium∗ ˍXLˍ."
    assert say("missing.none", said="TOR_10 2*4") == "No tenemos TOR_10 2*4."


def test_the_marks_of_the_reply_stay() -> None:
    assert "*persona*" in say("talk.attachment")
