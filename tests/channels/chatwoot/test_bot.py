"""Chatwoot: what is sent keeps its rules, each refusal has its verdict, and a lost answer is looked into."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from channels.adapter import Attachment, ChannelAccess, Doubt, Fate
from channels.chatwoot.bot import Chatwoot
from channels.errors import SendError
from channels.outgoing.titles import choice_by_title
from connectors.http import GuardedHttp, parse_networks
from data.content import Choice, MediaKind, MessageContent
from data.states import ChannelKind
from tests.servers.chatwoot_inbox import ACCOUNT, Conversation
from tests.servers.chatwoot_server import BOT_TOKEN, USER_TOKEN, ChatwootFault, ChatwootServer, chatwoot_server


@pytest.fixture
async def server() -> AsyncIterator[ChatwootServer]:
    async with chatwoot_server() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    guarded = GuardedHttp(parse_networks("127.0.0.1/32"), total_seconds=2)
    yield guarded
    await guarded.close()


@pytest.fixture
def chatwoot(http: GuardedHttp) -> Chatwoot:
    return Chatwoot(http)


@pytest.fixture
def access(server: ChatwootServer) -> ChannelAccess:
    config = {"base_url": server.url, "account_id": ACCOUNT}
    secrets = {"access_token": BOT_TOKEN}
    return ChannelAccess(uuid4(), uuid4(), ChannelKind.CHATWOOT, "c", config, secrets, "")


@pytest.fixture
def asked(server: ChatwootServer) -> Conversation:
    return server.shopper_says("hola")


def with_user(access: ChannelAccess) -> ChannelAccess:
    return replace(access, secrets={**access.secrets, "user_token": USER_TOKEN})


def doubt(number: int, content: MessageContent, **more: object) -> Doubt:
    known = {"message_id": uuid4(), "sent_after": datetime.now(UTC) - timedelta(seconds=5)} | more
    return Doubt(to=str(number), content=content, **known)  # type: ignore[arg-type]  # fields by name


async def test_words_go_to_the_conversation(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer, asked: Conversation
) -> None:
    result = await chatwoot.send(access, str(asked.number), MessageContent("¡Hola!"), uuid4())
    [_, sent] = server.conversations[asked.number].messages
    assert (sent["content"], sent["sender"]["type"], result.external_id) == ("¡Hola!", "agent_bot", str(sent["id"]))
    await chatwoot.show_typing(access, str(asked.number), "1")
    assert server.requests[-1][1].endswith("toggle_typing_status")


@pytest.mark.parametrize(("count", "longest"), [(2, 20), (3, 20), (4, 24), (10, 24)])
async def test_choices_are_options_that_whatsapp_takes_too(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer, asked: Conversation, count: int, longest: int
) -> None:
    choices = tuple(Choice(f"sku:{n}", f"Martillo carpintero número {n}", f"A $9.99{n}") for n in range(count))
    content = MessageContent("¿Cuál?", choices)
    if count <= 3:
        content = replace(content, choices=tuple(replace(choice, description="") for choice in choices))
    await chatwoot.send(access, str(asked.number), content, uuid4())
    sent = server.conversations[asked.number].messages[-1]
    titles = [item["title"] for item in sent["content_attributes"]["items"]]
    assert sent["content_type"] == "input_select"
    assert all(len(title) <= longest for title in titles)
    assert all(choice.title in sent["content"] for choice in choices), "the whole name is said"
    assert all(choice.description in sent["content"] for choice in content.choices), (
        "and what stands below it elsewhere"
    )
    assert [choice_by_title(title, content.choices) for title in titles] == list(content.choices)


@pytest.mark.parametrize("trouble", [{"status": 500}, {"is_dropped": True}, {"status": 503}])
async def test_options_that_could_not_be_looked_into_were_not_sent(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer, asked: Conversation, trouble: dict[str, Any]
) -> None:
    """Before anything is sent: there is nothing to be in doubt of."""
    server.faults.append(ChatwootFault(f"conversations/{asked.number}", **trouble))
    content = MessageContent("¿Cuál?", (Choice("a", "Uno"), Choice("b", "Dos")))
    with pytest.raises(SendError) as refused:
        await chatwoot.send(access, str(asked.number), content, uuid4())
    assert (refused.value.retryable, refused.value.uncertain) == (True, False)


@pytest.mark.parametrize(
    ("fault", "code", "retryable", "uncertain"),
    [
        (ChatwootFault("messages", 429), "rate_limited", True, False),
        (ChatwootFault("messages", 503), "provider_unavailable", True, False),
        (ChatwootFault("messages", 401), "bad_credentials", False, False),
        (ChatwootFault("messages", 404), "bad_channel", False, False),
        (ChatwootFault("messages", 422), "bad_content", False, False),
        (ChatwootFault("messages", 422, says="Too many messages"), "rate_limited", True, False),
        (ChatwootFault("messages", 500), "unknown", False, True),
        (ChatwootFault("messages", 502), "unknown", False, True),
        (ChatwootFault("messages", is_dropped=True, is_accepted=True), "unknown", False, True),
    ],
)
async def test_a_refusal_has_its_verdict(  # noqa: PLR0917 - fixtures and a table
    chatwoot: Chatwoot,
    access: ChannelAccess,
    server: ChatwootServer,
    asked: Conversation,
    fault: ChatwootFault,
    code: str,
    retryable: bool,
    uncertain: bool,
) -> None:
    server.faults.append(fault)
    with pytest.raises(SendError) as caught:
        await chatwoot.send(access, str(asked.number), MessageContent("hola"), uuid4())
    assert (caught.value.code, caught.value.retryable, caught.value.uncertain) == (code, retryable, uncertain)


async def test_nobody_there_is_certain_that_nothing_was_sent(chatwoot: Chatwoot, access: ChannelAccess) -> None:
    away = replace(access, config={"base_url": "http://127.0.0.1:9", "account_id": ACCOUNT})
    with pytest.raises(SendError) as caught:
        await chatwoot.send(away, "1", MessageContent("hola"), uuid4())
    assert caught.value.retryable


@pytest.mark.parametrize("to", ["", "x", "../1", "1/2"])
async def test_what_is_no_conversation_is_not_asked_for(chatwoot: Chatwoot, access: ChannelAccess, to: str) -> None:
    with pytest.raises(SendError, match="bad_content"):
        await chatwoot.send(access, to, MessageContent("hola"), uuid4())


async def test_a_bot_cannot_tell_what_was_sent_and_a_person_can(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer, asked: Conversation
) -> None:
    content, message_id = MessageContent("¡Hola!"), uuid4()
    sent = await chatwoot.send(access, str(asked.number), content, message_id)
    mine = doubt(asked.number, content, message_id=message_id)
    assert (await chatwoot.find_sent(access, mine)).fate is Fate.UNKNOWN
    found = await chatwoot.find_sent(with_user(access), mine)
    assert found.fate is Fate.TAKEN
    assert found.result is not None
    assert found.result.external_id == sent.external_id
    assert (await chatwoot.find_sent(with_user(access), doubt(asked.number, content))).fate is Fate.NOT_TAKEN


async def test_the_first_part_of_a_message_is_not_taken_for_the_second(
    chatwoot: Chatwoot, access: ChannelAccess, asked: Conversation
) -> None:
    message_id = uuid4()
    first = await chatwoot.send(access, str(asked.number), MessageContent("uno"), message_id)
    assert first.external_id is not None
    second = doubt(
        asked.number, MessageContent("dos"), message_id=message_id, known_external_ids=frozenset({first.external_id})
    )
    assert (await chatwoot.find_sent(with_user(access), second)).fate is Fate.NOT_TAKEN


async def test_what_was_sent_is_found_behind_many_others(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer, asked: Conversation
) -> None:
    content, message_id = MessageContent("¡Hola!"), uuid4()
    await chatwoot.send(access, str(asked.number), content, message_id)
    for number in range(45):
        server.shopper_says(f"¿{number}?", asked.number)
    found = await chatwoot.find_sent(with_user(access), doubt(asked.number, content, message_id=message_id))
    assert found.fate is Fate.TAKEN


async def test_a_file_is_fetched_where_it_leads_but_never_inside(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer
) -> None:
    server.files["a.jpg"] = b"\xff\xd8\xff" + b"0" * 100
    photo = Attachment(MediaKind.IMAGE, f"{server.url}/rails/a.jpg")
    fetched = await chatwoot.fetch_media(access, photo, 1000)
    assert (fetched.content_type, len(fetched.body)) == ("image/jpeg", 103)
    with pytest.raises(SendError, match="too_large"):
        await chatwoot.fetch_media(access, photo, 50)
    with pytest.raises(SendError) as caught:
        await chatwoot.fetch_media(access, Attachment(MediaKind.AUDIO, f"{server.url}/rails/soon.ogg"), 1000)
    assert caught.value.retryable, "it may be there in a moment"
    with pytest.raises(SendError, match="refused_address"):
        await chatwoot.fetch_media(access, Attachment(MediaKind.IMAGE, "http://169.254.169.254/latest"), 1000)


@pytest.mark.parametrize(
    ("said", "chosen"),
    [("Sierra", "b"), ("Martillo carpintero de uña", "a"), ("sierra", None), ("Sierra nueva", None), ("", None)],
)
def test_a_title_names_its_choice_to_the_letter(said: str, chosen: str | None) -> None:
    choice = choice_by_title(said, (Choice("a", "Martillo carpintero de uña"), Choice("b", "Sierra")))
    assert (choice.id if choice else None) == chosen


@pytest.mark.parametrize("channel", ["Channel::TwilioSms", "Channel::Email", "Channel::Api", "Channel::Instagram"])
async def test_where_options_are_not_shown_choices_are_lines(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer, asked: Conversation, channel: str
) -> None:
    asked.channel = channel
    content = MessageContent("¿Cuál?", (Choice("sku:1", "Martillo"), Choice("sku:2", "Sierra")))
    result = await chatwoot.send(access, str(asked.number), content, uuid4())
    sent = server.conversations[asked.number].messages[-1]
    assert sent["content_type"] == "text"
    assert all(choice.title in sent["content"] for choice in content.choices)
    assert result.is_numbered, "so that «2» is understood"


async def test_an_older_server_whose_bots_may_not_look_is_told_all_in_words(
    chatwoot: Chatwoot, access: ChannelAccess, server: ChatwootServer, asked: Conversation
) -> None:
    server.is_old = True
    content = MessageContent("¿Cuál?", (Choice("sku:1", "Martillo"), Choice("sku:2", "Sierra")))
    wrong = replace(access, secrets={**access.secrets, "user_token": "of-nobody"})
    for told in (access, wrong):
        assert (await chatwoot.send(told, str(asked.number), content, uuid4())).is_numbered
    assert not (await chatwoot.send(with_user(access), str(asked.number), content, uuid4())).is_numbered
