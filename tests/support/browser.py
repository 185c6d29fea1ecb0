"""A real Chromium, driven by Playwright. The application runs in another process, never in the test's.

What a page complains about on its console (script errors, refused by the Content-Security-Policy) is collected
in `Browser.complaints`; a test that ends with complaints fails.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.support.until import PATIENCE

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SHELL = Path("/usr/bin/chromium-headless-shell")
"""The same without the parts that draw a desktop's window: a third less of the processor. Used where it is there."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
    "--use-fake-device-for-media-stream",
    "--font-render-hinting=none",
]
AXE = Path(__file__).resolve().parents[1] / "web" / "data" / "axe.min.js"
expect.set_options(timeout=5_000 * PATIENCE)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


class Browser:
    """Windows of one Chromium; each `window()` has cookies of its own."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium
        self.complaints: list[str] = []

    def window(self, width: int = 1366, height: int = 768, dark: bool = False, **more: Any) -> BrowserContext:
        context: BrowserContext = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="fr-FR",
            timezone_id="America/Lima",  # far from the account's zone: a page must not use the computer's
            **more,
        )
        context.set_default_timeout(10_000 * PATIENCE)
        context.on("console", self._listen)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context

    def _listen(self, message: ConsoleMessage) -> None:
        # Chromium itself reports every refused request; a test that wants one looks at the page.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@contextmanager
def chromium(whole: bool = False) -> Iterator[Browser]:
    """`whole`: with a microphone."""
    shell = SHELL.exists() and "CHROMIUM" not in os.environ and not whole
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=SHELL if shell else CHROMIUM, args=ARGUMENTS)
        try:
            yield Browser(running)
        finally:
            running.close()


def log_in(page: Page, url: str, account: str, login: str, password: str) -> None:
    page.goto(f"{url}/login")
    page.fill("#account", account)
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("form[action='/login'] button")
    page.wait_for_url(lambda address: "/login" not in address)


COLOURS = ["color-contrast", "link-in-text-block"]
"""Of the rules those that look at colours: the others find the same in both themes."""


def accessibility_faults(page: Page, colours_alone: bool = False) -> list[str]:
    """What axe-core finds against WCAG 2.1 A and AA, one line each. `colours_alone`: the page was looked at
    in its other theme."""
    # A button on its way from one colour to the other has neither's contrast.
    page.evaluate(
        "Promise.all(document.getAnimations().filter(one => Number.isFinite(one.effect?.getComputedTiming().endTime))"
        ".map(one => one.finished.catch(() => {})))"
    )
    # The page's own policy forbids foreign scripts; the driver's evaluation is not subject to it.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    wanted = {"type": "rule", "values": COLOURS} if colours_alone else {"type": "tag", "values": RULES}
    found = page.evaluate(
        "wanted => axe.run(document, {runOnly: wanted, resultTypes: ['violations']})", wanted
    )
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node.get('failureSummary', '')[:300]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
