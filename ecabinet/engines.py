"""Which engine serves each part: the only place that picks."""

from dataclasses import dataclass

from documents.blobs import Blobs
from documents.database import Database
from documents.search import Search
from documents.stores import open_blobs, open_search
from ecabinet.config import Config, ConfigError
from ecabinet.sealing import Sealer


@dataclass(frozen=True)
class Engines:
    """The opened engines of one process."""

    config: Config
    database: Database
    blobs: Blobs
    search: Search
    sealer: Sealer


def open_engines(config: Config) -> Engines:
    """Open what the configuration names. A store that cannot be used raises here, before anybody is served."""
    database = Database(config.database_url)
    try:
        blobs = open_blobs(config.blobs_url, config.s3_access_key, config.s3_secret_key)
        search = open_search(config.search_url, database)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    blobs.check()
    return Engines(config, database, blobs, search, Sealer(config.registry_key))
