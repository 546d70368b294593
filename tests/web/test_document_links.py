"""Downloads straight from the store, where an installation wants them so."""

import uuid
from collections.abc import Callable

import urllib3

from tests.services import S3
from tests.web.conftest import Site
from tests.web.test_documents import put_in, version_ids


def test_downloads_come_from_the_store_when_it_is_set_up_so(make_site: Callable[..., Site], s3_server: S3) -> None:
    bucket = f"links-{uuid.uuid4().hex}"
    s3_server.client().make_bucket(bucket_name=bucket)
    site = make_site(
        {
            "BLOBS_URL": f"s3://{s3_server.endpoint}/{bucket}?secure=0", "BLOBS_LINKS": "1",
            "S3_ACCESS_KEY": s3_server.access_key, "S3_SECRET_KEY": s3_server.secret_key,
        }
    )  # fmt: skip
    address = put_in(site, unit="hue", content=b"Mot.")
    content = f"{address}/versions/{version_ids(site, address)[0]}/content"
    assert site.as_("second").get(content).data == b"Mot."  # to be shown: from the same origin, as the page wants it
    answer = site.as_("second").get(f"{content}?download=1")
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    fetched = urllib3.request("GET", str(answer.location))
    assert (fetched.status, fetched.data) == (200, b"Mot.")
    assert fetched.headers["Content-Disposition"] == "attachment; filename*=UTF-8''quy-che.txt"
    assert site.as_("chair").get(f"{content}?download=1").status_code == 404


def test_a_store_without_links_serves_downloads_as_ever(make_site: Callable[..., Site]) -> None:
    site = make_site({"BLOBS_LINKS": "1"})
    address = put_in(site, content=b"Mot.")
    answer = site.as_("second").get(f"{address}/versions/{version_ids(site, address)[0]}/content?download=1")
    assert (answer.status_code, answer.data) == (200, b"Mot.")
