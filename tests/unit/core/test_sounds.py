"""What a setting of sounds means for a caller: library, lists, shipped prompts, files of before."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fs_app.audio import prompts
from fs_app.audio.library import Library, ListInfo, Piece, SoundInfo
from fs_app.audio.prompts import Prompt
from fs_app.calls.context import Folders, Runtime
from fs_app.calls.sounds import MOST_PIECES, _filling, _in_turn, on_switch

MINE, OTHERS = 1, 2
LIBRARY = Library(
    {
        1: SoundInfo(
            1,
            MINE,
            "Welcome",
            "prompt",
            {"fr": Piece("library/1/1/f.wav", 10), "en": Piece("library/1/1/e.wav", 9)},
        ),
        2: SoundInfo(2, MINE, "Calm", "music", {"": Piece("library/1/2/m.wav", 60_000)}),
        3: SoundInfo(3, OTHERS, "Secret", "prompt", {"fr": Piece("library/2/3/s.wav", 10)}),
        4: SoundInfo(4, MINE, "Not made yet", "prompt"),
        5: SoundInfo(5, MINE, "Bright", "music", {"": Piece("library/1/5/b.wav", 30_000)}),
    },
    {
        1: ListInfo(1, MINE, "Evening", True, (2, 5, 3, 99)),
        2: ListInfo(2, OTHERS, "Theirs", False, (3,)),
    },
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("sound:12", Prompt("sound", 12)),
        ("list:3", Prompt("list", 3)),
        ("shipped:greeting", Prompt("shipped", name="greeting")),
        ("shipped:music/serene", Prompt("shipped", name="music/serene")),
        ("fr/greeting.wav", Prompt("file", name="fr/greeting.wav")),
        ("", None),
        ("sound:0", None),
        ("sound:1x", None),
        ("sound:-1", None),
        ("list:9999999999", None),
        ("shipped:../../etc/passwd", None),
        ("shipped:", None),
    ],
)
def test_a_setting_is_read(text: str, meant: Prompt | None) -> None:
    assert prompts.parse(text) == meant


@pytest.mark.parametrize(
    ("text", "languages", "paths"),
    [
        ("sound:1", ("en", "fr"), ["library/1/1/e.wav"]),
        ("sound:1", ("es", "fr"), ["library/1/1/f.wav"]),
        ("sound:1", ("es",), ["library/1/1/f.wav"]),
        ("sound:2", ("es",), ["library/1/2/m.wav"]),
        ("sound:3", ("fr",), []),
        ("sound:4", ("fr",), []),
        ("sound:99", ("fr",), []),
        ("list:1", ("fr",), ["library/1/2/m.wav", "library/1/5/b.wav"]),
        ("list:2", ("fr",), []),
        ("shipped:closed", ("es", "fr"), ["es/closed.wav"]),
        ("shipped:closed", ("de",), ["fr/closed.wav"]),
        ("shipped:music/serene", ("es",), ["music/serene.wav"]),
        ("fr/old.wav", ("en",), ["fr/old.wav"]),
    ],
)
def test_it_means_files_of_the_account_in_the_callers_language(
    text: str, languages: tuple[str, ...], paths: list[str]
) -> None:
    assert [piece.path for piece in LIBRARY.pieces(MINE, text, languages)] == paths


def test_the_switch_is_told_where_they_lie() -> None:
    folders = Folders("/sounds", "/var/library")
    assert on_switch(folders, "library/1/1/f.wav") == "/var/library/1/1/f.wav"
    assert on_switch(folders, "fr/closed.wav") == "/sounds/fr/closed.wav"
    assert on_switch("/recordings", "1/x.wav") == "/recordings/1/x.wav"
    for path in ("../x.wav", "/etc/passwd", "library/../../x"):
        with pytest.raises(ValueError, match="not inside"):
            on_switch(folders, path)


def test_a_stretch_is_filled_and_never_without_end() -> None:
    short, long = Piece("a", 40_000), Piece("b", 50_000)
    assert [piece.path for piece in _filling([short, long], 100)] == ["a", "b", "a"]
    assert [piece.path for piece in _filling([long], 40)] == ["b"]
    assert len(_filling([Piece("c", 10)], 300)) == MOST_PIECES
    assert len(_filling([Piece("unknown")], 300)) == 1


class Listener:
    """As much of a context as the choice of music asks for."""

    def __init__(self, shuffled: bool) -> None:
        lists = {1: ListInfo(1, MINE, "Evening", shuffled, (2, 5, 2))}
        self.catalog = SimpleNamespace(now=SimpleNamespace(library=Library(LIBRARY.sounds, lists)))
        self.music_turns: dict[str, int] = {}
        self.runtimes: dict[str, Runtime] = {}

    def runtime(self, call: Any) -> Runtime:
        return self.runtimes.setdefault(call.id, Runtime())

    def hears(self, call: str) -> list[str]:
        pieces = [Piece("a"), Piece("b"), Piece("c")]
        caller: Any = SimpleNamespace(id=call, account=MINE)
        context: Any = self
        return [piece.path for piece in _in_turn(context, caller, "list:1", pieces)]


def test_each_caller_begins_with_another_piece_and_goes_on_when_he_comes_back() -> None:
    ctx = Listener(shuffled=False)
    assert ctx.hears("first") == ["a", "b", "c"]
    assert ctx.hears("second") == ["b", "c", "a"]
    assert ctx.hears("first") == ["b", "c", "a"], "back from hold"
    assert ctx.hears("third") == ["c", "a", "b"]
    assert ctx.hears("fourth") == ["a", "b", "c"]


def test_a_shuffled_list_has_an_order_of_its_own_for_each_caller() -> None:
    ctx = Listener(shuffled=True)
    orders = {tuple(ctx.hears(f"caller {n}")) for n in range(30)}
    assert len(orders) > 3 and all(sorted(order) == ["a", "b", "c"] for order in orders)
