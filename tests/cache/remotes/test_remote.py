from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from gitexp.cache.hashing import DOS2UNIX, md5_bytes, md5_dos2unix
from gitexp.cache.remotes.folder import FolderRemote
from gitexp.cache.remotes.remote import Kind, RemoteTrouble, Traffic, open_remote, pull_objects, push_objects
from gitexp.cache.remotes.store import value_of
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.project.settings import Remote
from tests.cache.odd_remotes import HASTY, DeadRemote, FlakyRemote


def make_folder(top: Path, count: int = 5) -> Path:
    top.mkdir()
    for number in range(count):
        (top / f"file {number}").write_text(f"content {number}")
    return top


def files_below(top: Path) -> set[str]:
    return {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}


def test_a_push_and_a_pull_carry_a_directory_and_a_file(work: Path) -> None:
    here, there = Store(work / "cache"), Store(work / "other")
    (work / "f").write_text("f")
    hashes = [here.save(make_folder(work / "data")), here.save(work / "f")]
    remote = FolderRemote(work / "remote")
    assert push_objects(here, remote, hashes).files == 7
    assert pull_objects(there, remote, hashes).files == 7
    assert all(there.verify(hash) for hash in hashes)


def test_the_remote_has_the_layout_and_the_modes_of_dvcs(work: Path) -> None:
    store = Store(work / "cache")
    (work / "f").write_text("f")
    value = store.save(work / "f").value
    push_objects(store, FolderRemote(work / "remote"), [Hash(value)])
    stored = work / "remote" / "files" / "md5" / value[:2] / value[2:]
    assert stored.read_text() == "f" and stat.S_IMODE(stored.stat().st_mode) == 0o444


def test_objects_of_dvc_2_keep_their_place_and_their_hash_of_text(work: Path) -> None:
    here, there = Store(work / "cache"), Store(work / "other")
    (work / "f").write_bytes(b"one\r\ntwo\r\n")
    hash = Hash(md5_dos2unix(work / "f"), DOS2UNIX)
    here.object_path(hash).parent.mkdir(parents=True)
    (work / "f").rename(here.object_path(hash))
    remote = FolderRemote(work / "remote")
    assert push_objects(here, remote, [hash]).files == 1
    assert files_below(work / "remote") == {f"{hash.value[:2]}/{hash.value[2:]}"}
    assert pull_objects(there, remote, [hash]).files == 1
    assert there.verify(hash)


def test_what_is_there_already_is_not_sent_again(work: Path) -> None:
    store, remote = Store(work / "cache"), FolderRemote(work / "remote")
    hash = store.save(make_folder(work / "data"))
    push_objects(store, remote, [hash])
    assert push_objects(store, remote, [hash]).files == 0
    assert pull_objects(store, remote, [hash]).files == 0


def test_an_object_cut_short_on_the_remote_is_sent_again(work: Path) -> None:
    store, remote = Store(work / "cache"), FolderRemote(work / "remote")
    (work / "f").write_text("whole")
    hash = store.save(work / "f")
    push_objects(store, remote, [hash])
    cut = work / "remote" / "files" / "md5" / hash.value[:2] / hash.value[2:]
    cut.unlink()
    cut.write_text("wh")
    assert push_objects(store, remote, [hash]).files == 1
    assert cut.read_text() == "whole"


def test_a_manifest_is_not_sent_before_all_its_children(work: Path) -> None:
    store, remote = Store(work / "cache"), FolderRemote(work / "remote")
    hash = store.save(make_folder(work / "data"))
    lost = md5_bytes(b"content 3")
    store.object_path(Hash(lost)).unlink()
    sent = push_objects(Store(work / "cache"), remote, [hash])
    assert [(failure.subject, failure.kind) for failure in sent.failed] == [(lost, Kind.ABSENT)]
    assert not any(path.endswith(".dir") for path in files_below(work / "remote"))
    assert sent.files == 4


def test_what_only_the_remote_has_is_no_failure_of_a_push(work: Path) -> None:
    store, remote = Store(work / "cache"), FolderRemote(work / "remote")
    hash = store.save(make_folder(work / "data"))
    push_objects(store, remote, [hash])
    assert push_objects(Store(work / "empty"), remote, [hash]).failed == ()


def test_a_damaged_object_of_the_cache_is_not_sent(work: Path) -> None:
    store, remote = Store(work / "cache"), FolderRemote(work / "remote")
    (work / "f").write_text("f")
    hash = store.save(work / "f")
    path = store.object_path(hash)
    path.chmod(0o644)
    path.write_text("x")
    path.chmod(0o444)
    sent = push_objects(store, remote, [hash], patience=HASTY)
    assert "damaged" in sent.failed[0].reason
    assert files_below(work / "remote") == set()


def test_a_damaged_object_of_the_remote_does_not_enter_the_cache(work: Path) -> None:
    here, there, remote = Store(work / "cache"), Store(work / "other"), FolderRemote(work / "remote")
    (work / "f").write_text("f")
    hash = here.save(work / "f")
    push_objects(here, remote, [hash])
    stored = work / "remote" / "files" / "md5" / hash.value[:2] / hash.value[2:]
    stored.chmod(0o644)
    stored.write_text("x")
    got = pull_objects(there, remote, [hash], patience=HASTY)
    assert [failure.kind for failure in got.failed] == [Kind.DAMAGED]
    assert not there.has(hash) and files_below(work / "other") == set()


