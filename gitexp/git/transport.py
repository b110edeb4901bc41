"""Push, fetch and look at a remote: one git process each, so credentials, SSH and hooks are the user's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.command import GitOutput, run_git
from gitexp.git.refs import Ref
from gitexp.git.repo import Repo

_FLAGS = {" ": "updated", "+": "forced", "-": "deleted", "*": "new", "!": "rejected", "=": "unchanged"}

_FEW = 50  # of so many refs of a folder one may be left out of a pattern; before Git 2.29 none could
_LONGEST_COMMAND = 1 << 20  # bytes; Linux allows 2 MiB with the environment


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one ref: `outcome` is updated, forced, deleted, new, rejected or unchanged."""

    ref: str  # on the remote
    outcome: str
    reason: str = ""

    @property
    def refused(self) -> bool:
        return self.outcome == "rejected"


class AtomicUnsupported(ExpError):
    """The server can't change several refs in one transaction."""


def push(
    repo: Repo,
    remote: str,
    refspecs: Sequence[str],
    force_with_lease: Mapping[str, str] | None = None,
    atomic: bool = False,
) -> list[Pushed]:
    """Push `refspecs` in one process. `force_with_lease`: remote ref -> the id it must hold now ('': none).

    With `atomic` all refs change or none. Rejected refs are among the results; raises ExpError when the
    remote can't be reached or used at all, AtomicUnsupported when it knows no such thing as `atomic`.
    """
    leases = {ref: f"--force-with-lease={ref}:{oid}" for ref, oid in (force_with_lease or {}).items()}
    results: list[Pushed] = []
    for batch in _batches(refspecs):
        wanted = [leases[ref] for ref in map(_target, batch) if ref in leases]
        results += _push(repo, remote, batch, [*wanted, *(["--atomic"] if atomic else [])])
    return results


def push_what_can(
    repo: Repo, remote: str, refspecs: Sequence[str], force_with_lease: Mapping[str, str] | None = None
) -> list[Pushed]:
    """Push in one transaction where the server can; what it refuses is left out, and the rest goes again.

    So a connection that breaks leaves all or nothing, and one refused ref does not keep the others back.
    """
    refused: list[Pushed] = []
    left = list(refspecs)
    try:
        while left:
            results = push(repo, remote, left, force_with_lease, atomic=True)
            if not any(result.refused for result in results):
                return [*refused, *results]
            culprits = [one for one in results if one.refused and not one.reason.startswith("atomic ")]
            names = {one.ref for one in culprits}
            again = _without(left, names)
            others = [one for one in results if one.ref not in names]
            if culprits and not others:
                return [*refused, *results]
            if not culprits:
                break  # the server does not say which ref it was
            refused, left = [*refused, *culprits], again
    except AtomicUnsupported:
        pass
    return [*refused, *push(repo, remote, left, force_with_lease)]


def _without(refspecs: Sequence[str], names: set[str]) -> list[str]:
    """`refspecs` that push no ref of `names`."""
    kept: list[str] = []
    for refspec in refspecs:
        target = _target(refspec)
        if target not in names:
            kept.append(refspec)
        if target.endswith("*"):
            kept += [f"^{name}" for name in sorted(names) if name.startswith(target[:-1])]
    return kept


def _push(repo: Repo, remote: str, refspecs: Sequence[str], options: Sequence[str]) -> list[Pushed]:
    # What is pushed beside refs (tags, submodules) is the user's push, not ours.
    command = ("-c", "push.followTags=false", "push", "--porcelain", "--recurse-submodules=no", *options)
    done = run_git(
        repo.work_tree, *command, "--end-of-options", remote, *refspecs, env={"LC_ALL": "C"}, check=False
    )
    results = [_pushed(line) for line in done.text.splitlines() if "\t" in line]
    if done.code != 0 and not any(result.refused for result in results):
        if "does not support --atomic" in done.complaint:
            raise AtomicUnsupported(f"Git remote '{remote}' knows no atomic push.")
        raise _unreachable(remote, done)
    return results


def fetch(repo: Repo, remote: str, refspecs: Sequence[str], depth: int | None = None) -> None:
    """Fetch exactly `refspecs` (begin one with '+' to overwrite). Raises ExpError when that fails.

    `depth` leaves out the history behind so many commits.
    """
    # Tags, FETCH_HEAD, submodules and tracking branches stay as the user's own fetch left them.
    quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--refmap=")
    options = (*quiet, *([] if depth is None else [f"--depth={depth}"]))
    for batch in _batches(refspecs):
        done = run_git(repo.work_tree, "fetch", *options, "--end-of-options", remote, *batch, check=False)
        if done.code != 0:
            raise _unreachable(remote, done)


def compact(wanted: Iterable[str], known: Iterable[str]) -> list[str]:
    """Refspecs for the refs `wanted`: of a folder whose `known` refs are nearly all wanted, one pattern.

    Git's own work grows with the square of the number of refspecs: 2,000 of them take it seconds.
    """
    folders: dict[str, set[str]] = {}
    for ref in wanted:
        folders.setdefault(ref.rpartition("/")[0], set()).add(ref)
    others: dict[str, list[str]] = {folder: [] for folder in folders}
    for ref in known:
        folder = ref.rpartition("/")[0]
        if folder in folders and ref not in folders[folder]:
            others[folder].append(ref)
    specs: list[str] = []
    for folder, refs in folders.items():
        if len(refs) > 1 and len(others[folder]) <= len(refs) // _FEW:
            specs += [f"{folder}/*:{folder}/*", *(f"^{ref}" for ref in others[folder])]
        else:
            specs += [f"{ref}:{ref}" for ref in sorted(refs)]
    return specs


def _batches(refspecs: Sequence[str]) -> Iterator[list[str]]:
    """All in one, as long as the operating system takes a command line of that length."""
    batch: list[str] = []
    length = 0
    for refspec in refspecs:
        cost = 3 * len(refspec) + 64  # a lease and two pointers may come with it
        if batch and length + cost > _LONGEST_COMMAND:
            yield batch
            batch, length = [], 0
        batch.append(refspec)
        length += cost
    if batch:
        yield batch


def _target(refspec: str) -> str:
    return refspec.rpartition(":")[2]


def list_remote(repo: Repo, remote: str, *prefixes: str) -> list[Ref]:
    """The refs of a remote whose names begin with one of `prefixes` ('refs/exps/'), by name."""
    asked = ("ls-remote", "--quiet", "--end-of-options", remote, *(prefix + "*" for prefix in prefixes))
    done = run_git(repo.work_tree, *asked, check=False)
    if done.code != 0:
        raise _unreachable(remote, done)
    pairs = (line.split("\t", 1) for line in done.text.splitlines())
    return [Ref(name, oid) for oid, name in pairs if name.startswith(prefixes) and not name.endswith("^{}")]


def remote_names(repo: Repo) -> list[str]:
    """The remotes of Git's config."""
    return run_git(repo.work_tree, "remote").text.splitlines()


def _pushed(line: str) -> Pushed:
    """One line of `git push --porcelain`: flag, from:to, summary (reason)."""
    flag, refs, summary = (line.split("\t", 2) + ["", ""])[:3]
    reason = summary.partition("(")[2].rstrip(")") if flag == "!" else ""
    return Pushed(refs.rpartition(":")[2], _FLAGS.get(flag[:1], "updated"), reason)


def _unreachable(remote: str, done: GitOutput) -> ExpError:
    why = done.complaint or f"exit code {done.code}"
    return ExpError(f"Git remote '{remote}': {why}", "`git remote -v` lists the remotes.")
