"""How long the agent's page takes to be ready, and what its first load weighs, in a real Chromium on this machine.

    python -m tests.bench.page [--rounds 10] [--json]

Each round is a browser that knows nothing yet (nothing in the cache), logged in, that opens the page; and once more
with all in its cache, as a reload. Ready: the toolbar shows the state that the server sent, and a frame was drawn.
"""

from gevent import monkey

monkey.patch_all()

import statistics  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import click  # noqa: E402
from playwright.sync_api import BrowserContext  # noqa: E402

from fs_app.bench.figures import Goal, spread, tell  # noqa: E402
from tests.support.browser import Browser, chromium, log_in  # noqa: E402
from tests.support.deskprocess import DeskProcess  # noqa: E402
from tests.support.until import until  # noqa: E402

READY = """
window.__ready = 0;
const look = () => {
  if (window.__ready || !document.querySelector('.state-chip[data-state]')) return;
  window.__ready = -1;
  requestAnimationFrame(() => requestAnimationFrame(() => { window.__ready = performance.now(); }));
};
new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
"""
GOAL_READY_MS = 1000.0
GOAL_BYTES = 300_000


def measured(window: BrowserContext, url: str) -> tuple[float, int, int]:
    """Ms until the page is ready, bytes over the line until then and after, and how many requests."""
    page = window.new_page()
    session = window.new_cdp_session(page)
    session.send("Network.enable")
    arrived: list[int] = []
    session.on("Network.loadingFinished", lambda event: arrived.append(round(event["encodedDataLength"])))
    page.goto(f"{url}/agent", wait_until="commit")
    page.locator(".state-chip[data-state]").wait_for(timeout=30_000)
    ready = float(until(lambda: max(0, page.evaluate("window.__ready")), 10.0, what="a frame was drawn"))
    page.wait_for_load_state("networkidle")
    page.close()
    return ready, sum(arrived), len(arrived)


def rounds(browser: Browser, desk: DeskProcess, number: int) -> dict[str, float]:
    door = browser.window()
    log_in(door.new_page(), desk.url, "demo", "elodie", desk.password)
    state: Any = door.storage_state()
    door.close()
    first, again, weights, requests = [], [], [], []
    for _ in range(number):
        window = browser.window(storage_state=state)
        window.add_init_script(READY)
        ready, weight, asked = measured(window, desk.url)
        first.append(ready)
        weights.append(weight)
        requests.append(asked)
        again.append(measured(window, desk.url)[0])
        window.close()
    return {
        **spread(first, "page_ready"),
        **spread(again, "page_again_ready"),
        "page_first_load_bytes": statistics.median(weights),
        "page_first_load_requests": statistics.median(requests),
    }


@click.command(help=__doc__)
@click.option("--rounds", "number", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "json_output", is_flag=True, help="One JSON object on the last line.")
def main(number: int, json_output: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = DeskProcess(Path(folder))
        try:
            with chromium() as browser:
                figures = rounds(browser, desk, number)
        finally:
            desk.stop()
    goals = [Goal("page_ready_p50_ms", GOAL_READY_MS), Goal("page_first_load_bytes", GOAL_BYTES)]
    raise SystemExit(tell("page", figures, goals, json_output))


if __name__ == "__main__":
    main()