def test_a_pull_names_what_the_remote_lacks_and_brings_the_rest(work: Path) -> None:
    here, there, remote = Store(work / "cache"), Store(work / "other"), FolderRemote(work / "remote")
    hash = here.save(make_folder(work / "data"))
    push_objects(here, remote, [hash])
    lost = md5_bytes(b"content 3")
    (work / "remote" / "files" / "md5" / lost[:2] / lost[2:]).unlink()
    got = pull_objects(there, remote, [hash])
    assert [(failure.subject, failure.kind) for failure in got.failed] == [(lost, Kind.ABSENT)]
    assert got.files == 5 and there.missing(hash) == ["file 3"]


def test_a_path_inside_a_directory_costs_that_path(work: Path) -> None:
    here, there, remote = Store(work / "cache"), Store(work / "other"), FolderRemote(work / "remote")
    hash = here.save(make_folder(work / "data"))
    push_objects(here, remote, [hash])
    got = pull_objects(there, remote, [hash], parts={hash: ("file 2",)})
    assert got.files == 2  # the manifest and the file
    assert there.missing(hash, "file 2") == []


def test_everything_arrives_whole_over_a_bad_line(work: Path) -> None:
    here, there = Store(work / "cache"), Store(work / "other")
    hash = here.save(make_folder(work / "data", 300))
    remote = FlakyRemote(work / "remote")
    assert push_objects(here, remote, [hash], patience=HASTY).failed == ()
    assert pull_objects(there, remote, [hash], patience=HASTY).failed == ()
    assert there.verify(hash) and remote.failures > 20


def test_where_nothing_gets_through_the_transfer_gives_up_and_names_all(work: Path) -> None:
    store = Store(work / "cache")
    hash = store.save(make_folder(work / "data", 100))
    remote = DeadRemote(work / "remote")
    sent = push_objects(store, remote, [hash], patience=HASTY)
    assert len(sent.failed) == 100 and sent.files == 0
    assert remote.failures < 300  # not six tries for each


def test_a_remote_that_cant_be_written_is_one_error(work: Path) -> None:
    store = Store(work / "cache")
    hash = store.save(make_folder(work / "data"))
    (work / "remote").write_text("a file where the folder should be")
    with pytest.raises(RemoteTrouble, match="can't"):
        push_objects(store, FolderRemote(work / "remote"), [hash], patience=HASTY)


def test_progress_ends_with_everything(work: Path) -> None:
    store = Store(work / "cache")
    hash = store.save(make_folder(work / "data"))
    seen: list[Traffic] = []
    push_objects(store, FolderRemote(work / "remote"), [hash], progress=seen.append)
    assert seen[-1] == Traffic(6, 6, seen[-1].all_size, seen[-1].all_size)
    assert seen[-1].all_size == sum(path.stat().st_size for path in (work / "remote").rglob("*.*")) + 45


def test_no_half_written_file_stays_or_is_listed(work: Path) -> None:
    remote = FolderRemote(work / "remote")
    (work / "f").write_text("f")
    with pytest.raises(RemoteTrouble):
        remote.put(work / "f", "files/md5/ab/c", md5_bytes(b"other"), lambda size: None)
    assert files_below(work / "remote") == set()
    remote.put(work / "f", "files/md5/ab/d", None, lambda size: None)
    assert list(remote.list("")) == []
    remote.flush()
    assert [found.key for found in remote.list("")] == ["files/md5/ab/d"]


def test_a_url_means_a_folder_or_a_kind_that_is_known(work: Path) -> None:
    assert open_remote(Remote("r", str(work / "x"))).url == str(work / "x")
    assert open_remote(Remote("r", f"file://{work}/a%20b")).url == f"{work}/a b"
    with pytest.raises(ExpError, match="gdrive"):
        open_remote(Remote("r", "gdrive://x/y"))
    with pytest.raises(ExpError, match="jobs"):
        open_remote(Remote("r", str(work), {"jobs": "many"}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("files/md5/ab/" + "c" * 30, ("ab" + "c" * 30, "md5")),
        ("files/md5/ab/" + "c" * 30 + ".dir", ("ab" + "c" * 30 + ".dir", "md5")),
        ("ab/" + "c" * 30, ("ab" + "c" * 30, DOS2UNIX)),
        ("runs/ab/cd/ef", None),
        ("files/md5/ab/short", None),
        ("README", None),
    ],
)
def test_keys_tell_objects_from_other_files(key: str, value: tuple[str, str] | None) -> None:
    assert value_of(key) == value


def test_an_interrupted_pull_leaves_what_arrived(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there, remote = Store(work / "cache"), Store(work / "other"), FolderRemote(work / "remote")
    hash = here.save(make_folder(work / "data", 50))
    push_objects(here, remote, [hash])

    def stop(traffic: Traffic) -> None:
        if traffic.files == traffic.all_files == 51:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull_objects(there, remote, [hash], progress=stop)
    assert not [name for name in os.listdir(work / "other" / "files" / "md5") if name.startswith(".")]
    assert pull_objects(there, remote, [hash]).failed == () and there.verify(hash)
