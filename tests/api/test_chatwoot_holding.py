"""Chatwoot as agent bot: whom a conversation is with, handed to people and given back."""

import pytest

from data.ownership import hand_back, hand_off
from data.states import Actor, ConversationStatus, Sender
from tests.api.chatwoot import Inbox
from tests.api.own_jobs import run_jobs
from tests.servers.chatwoot_inbox import PERSON
from tests.servers.chatwoot_server import ChatwootFault


async def test_a_person_who_answers_and_gives_it_back_at_once_has_done_so(inbox: Inbox) -> None:
    """As a macro does. What we were told of the first is heeded after the second."""
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.person_says(asked.number, "Va en camino")
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    inbox.server.set_status(asked.number, "pending")
    before, told = len(inbox.server.said(asked.number)), inbox.server.events.copy()
    inbox.server.events.clear()
    inbox.server.events.append(told.popleft())
    await inbox.server.flush()
    await run_jobs(inbox.service.runtime, inbox.store.tenant_id)
    inbox.server.events.extend(told)
    await inbox.settle()
    assert asked.status == "pending"
    assert len(inbox.server.said(asked.number)) > before


async def test_a_person_who_answers_silences_the_agent_and_is_known_to_it(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.person_says(asked.number, "Hola, soy Marta")
    await inbox.settle()
    inbox.server.shopper_says("gracias", asked.number)
    await inbox.settle()
    conversation = await inbox.conversation()
    assert (conversation.status_actor, conversation.status_actor_name) == (Actor.DESK, "Marta")
    assert inbox.server.conversations[asked.number].status == "open", "so that giving it back is a change"
    assert inbox.server.said(asked.number, private=True) == [], "she knows"
    assert [m.sender for m in await inbox.messages()][-2:] == [Sender.HUMAN, Sender.CONTACT]


async def test_handing_over_leaves_a_note_labels_a_team_and_opens_it(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    there = inbox.server.conversations[asked.number]
    there.labels = ["vip"]
    await inbox.change(hand_off)
    await inbox.settle()
    assert (there.status, there.labels, there.team_id) == ("open", ["vip", "derivado"], 5)
    [note] = inbox.server.said(asked.number, private=True)
    assert "Motivo: Pide una persona." in note
    conversation = await inbox.conversation()
    assert (conversation.status, conversation.status_actor) == (ConversationStatus.HANDED_OFF, Actor.AGENT)
    async with inbox.service.runtime.database.transaction(inbox.store.tenant_id) as tx:
        handoff = await tx.conversations.current_handoff(conversation.id)
    assert handoff is not None
    assert handoff.taken_at is None, "that it is open there is our own doing: nobody took it"


@pytest.mark.parametrize("at", ["messages", "labels", "assignments", "toggle_status"])
@pytest.mark.parametrize("is_accepted", [True, False])
async def test_whatever_fails_in_handing_over_it_is_done_once(inbox: Inbox, at: str, is_accepted: bool) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.faults.append(ChatwootFault(at, 503 if not is_accepted else 500, is_accepted, is_dropped=is_accepted))
    await inbox.change(hand_off)
    for _ in range(2):
        await inbox.settle()
    there = inbox.server.conversations[asked.number]
    assert (there.status, there.labels, there.team_id) == ("open", ["derivado"], 5)
    assert len(inbox.server.said(asked.number, private=True)) == 1


async def test_a_label_that_is_refused_keeps_nobody_waiting(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.faults.append(ChatwootFault("labels", 401))
    await inbox.change(hand_off)
    await inbox.settle()
    assert inbox.server.conversations[asked.number].status == "open"


async def test_given_back_it_answers_what_waits(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    before = len(inbox.server.said(asked.number))
    inbox.server.set_status(asked.number, "pending")
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED
    assert len(inbox.server.said(asked.number)) == before + 1


async def test_pending_but_still_someones_is_not_given_back(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.assign(asked.number, PERSON)
    inbox.server.set_status(asked.number, "pending")
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.HANDED_OFF
    inbox.server.assign(asked.number, None)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED


async def test_taken_back_by_us_it_is_pending_and_nobodys_there(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    await inbox.settle()
    inbox.server.assign(asked.number, PERSON)
    await inbox.settle()
    await inbox.change(hand_back, Actor.TIMEOUT, "Nadie la tomó a tiempo.")
    await inbox.settle()
    there = inbox.server.conversations[asked.number]
    assert (there.status, there.assignee) == ("pending", None)
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED


async def test_resolved_there_is_closed_here_and_the_next_word_begins_anew(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.set_status(asked.number, "resolved")
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.CLOSED
    inbox.server.shopper_says("otra cosa", asked.number)
    await inbox.settle()
    assert len(inbox.server.said(asked.number)) == 2


async def test_written_again_after_a_person_resolved_it_is_the_agents_and_nobodys(inbox: Inbox) -> None:
    """Chatwoot makes it pending and leaves its person: who would not see it."""
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.assign(asked.number, PERSON)
    inbox.server.set_status(asked.number, "open")
    inbox.server.set_status(asked.number, "resolved")
    await inbox.settle()
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    inbox.server.shopper_says("¿y sierras?", asked.number)
    inbox.server.events.rotate(-1)  # in any order
    await inbox.settle()
    assert (asked.status, asked.assignee) == ("pending", None)
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED
    assert len(inbox.server.said(asked.number)) > 1


async def test_what_waits_with_a_person_who_does_not_see_it_is_opened(inbox: Inbox) -> None:
    asked = inbox.server.comes_in()
    asked.assignee = PERSON
    inbox.server.shopper_says("¿hay alguien?", asked.number)
    await inbox.settle()
    assert (asked.status, asked.assignee) == ("open", PERSON)
    assert inbox.server.said(asked.number) == []


async def test_given_back_while_nobody_listened_it_is_answered_with_the_next_message(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    inbox.server.shopper_says("¿siguen ahí?", asked.number)
    await inbox.server.flush()
    assert (await inbox.conversation()).status is ConversationStatus.HANDED_OFF, "pending: nobody was told yet"
    await inbox.settle()
    before = len(inbox.server.said(asked.number))
    inbox.server.set_status(asked.number, "pending")
    inbox.server.events.clear()
    inbox.server.shopper_says("¿tienen martillos?", asked.number)
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED
    assert len(inbox.server.said(asked.number)) > before


async def test_news_that_was_overtaken_is_none(inbox: Inbox) -> None:
    asked = inbox.server.shopper_says("hola")
    await inbox.settle()
    inbox.server.set_status(asked.number, "open")
    late = list(inbox.server.events)
    inbox.server.set_status(asked.number, "pending")
    inbox.server.events.extend(late)
    await inbox.server.flush()
    assert (await inbox.conversation()).status is ConversationStatus.AUTOMATED


async def test_a_handoff_is_not_undone_by_its_own_labels(inbox: Inbox) -> None:
    """The label is written while it is still pending, and that is told."""
    inbox.server.shopper_says("hola")
    await inbox.settle()
    await inbox.change(hand_off)
    inbox.server.faults.append(ChatwootFault("toggle_status", 503))
    await inbox.settle()
    assert (await inbox.conversation()).status is ConversationStatus.HANDED_OFF
