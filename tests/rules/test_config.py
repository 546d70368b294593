"""Settings: defaults that work, and one clear line for each that does not."""

from pathlib import Path

import pytest

from ecabinet.config import Config, ConfigError


def config(tmp_path: Path, **env: str) -> Config:
    return Config.from_env({"DATA_DIR": str(tmp_path / "data")} | env)


def test_the_embedded_default_needs_nothing(tmp_path: Path) -> None:
    found = config(tmp_path)
    assert found.database_url == f"sqlite:///{tmp_path}/data/ecabinet.sqlite3"
    assert found.blobs_url == f"file:{tmp_path}/data/blobs"
    assert found.search_url == f"whoosh:{tmp_path}/data/index"
    assert (found.bus_url, found.worker, found.locale, found.secure) == ("memory:", "thread", "vi", False)


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = config(tmp_path).secret_key
    assert len(first) == 64
    assert config(tmp_path).secret_key == first
    assert (tmp_path / "data/secret_key").stat().st_mode & 0o777 == 0o600
    assert config(tmp_path).registry_key == config(tmp_path).registry_key != first
    assert (tmp_path / "data/registry_key").stat().st_mode & 0o777 == 0o600


def test_postgresql_by_its_plain_name_gets_the_driver_that_is_here(tmp_path: Path) -> None:
    assert config(tmp_path, DATABASE_URL="postgresql://h/db").database_url == "postgresql+psycopg://h/db"


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "0"}, "PORT"),
        ({"OIDC_ISSUER": "id.example.vn", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "y"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://id.example.vn", "OIDC_CLIENT_ID": "x"}, "OIDC_CLIENT_SECRET"),
        ({"REGISTRY_KEY": "short"}, "REGISTRY_KEY"),
        ({"PORT": "65536"}, "PORT"),
        ({"MAX_UPLOAD_MB": "-1"}, "MAX_UPLOAD_MB"),
        ({"BIN_DAYS": "0"}, "BIN_DAYS"),
        ({"BLOBS_LINKS": "yes"}, "BLOBS_LINKS"),
        ({"WORKER": "on"}, "WORKER"),
        ({"LOCALE": "fr"}, "LOCALE"),
        ({"DATABASE_URL": "mysql://h/db"}, "DATABASE_URL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"BLOBS_URL": "ftp://h/b"}, "BLOBS_URL"),
        ({"BLOBS_URL": "s3://h:9000/b"}, "S3_ACCESS_KEY"),
        ({"SEARCH_URL": "solr://h"}, "SEARCH_URL"),
        ({"SEARCH_URL": "postgresql:"}, "SEARCH_URL"),
        ({"BUS_URL": "kafka://h"}, "BUS_URL"),
        ({"PUBLIC_URL": "hop.example.vn"}, "PUBLIC_URL"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DATA_DIR": "/dev/null/data"}, "DATA_DIR"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, env: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError) as error:
        config(tmp_path, **env)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_https_makes_the_cookie_secure(tmp_path: Path) -> None:
    assert config(tmp_path, PUBLIC_URL="https://hop.example.vn/").secure
    assert config(tmp_path, PUBLIC_URL="https://hop.example.vn/").public_url == "https://hop.example.vn"
