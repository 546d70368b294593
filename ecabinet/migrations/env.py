"""Alembic: runs the migrations in one transaction on the database it is given."""

from alembic import context

from documents.database import Base, Database

database = Database(context.config.attributes["database_url"])
with database.engine.execution_options(ecabinet_writes=True).connect() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, transaction_per_migration=False
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
database.dispose()
