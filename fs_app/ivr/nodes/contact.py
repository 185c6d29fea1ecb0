"""Who calls? What is known of a contact becomes variables `contact_…`."""

from __future__ import annotations

from collections.abc import Mapping

from fs_app.ivr import asking_the_world, words
from fs_app.ivr.mapping import plain
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.template import is_name
from fs_app.ivr.turn import Turn

SOON_S = 3
MOST_FIELDS = 40


def enter(turn: Turn) -> None:
    number = turn.text("number").strip()
    if not number:
        turn.leave("unknown", "no number")
        return
    turn.ask(lambda token: words.FindContact(token, number))
    asking_the_world.begin(turn)


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.Answered(value=Mapping() as fields) if fields:
            known(turn, fields)
        case words.Answered():
            turn.leave("unknown")
        case words.Failed(why=why):
            turn.leave("error", why)
        case _:
            asking_the_world.tell(turn, event, SOON_S)


def known(turn: Turn, fields: Mapping[object, object]) -> None:
    for name, value in list(fields.items())[:MOST_FIELDS]:
        variable = f"contact_{name}"
        if is_name(variable) and isinstance(value, str | int | float):
            turn.set(variable, plain(value))
    turn.leave("found")


KIND = NodeKind(
    "contact",
    "data",
    "address-book",
    params=(Param("number", ParamKind.TEMPLATE, default="{{call_number}}", most=200),),
    outs=(
        Exit("found"),
        Exit("unknown"),
        Exit("timeout", optional=True, otherwise="error"),
        Exit("error", optional=True, otherwise="unknown"),
    ),
    enter=enter,
    tell=tell,
)
