"""The data of an order: taking what the shopper says of it, one question at a time, until there is a summary."""

from agent.brains.rules.products.outcome import Outcome
from agent.brains.rules.products.searching import search
from agent.brains.rules.reading.intents import Kind
from agent.brains.rules.reading.normalise import cap
from agent.brains.rules.reading.order_answers import (
    Said,
    answer_to,
    is_same_place,
    is_stopping,
    lacks_it,
    named_field,
    said_data,
)
from agent.brains.rules.reading.unasked import signed_name, unasked_data
from agent.brains.rules.turn import Turn
from agent.confirmation import Answer, read_answer
from agent.order_data import OrderField, Wrong
from agent.tools.order_data import known_data, set_order_data, take_last_place
from agent.tools.orders import data_question

_WRONG = {
    (OrderField.RUT, "RUT_INVALID"): "data.wrong_rut",
    (OrderField.PHONE, "PHONE_INVALID"): "data.wrong_phone",
    (OrderField.EMAIL, "EMAIL_INVALID"): "data.wrong_email",
    (OrderField.ADDRESS, "TEXT_INVALID"): "data.wrong_address",
}
_DATA_TOPICS = frozenset({"el despacho", "boletas y facturas", "la dirección"})
_TAPS = {"data:delivery": "delivery", "data:pickup": "pickup", "data:boleta": "boleta", "data:factura": "factura"}
_ENDING = frozenset({Kind.HUMAN, Kind.EMPTY})
_COURTESIES = frozenset(
    {Kind.GREET, Kind.THANK, Kind.YES, Kind.HOW_ARE_YOU, Kind.LAUGH, Kind.ASIDE, Kind.NO, Kind.DEAR}
)


async def hear_order_data(turn: Turn) -> bool:
    """Whether the whole message was about the data of the order: an answer, a correction, or no more of it."""
    context = turn.workspace.context
    if any(intent.kind in _ENDING for intent in turn.intents):
        turn.workspace.remember(asked=None, offered_last_place=False)
        return False
    if not context.order_settings.asks or not turn.workspace.lines:
        turn.workspace.remember(asked=None, offered_last_place=False)
        return _hear_beside(turn) or await _hear_name(turn)
    if turn.before.asked is not None:
        return _hear_answer(turn, turn.before.asked)
    if turn.before.summary_id is not None or turn.before.order_data.known():
        return _hear_correction(turn) or await _hear_name(turn)
    return _hear_beside(turn)


def _text(turn: Turn) -> str:
    """What was written, no longer than one reads for an answer."""
    return cap(turn.workspace.context.text)


def _hear_answer(turn: Turn, asked: OrderField) -> bool:
    text = _text(turn)
    if turn.before.offered_last_place and (taken := _answer_to_last_place(turn, text)) is not None:
        return taken
    if is_stopping(text):
        return _leave(turn)
    if said := _tapped(turn) or answer_to(asked, text, turn.intents):
        return _take(turn, said)
    if is_same_place(text) and take_last_place(turn.workspace):
        return _go_on(turn)
    if (field := named_field(text)) is not None:
        set_order_data(turn.workspace, {field: ""})
        return _go_on(turn)
    if [intent.kind for intent in turn.intents] in ([Kind.NO], [Kind.LATER], [Kind.CANCEL]):
        return _leave(turn)
    return _hear_otherwise(turn, asked, text)


def _leave(turn: Turn) -> bool:
    turn.workspace.remember(asked=None, offered_last_place=False, summary_id=None)
    turn.reply.close("data.left")
    return True


def _hear_otherwise(turn: Turn, asked: OrderField, text: str) -> bool:
    """No answer: asked again, kindly, unless the message is about something else."""
    if lacks_it(text):
        turn.reply.tell("data.needed")
    elif _is_about_something_else(turn):
        return False
    elif asked is OrderField.ADDRESS and turn.intents:
        turn.reply.close("data.wrong_address")
        return True
    return _go_on(turn)


def _answer_to_last_place(turn: Turn, text: str) -> bool | None:
    """To «¿te lo mandamos a … como la otra vez?»; None when it says neither yes nor no."""
    answer = read_answer(text)
    if answer is Answer.YES or is_same_place(text):
        take_last_place(turn.workspace)
        return _go_on(turn)
    said = answer_to(OrderField.FULFILMENT, text, turn.intents)
    words = text.casefold()
    is_elsewhere = any(word in words for word in ("otra", "otro", "dirección", "direccion"))
    if said or answer is Answer.NO or is_elsewhere:
        turn.workspace.remember(declined_last_place=True)
    if said:
        return _take(turn, said)
    if answer is Answer.NO:
        return _go_on(turn)
    if is_elsewhere:
        set_order_data(turn.workspace, {OrderField.FULFILMENT: "delivery"})
        return _go_on(turn)
    return None


