"""Alembic: runs the migrations in one transaction on the database it is given."""

from alembic import context

from documents.database import Base, Database

database = Database(context.config.attributes["database_url"])
with database.engine.execution_options(ecabinet_writes=True).connect() as connection:
    if database.is_sqlite:
        # A table whose constraints change is made anew and the old one dropped: while that goes on its referrers point
        # nowhere. The switch does nothing inside a transaction, so it stands before; the check below makes up for it.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, transaction_per_migration=False
    )
    with context.begin_transaction():
        context.run_migrations()
        if database.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise RuntimeError(f"a migration left a row without its referent: {broken}")
    connection.commit()
database.dispose()
