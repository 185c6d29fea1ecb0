"""A real Chromium, driven by Playwright in a process of its own thread-free world: see `Browser`.

Playwright's synchronous interface does not live under gevent's monkey-patching (it has an event loop and
greenlets of its own), so a browser test runs its steps in a child process: `run_script(path, facts)`.
"""
