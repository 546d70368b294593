"""The application without a network: pages asked for as one person or another."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.test import TestResponse

from documents.database import Database
from ecabinet.app import create_app, keep_findable
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


class Compiled(BytecodeCache):
    """The templates of the run, compiled once: to do it for each application takes longer than most tests."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()


class Scenes:
    """The usual scene with different options as SQLite files: made once each, copied for every test."""

    def __init__(self, migrated: Path, folder: Path) -> None:
        self._migrated, self._folder = migrated, folder
        self._made: dict[str, tuple[Path, Scene]] = {}

    def copy(self, folder: Path, options: dict[str, object]) -> tuple[str, Scene]:
        """The address of a copy, and what is in it; the scene's database is still to be put in."""
        name = repr(sorted(options.items()))
        if name not in self._made:
            here = self._folder / str(len(self._made))
            here.mkdir()
            database = Database(databases.sqlite_copy(self._migrated, here))
            keep_findable(database)
            scene = make_scene(database, **options)
            database.dispose()
            self._made[name] = (Path(str(database.url.database)), scene)
        path, scene = self._made[name]
        return databases.sqlite_copy(path, folder), copy.deepcopy(replace(scene, database=None))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def scenes(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    return Scenes(migrated_sqlite, tmp_path_factory.mktemp("scenes"))


@pytest.fixture
def make_site(scenes: Scenes, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """``make_site(…)`` with the options of the scene and of the environment."""
    closing = []

    def make(env: dict[str, str] | None = None, **options: object) -> Site:
        elsewhere = env is not None and "DATABASE_URL" in env
        url, scene = ("", None) if elsewhere else scenes.copy(tmp_path, options)
        config = Config.from_env({"DATA_DIR": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": "k" * 32} | (env or {}))
        engines = open_engines(config)
        box = open_box(engines.database, engines.sealer)
        closing.extend([box.close, engines.database.dispose])
        app = create_app(engines, box)
        app.jinja_env.bytecode_cache = COMPILED
        if scene is None:
            return Site(app, make_scene(engines.database, **options))
        return Site(app, replace(scene, database=engines.database))

    yield make
    for close in closing:
        close()


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()
