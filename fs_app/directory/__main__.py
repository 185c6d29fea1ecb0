"""`python -m fs_app.directory --listen 127.0.0.1:8085 --snapshot FILE`: serve until SIGTERM."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from fs_app.directory.server import DirectoryServer
from fs_app.directory.snapshot import Cached


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fs_app.directory", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:8085", metavar="ADDRESS:PORT")
    parser.add_argument("--snapshot", required=True, metavar="FILE")
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    try:
        server = DirectoryServer(host.strip("[]"), int(port), Cached(options.snapshot))
    except (OSError, ValueError) as error:
        print(f"directory: can't listen on {options.listen}: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    server.serve_forever(poll_interval=0.2)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
