"""What the rules brain does for each kind of intent: one async function each, found through a table."""

from collections.abc import Awaitable, Callable

from agent.brains.rules.actions.asking import show_similar
from agent.brains.rules.actions.buying import buy
from agent.brains.rules.actions.changing import add_more, empty, keep_only, remove, replace_line, scale_line, set_line
from agent.brains.rules.actions.closing import cancel_order, check_out, repeat_order, show_cart, tell_status
from agent.brains.rules.actions.mentioning import mention, no, yes
from agent.brains.rules.actions.showing import advise, show, show_more, show_options, tell_price, tell_stock, tell_total
from agent.brains.rules.actions.talking import acknowledge, ask_for_human, greet, say_only, tell_catalogue, tell_shop
from agent.brains.rules.actions.wishing import notify
from agent.brains.rules.reading.intents import Intent, Kind
from agent.brains.rules.turn import Turn

Action = Callable[[Turn, Intent], Awaitable[None]]

ACTIONS: dict[Kind, Action] = {
    Kind.GREET: greet,
    Kind.HOW_ARE_YOU: say_only("talk.how_are_you"),
    Kind.THANK: say_only("talk.thanks"),
    Kind.BYE: say_only("talk.bye"),
    Kind.LAUGH: say_only("talk.laugh"),
    Kind.JOKE: say_only("talk.off_topic"),
    Kind.INSULT: say_only("talk.insult"),
    Kind.BOT: say_only("talk.bot"),
    Kind.HELP: say_only("talk.help"),
    Kind.ATTACHMENT: say_only("talk.attachment"),
    Kind.CATALOGUE: tell_catalogue,
    Kind.HUMAN: ask_for_human,
    Kind.SHOP: tell_shop,
    Kind.SHOW: show,
    Kind.PRICE: tell_price,
    Kind.STOCK: tell_stock,
    Kind.MORE: show_more,
    Kind.SIMILAR: show_similar,
    Kind.OPTIONS: show_options,
    Kind.TOTAL: tell_total,
    Kind.ADVICE: advise,
    Kind.LATER: say_only("talk.let_be"),
    Kind.LOOKING: say_only("talk.looking"),
    Kind.DEAR: say_only("talk.dear"),
    Kind.BUY: buy,
    Kind.ADD_MORE: add_more,
    Kind.SET: set_line,
    Kind.SCALE: scale_line,
    Kind.REMOVE: remove,
    Kind.KEEP: keep_only,
    Kind.REPLACE: replace_line,
    Kind.EMPTY: empty,
    Kind.CART: show_cart,
    Kind.CHECKOUT: check_out,
    Kind.STATUS: tell_status,
    Kind.CANCEL: cancel_order,
    Kind.NOTIFY: notify,
    Kind.REPEAT: repeat_order,
    Kind.ASIDE: acknowledge,
    Kind.ELSE: say_only("ask.what_else"),
    Kind.YES: yes,
    Kind.NO: no,
    Kind.MENTION: mention,
}
