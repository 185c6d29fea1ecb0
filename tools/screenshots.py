"""The pictures of the main screens, `docs/screenshots/*.png`, taken in a real browser (`make screenshots`).

Without options a demonstration is started in a temporary folder and ended afterwards. With `--url` a running
one is used; then it needs the passwords that were printed at its first start:

    tools/screenshots.py --url http://127.0.0.1:8080 --login agent:amina:PASSWORD --login supervisor:sophie:PASSWORD

`--all FOLDER` writes every screen in both themes, three languages and two sizes there instead: for looking at
a change, not for the repository.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from fs_app.sim.ports import free_port  # noqa: E402
from tests.support.browser import Browser, chromium, log_in  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
SIZES = ((1366, 768), (1024, 768))
LANGUAGES = ("fr", "en", "es")
START_S = 60
CALL_S = 120
"""How long a caller of the demonstration may be waited for."""

PASSING_S = 420
SCREENS = (
    ("home", "/"),
    ("calls", "/calls"),
    ("supervision", "/supervision"),
    ("callbacks", "/callbacks"),
    ("recordings", "/recordings"),
    ("status", "/status"),
)
ENOUGH_CALLS = 4


@dataclass(frozen=True)
class Demo:
    """`logins`: role → [(login, password)]."""

    url: str
    account: str
    logins: dict[str, list[tuple[str, str]]]


def main() -> None:
    options = _options()
    with contextlib.ExitStack() as stack:
        demo = _given(options) if options.url else stack.enter_context(_own_demo())
        browser = stack.enter_context(chromium())
        agents = [_agent_at_work(browser, demo, *login) for login in demo.logins["agent"]]
        _let_some_calls_pass(browser, demo, agents)
        agent = agents[0]
        if options.all:
            for language in LANGUAGES:
                for dark in (False, True):
                    for size in SIZES:
                        _take(browser, demo, agent, options.all, language, dark, size, whole_name=True)
        else:
            OUT.mkdir(parents=True, exist_ok=True)
            for dark in (False, True):
                _take(browser, demo, agent, OUT, "fr", dark, SIZES[0], whole_name=False)
        for complaint in browser.complaints:
            print(f"the browser complains: {complaint}", file=sys.stderr)
        if browser.complaints:
            raise SystemExit(1)


def _take(
    browser: Browser,
    demo: Demo,
    agent: Page,
    folder: Path,
    language: str,
    dark: bool,
    size: tuple[int, int],
    *,
    whole_name: bool,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme = "dark" if dark else "light"
    suffix = f"{language}-{theme}-{size[0]}" if whole_name else theme

    def shot(page: Page, name: str) -> None:
        page.wait_for_timeout(300)  # fonts and curves: nothing to wait for by name
        for attempt in range(3):
            try:
                page.screenshot(path=folder / f"{name}-{suffix}.png")
                break
            except BrowserError:
                # Chromium without a GPU now and then refuses the first capture of a new window.
                if attempt == 2:
                    raise
        print(f"{name}-{suffix}.png", flush=True)

    with _window(browser, dark, size) as window:
        page = window.new_page()
        page.goto(f"{demo.url}/login")
        page.click(f".flag[value={language}]")
        shot(page, "login")
        log_in(page, demo.url, demo.account, *demo.logins["supervisor"][0])
        for name, path in SCREENS:
            page.goto(demo.url + path)
            page.wait_for_load_state("networkidle")
            shot(page, name)
        page.goto(f"{demo.url}/calls?outcome=answered")
        rows = page.locator("tr", has=page.locator('a[href$="#recording"]'))
        if rows.count():
            # Not the newest: that one may still wait for its verdict.
            rows.nth(min(2, rows.count() - 1)).locator("a").first.click()
            page.wait_for_load_state("networkidle")
            shot(page, "call")
        page.goto(f"{demo.url}/")
        if language != "fr":
            page.click(".flag[value=fr]")
    if demo.logins.get("admin"):
        with _window(browser, dark, size) as window:
            page = window.new_page()
            page.goto(f"{demo.url}/login")
            page.click(f".flag[value={language}]")
            log_in(page, demo.url, demo.account, *demo.logins["admin"][0])
            menu_at_work(page, demo.url)
            shot(page, "menu")
    agent.emulate_media(color_scheme=theme)
    agent.set_viewport_size({"width": size[0], "height": size[1]})
    if language != "fr" or agent.locator("html").get_attribute("lang") != language:
        _speak(agent, demo, language)
    _in_call(agent)
    shot(agent, "agent")


def menu_at_work(page: Page, url: str) -> None:
    """The demonstration's voice menu in its editor, with a caller who has pressed a key."""
    page.goto(f"{url}/admin/flows")
    page.locator("tbody a").first.click()
    page.wait_for_selector(".fl-node")
    page.click("#fl-tab-try")
    page.locator(".fl-try .form-switch input").uncheck()
    page.locator(".fl-try .btn-primary").click()
    for key in ("1", "2"):
        page.locator(".fl-pad .btn", has_text=key).click()
        page.wait_for_timeout(500)


