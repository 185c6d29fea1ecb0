"""Every page that people look at, as addresses over the facts of tests/support/webapp.py.

Two tests use the list: tests/web/test_screens.py opens each in a real browser, tests/unit/web/test_every_page.py
says which page of the program is missing from it.
"""

from __future__ import annotations

PAGES = (
    "/",
    "/calls",
    "/calls?q=nothing+like+this",
    "/calls/{call}",
    "/calls/{running}",
    "/callbacks",
    "/callbacks?q=nothing+like+this",
    "/status",
    "/nowhere",
    "/admin/people",
    "/admin/people?q=nothing+like+this",
    "/admin/people/new",
    "/admin/people/1",
    "/admin/people/1/deactivate",
    "/admin/queues",
    "/admin/queues/new",
    "/admin/queues/1",
    "/admin/queues/1/deactivate",
    "/admin/dispositions",
    "/admin/dispositions/1",
    "/admin/dispositions/1/items/1",
    "/admin/dispositions/1/items/1/remove",
    "/admin/reasons",
    "/admin/reasons/new",
    "/admin/numbers",
    "/admin/numbers/1",
    "/admin/dispositions/new",
    "/admin/dispositions/1/delete",
    "/admin/dispositions/1/items/new",
    "/admin/holidays",
    "/admin/holidays/new",
    "/admin/numbers/new",
    "/admin/numbers/1/deactivate",
    "/admin/opening",
    "/admin/reasons/1",
    "/admin/reasons/1/archive",
    "/admin/schedules",
    "/admin/schedules/new",
    "/admin/phones",
    "/admin/phones/1/password",
    "/recordings",
    "/recordings/{recording}/delete",
    "/admin/displays",
    "/admin/displays/new",
    "/admin/displays/1/revoke",
    "/admin/people/import",
    "/admin/profiles",
    "/admin/profiles/new",
    "/admin/queues/1/copy",
    "/admin/skills",
    "/admin/skills/grid",
    "/admin/skills/new",
    "/admin/audit",
)

ELSEWHERE = {
    "/supervision": "tests/e2e/test_supervision_browser.py, over a program at work",
    "/supervision/wall": "tests/e2e/test_supervision_browser.py",
    "/figures": "a part of the home page, asked for by its script",
    "/login": "opened first by the same browser test",
    "/agent": "tests/web/test_agent_page.py",
    "/admin/holidays/regions": "a fragment of the import form, tests/web/test_hours.py",
}
"""Pages that another browser test looks at, and which."""
