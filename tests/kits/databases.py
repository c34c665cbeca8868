"""Migrated databases for tests: migrated once, then copied."""

from adapters.embedded_postgres import OWNER, EmbeddedPostgres
from adapters.postgres.migrate import migrate


def migrated_template(server: EmbeddedPostgres) -> str:
    """The name of a migrated database to copy from. Nobody may stay connected to it."""
    name = "template_for_tests"
    server.create_database(name)
    migrate(server.url(name, role=OWNER))
    return name