def _let_some_calls_pass(browser: Browser, demo: Demo, agents: list[Page]) -> None:
    """Until lists and figures have something to show; the agents give their verdicts meanwhile."""
    with _window(browser, False, SIZES[0]) as window:
        page = window.new_page()
        log_in(page, demo.url, demo.account, *demo.logins["supervisor"][0])
        end = time.monotonic() + PASSING_S
        while time.monotonic() < end:
            for number, agent in enumerate(agents):
                _qualify_if_due(agent, str(1 + number * 2))
            page.goto(f"{demo.url}/calls?outcome=answered")
            if page.locator('a[href$="#recording"]').count() >= ENOUGH_CALLS:
                return
            page.wait_for_timeout(1000)
    print("few calls have ended: the pictures show little", file=sys.stderr)


def _qualify_if_due(page: Page, key: str) -> None:
    if page.locator("[data-state=WRAP_UP]").count():
        page.keyboard.press(key)
        page.wait_for_timeout(300)
        page.keyboard.press("F9")


def _agent_at_work(browser: Browser, demo: Demo, login: str, password: str) -> Page:
    """An agent who has taken his place and is available; the page stays open, so that calls come."""
    page = browser.window(*SIZES[0]).new_page()
    log_in(page, demo.url, demo.account, login, password)
    page.goto(f"{demo.url}/agent")
    begin = page.locator(".gate-card .btn-primary")
    begin.click()
    begin.wait_for(state="detached")
    if page.locator("[data-state=UNAVAILABLE]").count():
        page.locator(".availability").first.click()
        page.locator(".availability-menu button, [role=menuitem], [role=menuitemradio]").first.click()
    return page


def _speak(page: Page, demo: Demo, language: str) -> None:
    """The agent chooses another language; the page is loaded again."""
    token = page.locator('meta[name="csrf-token"]').get_attribute("content") or ""
    page.request.post(
        f"{demo.url}/language",
        form={"language": language, "csrf_token": token},
        headers={"Referer": demo.url, "Accept": "application/json"},
    )
    page.goto(f"{demo.url}/agent")


def _in_call(page: Page) -> None:
    """Wait for a conversation; a call that waits for its verdict meanwhile gets the first one."""
    end = time.monotonic() + CALL_S
    while time.monotonic() < end:
        state = page.locator("[data-state]").first.get_attribute("data-state")
        if state == "IN_CALL":
            return
        _qualify_if_due(page, "2")
        page.wait_for_timeout(250)
    print("no call came: the agent's page is shown without one", file=sys.stderr)


@contextlib.contextmanager
def _window(browser: Browser, dark: bool, size: tuple[int, int]) -> Iterator[BrowserContext]:
    window = browser.window(*size, dark=dark)
    try:
        yield window
    finally:
        window.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", default="")
    parser.add_argument("--account", default="demo")
    parser.add_argument("--login", action="append", default=[], metavar="ROLE:LOGIN:PASSWORD")
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    return parser.parse_args()


def _given(options: argparse.Namespace) -> Demo:
    logins: dict[str, list[tuple[str, str]]] = {}
    for text in options.login:
        role, login, password = text.split(":", 2)
        logins.setdefault(role, []).append((login, password))
    if {"agent", "supervisor"} - set(logins):
        raise SystemExit("--url needs --login agent:…:… and --login supervisor:…:…")
    return Demo(options.url.rstrip("/"), options.account, logins)


@contextlib.contextmanager
def _own_demo() -> Iterator[Demo]:
    """`fs-app run --demo` in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "FS_APP_DATA_DIR": folder,
            **{
                f"FS_APP_{name}_LISTEN": f"127.0.0.1:{free_port()}"
                for name in ("WEB", "OUTBOUND", "DIRECTORY")
            },
        }
        said = Path(folder) / "said.log"
        with said.open("w") as output:
            program = subprocess.Popen(
                [sys.executable, "-m", "fs_app", "run", "--demo"],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield _started(program, said)
        except BaseException:
            print(said.read_text()[-4000:], file=sys.stderr)
            raise
        finally:
            program.terminate()
            try:
                program.wait(20)
            except subprocess.TimeoutExpired:
                program.kill()


def _started(program: subprocess.Popen[bytes], said: Path) -> Demo:
    """What the program prints at its first start: account, logins, at last its address."""
    end = time.monotonic() + START_S
    while time.monotonic() < end and program.poll() is None:
        text = said.read_text()
        if "   switch: " not in text:
            time.sleep(0.2)
            continue
        url = re.search(r"^(http://\S+?)/\s", text, re.M)
        account = re.search(r"^account.*: (\S+)", text, re.M)
        if url is None or account is None:
            break
        logins: dict[str, list[tuple[str, str]]] = {}
        for role, login, password in re.findall(
            r"^\s+(agent|supervisor|admin)\s+(\S+)\s+password (\S+)", text, re.M
        ):
            logins.setdefault(role, []).append((login, password))
        return Demo(url[1], account[1], logins)
    raise SystemExit(f"the demonstration did not start within {START_S} s")


if __name__ == "__main__":
    main()
