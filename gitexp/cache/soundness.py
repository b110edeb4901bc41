"""Read every object and see whether it is what its name says: large ones by several threads, small by one.

md5 lets other threads run while it works on a large block; for small files the threads would only wait for
each other, and take twice as long as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from gitexp.cache.objects import FoundObject
from gitexp.cache.remotes.transfer import Tally
from gitexp.cache.store import Store
from gitexp.cache.traffic import Progress, unwatched

_LARGE = 1 << 20  # bytes


def find_unsound(
    store: Store, objects: Sequence[FoundObject], jobs: int = 1, progress: Progress = unwatched
) -> list[FoundObject]:
    """Those of the objects that are damaged, in their order. `jobs` are read at once."""
    tally = Tally(progress)
    tally.expect(len(objects), sum(found.stat.st_size for found in objects))

    def check(found: FoundObject) -> FoundObject | None:
        is_sound = store.objects.holds(found.value, found.algorithm)
        tally.add(found.stat.st_size)
        tally.done()
        return None if is_sound else found

    large = [found for found in objects if found.stat.st_size >= _LARGE]
    small = (found for found in objects if found.stat.st_size < _LARGE)
    if jobs < 2 or len(large) < 2:
        checked: Iterable[FoundObject | None] = map(check, objects)
        return [found for found in checked if found is not None]
    with ThreadPoolExecutor(jobs) as threads:
        running = threads.map(check, large)
        bad = {found.path for found in map(check, small) if found is not None}
        bad |= {found.path for found in running if found is not None}
    return [found for found in objects if found.path in bad]
