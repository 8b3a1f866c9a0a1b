"""Alembic's entry: migrates the connection that `bot.records.migrating.upgrade` was given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["metadata"],
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
