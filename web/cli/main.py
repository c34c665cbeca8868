"""The `stampledger` command."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from typing import Any

import click

from adapters.embedded_postgres import EmbeddedPostgresError
from adapters.postgres.migrate import MigrationRefused, migrate
from adapters.postgres.roles import NotMigrated, RoleTooStrong
from adapters.postgres.views.rebuild import RebuildUnderWay
from adapters.process_settings import stay_on_one_core
from adapters.worker.projector.rebuild import RebuildRefused
from adapters.worker.projector.views import UnknownProjection
from ledger.audit.findings import Unfinished
from ledger.kernel.refusals import Refusal, ShopInvalid
from ledger.kernel.store import LedgerUnavailable
from ledger.payments.provider import ProviderAway
from web import __version__
from web.cli.approvals import approvals, approve, decline
from web.cli.arguments import require_text
from web.cli.audit import audit, seats
from web.cli.badges import badges
from web.cli.cases import cases
from web.cli.corrections import settle_refund, withdraw_cancellation, withdraw_payment
from web.cli.inbox import inbox
from web.cli.keys import keys
from web.cli.ledger import ledger
from web.cli.new_shop import new_shop
from web.cli.orders import orders
from web.cli.own_vouchers import own_vouchers
from web.cli.part_cancellation import cancel_part
from web.cli.persons import erase, export
from web.cli.ports import Port, PortUnusable, require_usable
from web.cli.progress import progress_bar
from web.cli.projections import projections
from web.cli.reconcile import reconcile
from web.cli.refund_by_hand import refund_by_hand, refunds_by_hand
from web.cli.reports import report
from web.cli.sessions import sessions
from web.cli.shop_changes import cancel_shop, move_shop, shop_progress
from web.cli.shops import shop
from web.cli.staff import user
from web.cli.statements import statement
from web.cli.swap import swap_lines
from web.cli.till import till
from web.cli.tokens import token
from web.cli.vouchers import vouchers
from web.cli.waiting_list import waiting
from web.cli.webhooks import webhooks
from web.cli.worker import worker
from web.demo.command import demo
from web.http.access_log import configure
from web.http.metrics import behind, told_of_lag, told_of_stopped
from web.http.shared_figures import shared_figures
from web.wiring.composition import Works, assembled
from web.wiring.gunicorn import MOST_BY_DEFAULT, MOST_PROCESSES, READERS, Server, cores
from web.wiring.parts import Parts
from web.wiring.settings import Settings, SettingWrong, read_settings

REFUSED, WRONG, OUTSIDE = 1, 2, 3
_ENDINGS: dict[type[Exception], int] = {
    Refusal: REFUSED,
    RebuildRefused: REFUSED,
    RebuildUnderWay: REFUSED,
    SettingWrong: WRONG,
    RoleTooStrong: WRONG,
    NotMigrated: WRONG,
    MigrationRefused: WRONG,
    EmbeddedPostgresError: OUTSIDE,
    LedgerUnavailable: OUTSIDE,
    ProviderAway: OUTSIDE,
    Unfinished: OUTSIDE,
    PortUnusable: OUTSIDE,
}


class Opening:
    """Opens the parts when a command first asks for them; closes them when it is done."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._works: Works | None = None

    def works(self, *, readers: int = 8) -> Works:
        if self._works is None:
            opened = assembled(read_settings(os.environ), readers=readers)
            self._works = self._stack.enter_context(opened)
        return self._works

    def __call__(self) -> Parts:
        return self.works().parts


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="stampledger")
@click.pass_context
def stampledger(context: click.Context) -> None:
    """An order ledger built from payment stamps."""
    context.obj = Opening(context.with_resource(ExitStack()))


def _works(context: click.Context) -> Works:
    opening: Opening = context.obj
    return opening.works()


def _parts(context: click.Context) -> Parts:
    return _works(context).parts


