"""The application without a network: pages asked for as one person or another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from documents.database import Database
from ecabinet.app import create_app
from ecabinet.config import Config
from ecabinet.engines import open_engines
from ecabinet.voting.casting import open_box
from tests import databases
from tests.people import Scene, make_scene

CSRF = "the-token"


@dataclass
class Asker:
    """One person's browser; every POST carries the CSRF token unless told otherwise."""

    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=_names(headers), buffered=True)

    def post(self, path: str, data: dict[str, object] | None = None, csrf: str = CSRF, **headers: str) -> TestResponse:
        return self.client.post(path, data=data or {}, headers={"X-CSRF-Token": csrf} | _names(headers))


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Site:
    """The application with the usual scene: a meeting under way with an open vote."""

    app: Flask
    scene: Scene

    @property
    def database(self) -> Database:
        return self.scene.database

    def as_(self, name: str) -> Asker:
        """Ask as this person."""
        return self.with_token(self.scene.office.tokens[name])

    def with_token(self, token: str) -> Asker:
        """Ask with this session token."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["token"], session["csrf"] = token, CSRF
        return Asker(client)

    def anybody(self) -> Asker:
        """Ask without having signed in."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["csrf"] = CSRF
        return Asker(client)

    @property
    def meeting(self) -> str:
        """The path of the meeting."""
        return f"/meetings/{self.scene.meeting}"

    @property
    def poll(self) -> str:
        """The path of the open vote."""
        return f"/polls/{self.scene.poll}"


@pytest.fixture
def make_site(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """``make_site(…)`` with the options of the scene and of the environment."""
    closing = []

    def make(env: dict[str, str] | None = None, **scene: object) -> Site:
        url = databases.sqlite_copy(migrated_sqlite, tmp_path)
        config = Config.from_env({"DATA_DIR": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": "k" * 32} | (env or {}))
        engines = open_engines(config)
        box = open_box(engines.database, engines.sealer)
        closing.extend([box.close, engines.database.dispose])
        return Site(create_app(engines, box), make_scene(engines.database, **scene))

    yield make
    for close in closing:
        close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()
