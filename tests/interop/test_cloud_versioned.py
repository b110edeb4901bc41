"""What a real DVC keeps on a cloud-versioned remote (S3 with versions of objects) is read."""

from __future__ import annotations

import shutil
import urllib.request
from pathlib import Path

import pytest

from tests.programs import Dvc, exp, exp_ok, git
from tests.repos import commit_all, make_project, write_files
from tests.servers import S3_KEYS, S3Server, make_bucket

uploads = pytest.importorskip("gitexp.cache.remotes.object_uploads")
CONFIG = "[core]\n    remote = v\n['remote \"v\"']\n    version_aware = true\n"
PIPELINE = "stages:\n  s: {cmd: mkdir -p o && cp f o/z && cp f g, deps: [f], outs: [o, g]}\n"


def let_versions_be_kept(server: S3Server, bucket: str) -> None:
    """Signed as `Uploads` does it: obstore can't ask for that."""
    remote = uploads.Remote("r", f"s3://{bucket}", {})
    asker = uploads.Uploads(remote, {**S3_KEYS, "endpoint": server.endpoint}, bucket, None)
    body = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    headers = asker.signed("PUT", f"127.0.0.1:{server.port}", f"/{bucket}", "versioning=", body)
    url = f"{server.endpoint}/{bucket}?versioning="
    urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PUT")).close()


@pytest.fixture
def repo(work: Path, s3: S3Server, dvc: Dvc) -> Path:
    """Pushed by DVC, twice: its first commit is not what the bucket holds now."""
    make_bucket(s3, "versions")
    let_versions_be_kept(s3, "versions")
    keys = {"url": f"s3://versions/{work.parent.name}", "endpointurl": s3.endpoint, **S3_KEYS}
    config = CONFIG + "".join(f"    {key} = {value}\n" for key, value in keys.items())
    repo = make_project(work / "repo", {".dvc/config": config, "dvc.yaml": PIPELINE})
    write_files(repo, {"d/x": "one", "d/sub/y": "two", "f": "file"})
    dvc(repo, "add", "-q", "d", "f")
    dvc(repo, "repro", "-q")
    dvc(repo, "push", "-q")
    commit_all(repo)
    (repo / "d/x").write_text("changed")
    dvc(repo, "add", "-q", "d")
    dvc(repo, "push", "-q")
    commit_all(repo)
    assert "files:" in (repo / "d.dvc").read_text() and "version_id" in (repo / "d.dvc").read_text()
    return repo


def lose_data(repo: Path) -> None:
    shutil.rmtree(repo / ".dvc/cache")
    for name in ("d", "o"):
        shutil.rmtree(repo / name)
    for name in ("f", "g"):
        (repo / name).unlink()


def test_pull_brings_the_version_that_is_recorded(repo: Path, dvc: Dvc) -> None:
    before = git(repo, "status", "--porcelain")
    assert exp_ok(repo, "status") == "Data and pipelines are up to date.\n"
    lose_data(repo)
    exp_ok(repo, "data", "pull")
    assert (repo / "d/x").read_text() == "changed" and (repo / "d/sub/y").read_text() == "two"
    assert (repo / "g").read_text() == (repo / "o/z").read_text() == "file"
    assert exp_ok(repo, "status") == "Data and pipelines are up to date.\n"
    assert "up to date" in dvc(repo, "status").out
    git(repo, "checkout", "-q", "HEAD~1")
    exp_ok(repo, "data", "pull")
    assert (repo / "d/x").read_text() == "one"
    git(repo, "checkout", "-q", "main")
    exp_ok(repo, "checkout")
    assert (repo / "d/x").read_text() == "changed" and git(repo, "status", "--porcelain") == before


def test_a_part_of_a_folder_costs_that_part(repo: Path) -> None:
    lose_data(repo)
    assert "1 file fetched" in exp_ok(repo, "data", "fetch", "d/sub")
    assert exp(repo, "data", "fetch", "--rev", "HEAD~1", "f", "d/x").code == 0


def test_writing_there_is_refused_and_an_edit_is_plain_again(repo: Path, dvc: Dvc) -> None:
    done = exp(repo, "data", "push")
    assert done.code == 1 and "version_aware" in done.err and "dvc push" in done.err
    (repo / "d/x").write_text("edited")
    exp_ok(repo, "add", "d")
    text = (repo / "d.dvc").read_text()
    assert ".dir" in text and "relpath" not in text and "version_id" not in text
    assert "up to date" in dvc(repo, "status").out
    dvc(repo, "push", "-q")
    assert "version_id" in (repo / "d.dvc").read_text()
