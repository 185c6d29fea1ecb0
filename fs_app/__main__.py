"""Entry point: monkey-patching comes before every other import."""

from gevent import monkey

monkey.patch_all()


def main() -> None:
    """Run the command line."""
    from fs_app.cli import cli

    cli()


if __name__ == "__main__":
    main()
