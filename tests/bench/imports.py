"""`fs-app bench import` on a PostgreSQL of its own.

python -m tests.bench.imports [--lines 1000000] [--per-second 2] [--json]
"""

from gevent import monkey

monkey.patch_all()

import click  # noqa: E402

from fs_app import logs  # noqa: E402
from fs_app.bench.figures import tell  # noqa: E402
from fs_app.bench.importing import LINES, PER_SECOND, goals, measure  # noqa: E402
from tests.support.postgres import Postgres  # noqa: E402


@click.command()
@click.option("--json", "json_output", is_flag=True)
@click.option("--lines", default=LINES, show_default=True)
@click.option("--per-second", default=PER_SECOND, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(json_output: bool, lines: int, per_second: float, seed: int) -> None:
    logs.configure("console", "error")
    server = Postgres(hasty=False)
    try:
        figures = measure(lines, server.create(), per_second, seed)
    finally:
        server.stop()
    raise SystemExit(tell("import on PostgreSQL", figures, goals(), json_output))


if __name__ == "__main__":
    main()
