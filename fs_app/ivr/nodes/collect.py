"""Type your customer number: several digits into a variable."""

from __future__ import annotations

from fs_app.ivr import asking, words
from fs_app.ivr.spec import Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn

FINISH = {"hash": "#", "star": "*", "none": ""}


def question(turn: Turn) -> tuple[str, ...]:
    return turn.files(turn.value("prompts"))


def enter(turn: Turn) -> None:
    if not turn.run.keys:
        asking.say(turn, question(turn))
    else:
        typed(turn)


def tell(turn: Turn, event: words.Event) -> None:
    match event:
        case words.Key():
            turn.hush()
            typed(turn)
        case words.SoundOver():
            turn.wait(turn.value("timeout_s"))
        case words.TimeUp() if not turn.state.get("digits"):
            asking.failed(turn, "no_input", "no_input_prompts", question)
        case words.TimeUp():
            judge(turn)
        case _:
            pass


def typed(turn: Turn) -> None:
    """Take what was typed; more than enough is left for the next node, but for the key that ends it: many press it
    although the last digit was enough."""
    finish, most = FINISH.get(turn.value("finish"), ""), turn.value("most")
    digits = turn.state.get("digits", "")
    while key := turn.take_key():
        if key == finish:
            turn.state["digits"] = digits
            judge(turn)
            return
        digits += key
        if len(digits) >= most:
            turn.state["digits"] = digits
            if turn.run.keys[:1] == finish:
                turn.take_key()
            else:
                turn.run.habit = finish
            judge(turn)
            return
    turn.state["digits"] = digits
    turn.wait(turn.value("between_s"))


def judge(turn: Turn) -> None:
    digits = turn.state.pop("digits", "")
    if len(digits) < turn.value("least") or not digits.isdigit():
        asking.failed(turn, "wrong", "wrong_prompts", question)
        return
    turn.set(turn.value("variable"), digits, secret=bool(turn.value("secret")))
    turn.leave("next")


KIND = NodeKind(
    "collect",
    "ask",
    "dialpad",
    params=(
        Param("prompts", ParamKind.PROMPTS, required=True, least=1),
        Param("variable", ParamKind.VARIABLE, required=True, default="digits"),
        Param("least", ParamKind.INTEGER, default=1, least=1, most=32),
        Param("most", ParamKind.INTEGER, default=10, least=1, most=32),
        Param("finish", ParamKind.CHOICE, default="hash", choices=tuple(FINISH)),
        Param("between_s", ParamKind.INTEGER, default=4, least=1, most=10),
        Param("secret", ParamKind.FLAG, default=False),
        *asking.AGAIN,
    ),
    outs=(
        Exit("next"),
        Exit("no_input"),
        Exit("wrong", optional=True, otherwise="no_input"),
        Exit("error", optional=True),
    ),
    enter=enter,
    tell=tell,
    hears=True,
)
