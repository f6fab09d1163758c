"""What became of every message, by the tables and by what the providers took. All but the first lines must be 0."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.chaos.doors import Door
from tests.chaos.shoppers import Shopper, wanted_by
from tests.chaos.shops import PRODUCTS

_CONVERSATIONS = """
    SELECT c.id, c.address, c.channel_id, c.status, c.status_reason, c.answered_position,
        (SELECT count(*) FROM app.orders o WHERE o.conversation_id = c.id) AS order_count
    FROM app.conversations c
"""
_MESSAGES = """
    SELECT conversation_id, position, sender, text, delivery, delivery_error, turn_id, external_id
    FROM app.messages ORDER BY position
"""
_TURNS = "SELECT id, conversation_id, first_position, last_position FROM app.turns"
_CARTS = """
    SELECT c.conversation_id, v.sku, l.quantity FROM app.carts c JOIN app.cart_lines l ON l.cart_id = c.id
    JOIN app.variants v ON v.id = l.variant_id WHERE c.status = 'open'
"""
_ORDERS = """
    SELECT o.conversation_id, o.total, l.sku, l.quantity FROM app.orders o JOIN app.order_lines l ON l.order_id = o.id
"""
STUCK = """
    SELECT count(*) FROM jobs.procrastinate_jobs
    WHERE status IN ('todo', 'doing') AND task_name IN ('take_turn', 'send_message')
"""
_STUCK = """
    SELECT job.task_name, job.status::text, now() - worker.last_heartbeat AS heartbeat,
        now() - (SELECT max(at) FROM jobs.procrastinate_events event WHERE event.job_id = job.id) AS age
    FROM jobs.procrastinate_jobs job LEFT JOIN jobs.procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status IN ('todo', 'doing') AND job.task_name IN ('take_turn', 'send_message') ORDER BY job.status