@stampledger.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=Port(), default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--processes",
    type=click.IntRange(1, MOST_PROCESSES),
    help=f"How many processes answer; unless told, one per core, at most {MOST_BY_DEFAULT}.",
)
@click.option("--one-core", is_flag=True, help="Keep each process on one core of the machine.")
def serve(host: str, port: int, processes: int | None, one_core: bool) -> None:
    """Serve the shop and the API. Does not start a worker."""
    from web.app import create_app  # a third of all imports, of no use to any other command

    require_usable(host, port)
    settings = _ready_to_serve(read_settings(os.environ))
    many = processes or min(cores(), MOST_BY_DEFAULT)

    def make(stack: ExitStack) -> Any:
        readers = READERS if many == 1 else READERS // 2
        app = create_app(stack.enter_context(assembled(settings, readers=readers)).parts)
        if one_core:
            # Whoever serves another address of the same machine has another number, most likely.
            stay_on_one_core(os.getpid())
        return app

    with shared_figures() if many > 1 else nullcontext():
        Server(make, host=host, port=port, processes=many).run()


def _ready_to_serve(settings: Settings) -> Settings:
    if not settings.secret_key:
        raise SettingWrong("STAMPLEDGER_SECRET_KEY", "is required: it signs sessions and forms")
    return settings


@stampledger.command(name="migrate")
@click.pass_context
def migrate_command(context: click.Context) -> None:
    """Bring the database up to this release."""
    settings = read_settings(os.environ)
    if settings.database_url is None:
        _parts(context)
        click.echo("The embedded database is up to date.")
        return
    if settings.migrate_database_url is None:
        raise SettingWrong("STAMPLEDGER_MIGRATE_DATABASE_URL", "is required to migrate")
    applied = migrate(settings.migrate_database_url)
    click.echo("\n".join(applied) or "Nothing to do: the database is up to date.")


@projections.command(name="rebuild")
@click.argument("names", nargs=-1, metavar="NAME...")
@click.pass_context
def rebuild_projections(context: click.Context, names: tuple[str, ...]) -> None:
    """Derive projections again beside the live ones, then swap them in. Sends nothing."""
    works = _works(context)
    try:
        with progress_bar("rebuilding") as progress:
            position = works.views.rebuild(names, progress=progress)
    except UnknownProjection as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"Rebuilt as of position {position}.")
    stopped, late = works.views.stopped_lanes(), behind(works.views, works.parts.clock())
    for sentence in (*told_of_stopped(stopped), *told_of_lag(late)):
        click.echo(sentence)
    sys.exit(REFUSED if stopped or late else 0)


for command in own_vouchers.commands.values():
    vouchers.add_command(command)
for command in (new_shop, cancel_shop, move_shop, shop_progress):
    shop.add_command(command)
for command in (
    settle_refund,
    cancel_part,
    swap_lines,
    refund_by_hand,
    refunds_by_hand,
    withdraw_payment,
    withdraw_cancellation,
    approvals,
    approve,
    decline,
):
    orders.add_command(command)
for group in (
    token,
    user,
    vouchers,
    webhooks,
    waiting,
    till,
    statement,
    audit,
    cases,
    seats,
    orders,
    keys,
    ledger,
    demo,
    reconcile,
    sessions,
    inbox,
    projections,
    report,
    badges,
    shop,
    worker,
    export,
    erase,
):
    stampledger.add_command(group)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; every known trouble ends in one sentence and its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    configure()
    try:
        require_text(arguments)
        stampledger.main(arguments, prog_name="stampledger", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except tuple(_ENDINGS) as error:
        click.echo(_sentence(error), err=True)
        sys.exit(next(code for kind, code in _ENDINGS.items() if isinstance(error, kind)))


def _sentence(error: Exception) -> str:
    said = str(error)
    meaning = (type(error).__doc__ or "").partition("\n")[0] if isinstance(error, Refusal) else ""
    if "\n" in said or isinstance(error, ShopInvalid):
        return f"{meaning}\n{said}"
    return " ".join(part for part in (meaning, f"({said})" if meaning and said else said) if part)
