"""What one experiment costs beyond its stages, which do next to nothing, in a small and in a large tree."""

from __future__ import annotations

import tempfile
from pathlib import Path

from measure import DVC, EXP, header, row, seconds

from tests.repos import commit_all, fixture_repo, write_files

header("one experiment, three trivial stages")
for count in (10, 5000):
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for tool, words in (("dvc", [*DVC, "exp", "run", "--temp"]), ("exp", [*EXP, "run"])):
            project = fixture_repo("get-started", Path(folder) / tool)
            write_files(project, {f"files/{n % 50}/{n}.txt": f"{n}\n" for n in range(count)})
            commit_all(project, "many files")
            # Each run is of params that no run had before, so that nothing comes from the cache.
            script = f"{' '.join(words)} -S train.lr=$(date +0.%N)"
            times.append(seconds(["sh", "-c", script], project, 3 if count > 100 else 5))
        row(f"{count} more files in the tree", *times)
