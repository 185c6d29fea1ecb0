"""Ask a web service, and keep parts of its answer in variables."""

from __future__ import annotations

from fs_app.ivr import asking_the_world, template, words
from fs_app.ivr.mapping import picked
from fs_app.ivr.spec import MOST_ENTRIES, Exit, NodeKind, Param, ParamKind
from fs_app.ivr.turn import Turn

CONTENT = {
    "json": ("application/json", template.as_json),
    "form": ("application/x-www-form-urlencoded", template.as_url),
    "text": ("text/plain; charset=utf-8", template.as_text),
}
"""How a value is escaped depends on where it goes."""

WITH_BODY = ("POST", "PUT", "PATCH")


def enter(turn: Turn) -> None:
    turn.ask(lambda token: words.Fetch(token, request(turn)))
    asking_the_world.begin(turn, turn.value("prompts"))


def request(turn: Turn) -> words.Request:
    variables = turn.run.variables
    kind, escape = CONTENT[turn.value("content_type")]
    with_body = turn.value("method") in WITH_BODY
    return words.Request(
        method=turn.value("method"),
        url=turn.text("url", template.as_url),
        headers=tuple(
            (h["name"], template.filled(h["value"], variables, template.as_header))
            for h in turn.value("headers")
        ),
        body=turn.text("body", escape) if with_body else "",
        content_type=kind if with_body else "",
        timeout_s=turn.value("timeout_s"),
    )


def tell(turn: Turn, event: words.Event) -> None:
    """What is being said is said to its end, then the caller goes on."""
    match event:
        case words.Answered(value={"status": int() as status, **rest}):
            turn.set("call_http_status", str(status))
            if 200 <= status < 300:
                for variable, value in picked(turn.value("mapping"), rest.get("json")):
                    turn.set(variable, value)
                then(turn, "ok", str(status))
            else:
                then(turn, "status", str(status))
        case words.Answered():
            then(turn, "error", "no answer")
        case words.Failed(why="timeout"):
            then(turn, "timeout", "timeout")
        case words.Failed(why=why):
            then(turn, "error", why)
        case words.SoundOver() if "then" in turn.state:
            turn.leave(turn.state["then"], turn.state["why"])
        case _:
            asking_the_world.tell(turn, event, turn.value("timeout_s") + asking_the_world.QUIET_S)


def then(turn: Turn, way: str, why: str) -> None:
    if turn.run.sound:
        turn.state.update({"then": way, "why": why})
    else:
        turn.leave(way, why)


KIND = NodeKind(
    "http",
    "data",
    "world-www",
    params=(
        Param("method", ParamKind.CHOICE, default="GET", choices=("GET", "POST", "PUT", "PATCH", "DELETE")),
        Param("url", ParamKind.URL, required=True, most=1000),
        Param("headers", ParamKind.HEADERS, default=[], most=MOST_ENTRIES),
        Param("content_type", ParamKind.CHOICE, default="json", choices=tuple(CONTENT)),
        Param("body", ParamKind.TEMPLATE, default="", most=8000),
        Param("timeout_s", ParamKind.INTEGER, default=5, least=1, most=20),
        Param("mapping", ParamKind.MAPPING, default=[], most=MOST_ENTRIES),
        Param("prompts", ParamKind.PROMPTS, default=["shipped:one_moment"]),
    ),
    outs=(
        Exit("ok"),
        Exit("status", optional=True, otherwise="error"),
        Exit("timeout", optional=True, otherwise="error"),
        Exit("error"),
    ),
    enter=enter,
    tell=tell,
    implied=lambda params: [("shipped:one_moment", "")],
)
