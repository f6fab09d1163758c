"""The data of the order being made: what is known, what is still to be asked, and taking an answer."""

from collections.abc import Mapping

from agent.order_data import OrderData, OrderField, Wrong, checked, checked_phone, fold
from agent.workspace import Workspace

# Used again without a question; where it goes is confirmed each time.
_REMEMBERED = ("name", "document", "rut", "legal_name", "activity", "phone", "email")


def known_data(workspace: Workspace) -> OrderData:
    """What was said for this order, then what the contact's last one was made with, then the number they write from."""
    context = workspace.context
    settings = context.order_settings
    before = context.known_data.model_copy(update={"fulfilment": "", "address": "", "commune": ""})
    offered = {name: value for name in _REMEMBERED if (value := getattr(before, name))}
    if offered.get("document") not in (None, *settings.documents):
        offered.pop("document")
    data = workspace.memory.order_data.over(OrderData.model_validate(offered))
    if not data.phone and (phone := own_phone(workspace)):
        data = data.model_copy(update={"phone": phone})
    return settings.with_defaults(data)


def own_phone(workspace: Workspace) -> str:
    """The number the contact writes from, where the channel's addresses are numbers."""
    address = workspace.context.address.removeprefix("whatsapp:")
    return checked_phone(address) if address.startswith("+") else ""


def order_data(workspace: Workspace) -> OrderData:
    """What goes with the order: nothing the shop has no use for."""
    data = known_data(workspace)
    settings = workspace.context.order_settings
    wanted = {field for field in OrderField if field.value in settings.required}
    if data.fulfilment:
        wanted |= {OrderField.FULFILMENT}
    if data.fulfilment == "delivery":
        wanted |= {OrderField.ADDRESS, OrderField.COMMUNE}
    if data.document:
        wanted |= {OrderField.DOCUMENT}
    if data.document == "factura":
        wanted |= {OrderField.RUT, OrderField.LEGAL_NAME, OrderField.ACTIVITY}
    said = {field for field in OrderField if getattr(workspace.memory.order_data, field)}
    kept = wanted | said if settings.asks else said
    if data.fulfilment == "pickup":
        kept -= {OrderField.ADDRESS, OrderField.COMMUNE}
    return OrderData.model_validate({field.value: getattr(data, field) for field in kept})


def missing_data(workspace: Workspace) -> OrderField | None:
    return workspace.context.order_settings.missing(known_data(workspace))


def last_place(workspace: Workspace) -> OrderData | None:
    """Where the contact's last order went, if it can go there again; to be confirmed, never assumed."""
    known, settings = workspace.context.known_data, workspace.context.order_settings
    if known.fulfilment not in settings.fulfilments:
        return None
    if known.fulfilment == "delivery" and not known.address:
        return None
    return OrderData(fulfilment=known.fulfilment, address=known.address, commune=known.commune)


def set_order_data(workspace: Workspace, values: Mapping[OrderField, str]) -> tuple[Wrong, ...]:
    """Take what is right of it; "" forgets a field, to be asked again. A summary shown before holds no more."""
    settings = workspace.context.order_settings
    wrong: list[Wrong] = []
    taken: dict[str, str] = {}
    for field, value in values.items():
        kept = checked(field, value, settings) if value else ""
        if isinstance(kept, Wrong):
            wrong.append(kept)
        else:
            taken[field.value] = kept
    if "address" in taken:
        taken.setdefault("commune", settings.commune_in(taken["address"]))
    if taken.get("address") and not taken.get("fulfilment") and "delivery" in settings.fulfilments:
        taken["fulfilment"] = "delivery"
    data = workspace.memory.order_data.model_copy(update=taken)
    if data != workspace.memory.order_data:
        workspace.remember(order_data=data, summary_id=None)
    return tuple(wrong)


def take_last_place(workspace: Workspace) -> bool:
    place = last_place(workspace)
    if place is None:
        return False
    workspace.remember(order_data=place.over(workspace.memory.order_data), summary_id=None)
    return True


def set_said_data(workspace: Workspace, values: Mapping[OrderField, str]) -> tuple[str, ...]:
    """As `set_order_data`, for a brain that may make things up: only what the shopper wrote is taken.

    Returns a code for each field that was not: "address: NOT_SAID", "rut: RUT_INVALID".
    """
    said = workspace.said_by_contact()
    heard = {field: value for field, value in values.items() if _is_said(field, value, said)}
    refused = [f"{field.value}: NOT_SAID" for field in values if field not in heard]
    return (*refused, *(f"{wrong.field.value}: {wrong.code}" for wrong in set_order_data(workspace, heard)))


def _is_said(field: OrderField, value: str, said: str) -> bool:
    if field in {OrderField.FULFILMENT, OrderField.DOCUMENT}:
        return True
    if field in {OrderField.RUT, OrderField.PHONE}:
        return "".join(filter(str.isalnum, fold(value))) in "".join(filter(str.isalnum, fold(said)))
    words = set(fold(said).split())
    return all(word in words for word in fold(value).split())
