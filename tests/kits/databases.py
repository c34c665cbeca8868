"""Migrated databases for tests: migrated once, then copied."""

from adapters.embedded_postgres import OWNER, EmbeddedPostgres, cluster
from adapters.postgres.migrate import migrate

TEMPLATE = "template_for_tests"


def hasty(server: EmbeddedPostgres) -> None:
    """Nothing is forced to the disk: enough for a server that outlives no crash of the machine.

    One that is killed still keeps what it has written.
    """
    with server.admin() as admin:
        admin.execute("alter system set fsync = off")
        admin.execute("alter system set full_page_writes = off")
        admin.execute("select pg_reload_conf()")


def migrated_template(server: EmbeddedPostgres) -> str:
    """The name of a migrated database to copy from. Nobody may stay connected to it."""
    server.create_database(TEMPLATE)
    migrate(server.url(TEMPLATE, role=OWNER))
    return TEMPLATE


def copied_database(server: EmbeddedPostgres, name: str, *, template: str) -> None:
    """The same as `create_database`, file by file: a third of the work where nothing is forced."""
    copy = "create database {name} owner {owner} template {template} strategy file_copy"
    with server.admin() as admin:
        cluster.run(admin, copy, name=name, owner=OWNER, template=template)
        cluster.let_in(admin, name)
