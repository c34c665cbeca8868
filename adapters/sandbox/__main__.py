"""`python -m adapters.sandbox`: run the provider until told to stop."""

import signal
import threading
from pathlib import Path

import click

from adapters.sandbox.server import SandboxSettings, create_sandbox


@click.command()
@click.option("--port", type=int, default=0, help="0 takes a free one.")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Folder for its data.")
@click.option("--api-key", envvar="SANDBOX_API_KEY", required=True)
@click.option("--webhook-url", default="", help="Where signed events go; none are sent without.")
@click.option("--webhook-secret", envvar="SANDBOX_WEBHOOK_SECRET", default="")
@click.option("--clock-file", type=click.Path(path_type=Path), help="Holds seconds to add to now.")
@click.option("--business", default="Sandbox shop", help="The name on the payment page.")
@click.option("--settle-after", type=float, help="Seconds until a delayed payment settles itself.")
def main(
    *,
    port: int,
    home: Path,
    api_key: str,
    webhook_url: str,
    webhook_secret: str,
    clock_file: Path | None,
    business: str,
    settle_after: float | None,
) -> None:
    """A stand-in payment provider on 127.0.0.1. No money moves."""
    try:
        sandbox = create_sandbox(
            SandboxSettings(
                home=home,
                api_key=api_key,
                port=port,
                webhook_url=webhook_url,
                webhook_secret=webhook_secret,
                clock_file=clock_file,
                business=business,
                settle_after=settle_after,
            )
        )
    except (ValueError, OSError) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    sandbox.start()
    click.echo(f"sandbox provider ready at {sandbox.url} (chaos: {sandbox.url}/sandbox/chaos)")
    told.wait()
    sandbox.stop()


if __name__ == "__main__":
    main()