def _is_about_something_else(turn: Turn) -> bool:
    aside = {Kind.GREET, Kind.THANK, Kind.YES, Kind.MENTION, Kind.LAUGH, Kind.HOW_ARE_YOU, Kind.ASIDE}
    is_asking = any(intent.is_question for intent in turn.intents)
    return is_asking or any(intent.kind not in aside or intent.quantity for intent in turn.intents)


def _hear_correction(turn: Turn) -> bool:
    """After a summary, or on the way to one that was left: "mejor retiro", "la dirección es otra"."""
    text = _text(turn)
    if "?" in text:
        return False
    said = said_data(text, wants_address=True)
    is_of_data = all(
        intent.kind in {Kind.MENTION, Kind.YES, Kind.NO, Kind.GREET, Kind.THANK, Kind.ELSE, Kind.REPLACE, Kind.ASIDE}
        or (intent.kind is Kind.SHOP and intent.words in _DATA_TOPICS)
        or (intent.kind not in {Kind.REMOVE, Kind.SHOP} and said_data(intent.asked, wants_address=True))
        for intent in turn.intents
    )
    if said and is_of_data:
        return _take(turn, said)
    if (field := named_field(text)) is not None and turn.before.summary_id is not None:
        set_order_data(turn.workspace, {field: ""})
        if getattr(known_data(turn.workspace), field):  # known from an earlier order: asked for all the same
            ask_for(turn, field)
            return True
        return _go_on(turn)
    return _hear_beside(turn)


def _hear_beside(turn: Turn) -> bool:
    """ "Cierra el pedido, retiro en tienda y con boleta", "soy Ana Rojas, mándalo a Los Aromos 345": what comes along
    unasked is taken too. Whether there was nothing else in the message."""
    said, told = unasked_data(_text(turn), turn.intents)
    if not said:
        return False
    wrong = set_order_data(turn.workspace, said)
    turn.intents = [intent for intent in turn.intents if intent not in told]
    if any(intent.kind not in _COURTESIES for intent in turn.intents):
        return False
    if wrong:
        _tell_wrong(turn, wrong[0])
    elif turn.workspace.lines:
        return _go_on(turn)
    else:
        turn.reply.open("talk.noted")
        turn.reply.close("ask.what")
    return True


async def _hear_name(turn: Turn) -> bool:
    """ "Carla Muñoz", under a summary: who orders, where the shop sells nothing called so."""
    name = signed_name(_text(turn)) if turn.before.summary_id is not None and turn.workspace.lines else ""
    if not name or [intent.kind for intent in turn.intents] != [Kind.MENTION]:
        return False
    query = turn.memory.query
    finding = await search(turn, turn.intents[0].words, turn.intents[0].filters)
    turn.workspace.remember(query=query)
    if finding.outcome is not Outcome.NONE or set_order_data(turn.workspace, {OrderField.NAME: name}):
        return False
    return _go_on(turn)


def _tapped(turn: Turn) -> Said:
    choice = turn.workspace.context.messages[-1].choice
    value = _TAPS.get(choice or "")
    if value is None:
        return {}
    return {OrderField.FULFILMENT if value in {"delivery", "pickup"} else OrderField.DOCUMENT: value}


def _take(turn: Turn, said: Said) -> bool:
    wrong = set_order_data(turn.workspace, said)
    if not wrong:
        return _go_on(turn)
    _tell_wrong(turn, wrong[0])
    return True


def _tell_wrong(turn: Turn, wrong: Wrong) -> None:
    settings = turn.workspace.context.order_settings
    if wrong.code == "NOT_OFFERED":
        if wrong.field is OrderField.FULFILMENT:
            key = "data.no_delivery" if "pickup" in settings.fulfilments else "data.no_pickup"
            turn.workspace.facts.add_texts([settings.pickup_address])
            turn.reply.tell(key, **({"place": settings.pickup_address} if key == "data.no_delivery" else {}))
        else:
            turn.reply.tell("data.no_factura" if "boleta" in settings.documents else "data.no_boleta")
        _go_on(turn)
        return
    turn.reply.close(_WRONG.get((wrong.field, wrong.code), "data.wrong_text"))
    turn.workspace.remember(asked=wrong.field, summary_id=None)


def _go_on(turn: Turn) -> bool:
    turn.wants_to_close = True
    return True


def ask_for(turn: Turn, field: OrderField) -> None:
    """Close the reply with the question for this datum."""
    question = data_question(turn.workspace, field)
    turn.workspace.remember(
        asked=field, offered_last_place=question.offers_last_place, pending=None, summary_id=None, waiting=()
    )
    turn.reply.close(question.key, **question.values)
    turn.reply.choices.clear()
    for identifier, title in _choices(turn, field) if not question.offers_last_place else ():
        turn.reply.offer(identifier, title)


def _choices(turn: Turn, field: OrderField) -> tuple[tuple[str, str], ...]:
    if field is OrderField.FULFILMENT:
        return ("data:delivery", "Despacho"), ("data:pickup", "Retiro en tienda")
    if field is OrderField.DOCUMENT:
        return ("data:boleta", "Boleta"), ("data:factura", "Factura")
    return ()
