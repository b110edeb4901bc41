"""Two hundred stages in a mesh, eight at a time: each after what it needs, each once."""

from __future__ import annotations

from pathlib import Path

from gitexp.build.builder import BuildOptions
from tests.build.sites import Bench, FakeRunner, outcomes

ROWS, COLUMNS = 20, 10


def needs(row: int, column: int) -> list[str]:
    """A stage reads two of the row above; the first row reads the source."""
    if row == 0:
        return ["in.txt"]
    return [f"out/{row - 1}-{other}" for other in sorted({column, (column + 1) % COLUMNS})]


def mesh() -> str:
    return "stages:\n" + "".join(
        f"  s{row}-{column}:\n    cmd: join out/{row}-{column} {' '.join(needs(row, column)[:1])}\n"
        f"    deps: {needs(row, column)}\n    outs: [out/{row}-{column}]\n"
        for row in range(ROWS)
        for column in range(COLUMNS)
    )


def test_a_large_mesh_is_built_in_order_and_then_up_to_date(work: Path) -> None:
    here = Bench(work / "p", {"in.txt": "in\n", "dvc.yaml": mesh()})
    here.runner = FakeRunner()
    result = here.build(options=BuildOptions(jobs=8))
    assert set(outcomes(result).values()) == {"ran"}
    place = {stage: number for number, stage in enumerate(here.ran())}
    assert len(place) == ROWS * COLUMNS
    for row in range(1, ROWS):
        for column in range(COLUMNS):
            for path in needs(row, column):
                assert place[f"s{path.removeprefix('out/')}"] < place[f"s{row}-{column}"]
    assert set(outcomes(here.build(options=BuildOptions(jobs=8))).values()) == {"unchanged"}