"""
_FAULTS = {
    "lost", "doubled_replies", "doubled_sends", "cart_mismatches", "order_mismatches", "stuck_jobs", "late_stops",
    "crashes",
}  # fmt: skip
_SENT = {"sent", "delivered", "read"}


@dataclass
class Verdict:
    messages: int = 0
    answered: int = 0
    to_people: int = 0  # handed over: their answer cannot be told to have arrived
    orders: int = 0
    lost: int = 0
    doubled_replies: int = 0
    doubled_sends: int = 0
    cart_mismatches: int = 0
    order_mismatches: int = 0
    stuck_jobs: int = 0
    late_stops: int = 0  # processes that were told to stop and did not in time
    crashes: int = 0  # those that ended by themselves
    told: list[str] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)  # of conversations with people

    def faults(self) -> dict[str, int]:
        """Those that are not 0."""
        return {name: count for name, count in self._counts().items() if name in _FAULTS and count}

    def table(self) -> str:
        return "\n".join(f"  {name.replace('_', ' '):<18}{count:>6}" for name, count in self._counts().items())

    def _counts(self) -> dict[str, int]:
        return {name: count for name, count in asdict(self).items() if isinstance(count, int)}


def judge(owner_url: str, shoppers: Sequence[Shopper], doors: Sequence[Door]) -> Verdict:
    with psycopg.connect(owner_url, row_factory=dict_row) as connection:
        tables = {
            name: connection.execute(query).fetchall()
            for name, query in (
                ("conversations", _CONVERSATIONS), ("messages", _MESSAGES), ("turns", _TURNS), ("carts", _CARTS),
                ("orders", _ORDERS),
            )
        }  # fmt: skip
        stuck = connection.execute(_STUCK).fetchall()
    verdict = Verdict(stuck_jobs=len(stuck), told=[_told_of_job(row) for row in stuck])
    places = {(row["channel_id"], row["address"]): row for row in tables["conversations"]}
    for shopper in shoppers:
        row = places.get((shopper.door.channel_id, shopper.address))
        _judge_one(verdict, shopper, row, tables)
    verdict.doubled_sends += sum(door.repeated() for door in doors)
    return verdict


def _told_of_job(row: dict[str, Any]) -> str:
    heart = f"; its worker's heart beat {row['heartbeat'].total_seconds():.0f} s ago" if row["heartbeat"] else ""
    return f"{row['task_name']} is {row['status']} for {row['age'].total_seconds():.0f} s{heart}"


def _judge_one(
    verdict: Verdict, shopper: Shopper, row: dict[str, Any] | None, tables: dict[str, list[dict[str, Any]]]
) -> None:
    where = f"{shopper.door.name} {shopper.address}"
    verdict.messages += len(shopper.said)
    if row is None:
        verdict.lost += len(shopper.said)
        verdict.told.append(f"{where}: no conversation for {shopper.said}")
        return
    mine = {name: [each for each in rows if each.get("conversation_id") == row["id"]] for name, rows in tables.items()}
    inbound = [message for message in mine["messages"] if message["sender"] == "contact"]
    outbound = [message for message in mine["messages"] if message["sender"] != "contact"]
    missing = Counter(shopper.said) - Counter(message["text"] for message in inbound)
    doubled = Counter(message["text"] for message in inbound) - Counter(shopper.said)
    if missing:
        verdict.lost += missing.total()
        verdict.told.append(f"{where}: never kept {dict(missing)}")
    if doubled:
        verdict.doubled_replies += doubled.total()
        verdict.told.append(f"{where}: kept twice {dict(doubled)}")
    is_with_people = row["status"] == "handed_off"
    if is_with_people:
        verdict.reasons[f"{shopper.door.name}: {row['status_reason']}"] += 1
    for message in inbound:
        _judge_message(verdict, where, message, mine["turns"], outbound, is_with_people)
    covered = [
        message["text"]
        for message in inbound
        if any(turn["first_position"] <= message["position"] <= turn["last_position"] for turn in mine["turns"])
    ]
    _judge_cart(verdict, where, shopper, covered, mine)


def _judge_message(
    verdict: Verdict,
    where: str,
    message: dict[str, Any],
    turns: list[dict[str, Any]],
    outbound: list[dict[str, Any]],
    is_with_people: bool,
) -> None:
    by = [turn for turn in turns if turn["first_position"] <= message["position"] <= turn["last_position"]]
    if len(by) > 1:
        verdict.doubled_replies += len(by) - 1
        verdict.told.append(f"{where}: «{message['text']}» answered by {len(by)} turns")
    replies = [each for each in outbound if by and each["turn_id"] == by[0]["id"]]
    if replies and all(each["delivery"] in _SENT for each in replies):
        verdict.answered += 1
    elif is_with_people:
        verdict.to_people += 1
    else:
        verdict.lost += 1
        deliveries = [(each["delivery"], each["delivery_error"]) for each in replies]
        verdict.told.append(f"{where}: «{message['text']}» at {message['position']} has {deliveries or 'no answer'}")


def _judge_cart(
    verdict: Verdict, where: str, shopper: Shopper, covered: list[str], mine: dict[str, list[dict[str, Any]]]
) -> None:
    cart = {line["sku"]: line["quantity"] for line in mine["carts"]}
    order = {line["sku"]: line["quantity"] for line in mine["orders"]}
    verdict.orders += bool(order)
    wanted = wanted_by(covered)
    if (order or cart) != wanted or (order and cart):
        verdict.cart_mismatches += 1
        verdict.told.append(f"{where}: cart {cart}, order {order}, wanted {wanted}")
    total = sum(Decimal(PRODUCTS[sku][1]) * quantity for sku, quantity in order.items())
    is_right = len(order) == len(mine["orders"]) and all(line["total"] == total for line in mine["orders"])
    if not is_right or (shopper.has_ordered and not order):
        verdict.order_mismatches += 1
        verdict.told.append(f"{where}: order {mine['orders']}, told {shopper.has_ordered}")
