"""Small random pipelines and edits of them, for hypothesis: all that a stage may declare, in any mixture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from gitexp.pipeline.yaml import dump_yaml

SOURCES = ("in0.txt", "in1.txt", "src")  # the last one is a folder
KINDS = ("text", "new file", "param", "cmd", "frozen", "always", "delete", "spoil", "nothing")
PARAMS = ("p0", "p1", "n.deep")


@dataclass(frozen=True)
class RandomOut:
    """`kind` is 'outs', 'metrics' or 'plots'."""

    path: str
    is_dir: bool
    kind: str
    flags: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class RandomStage:
    name: str
    deps: tuple[str, ...]
    params: tuple[str, ...]
    outs: tuple[RandomOut, ...]
    salt: int = 0  # changes the command, not what it makes
    frozen: bool = False
    always_changed: bool = False
    wdir: bool = False  # runs in a folder of its own
    keys: tuple[str, ...] = ()  # of a foreach group

    def definition(self) -> dict[str, Any]:
        """What stands in dvc.yaml. The outs depend on the deps' bytes and the params' lines alone."""
        up = "../" if self.wdir else ""
        stage: dict[str, Any] = {"cmd": [self._make(out, up) for out in self.outs]}
        if self.wdir:
            stage["wdir"] = f"dir_{self.name}"
        if self.deps:
            stage["deps"] = [up + dep for dep in self.deps]
        if self.params:
            stage["params"] = [{f"{up}params.yaml": list(self.params)}] if self.wdir else list(self.params)
        for out in self.outs:
            item: Any = {self._keyed(out.path): dict(out.flags)} if out.flags else self._keyed(out.path)
            stage.setdefault(out.kind, []).append(item)
        for flag in ("frozen", "always_changed"):
            if getattr(self, flag):
                stage[flag] = True
        return {"foreach": list(self.keys), "do": stage} if self.keys else stage

    def made(self) -> tuple[str, ...]:
        """Paths of the outs that other stages may read, from the root."""
        folder = f"dir_{self.name}/" if self.wdir else ""
        paths = [folder + self._keyed(out.path) for out in self.outs if out.kind == "outs"]
        return tuple(path.replace("${item}", key) for path in paths for key in self.keys or ("",))

    def _keyed(self, path: str) -> str:
        return f"${{item}}-{path}" if self.keys else path

    def _make(self, out: RandomOut, up: str) -> str:
        words = [f"(find {up}{dep} -type f | sort | xargs cat)" for dep in self.deps]
        words += [f"grep -o '{name.rpartition('.')[2]}: .*' {up}params.yaml" for name in self.params]
        if self.keys:
            words.append("echo ${item}")
        source = "; ".join([*words, f"echo {out.path}"])
        path, salt = self._keyed(out.path), f" # {self.salt}"
        if out.kind == "metrics":
            return f"printf '{{\"v\": %s}}' $( ({source}) | wc -c) > {path}{salt}"
        if out.is_dir:
            return f"mkdir -p {path}/sub && ({source}) > {path}/a && echo b > {path}/sub/b{salt}"
        return f"({source}) > {path}{salt}"


@dataclass(frozen=True)
class RandomProject:
    """`texts` are contents of the sources by file, `values` the params."""

    stages: tuple[RandomStage, ...]
    texts: dict[str, str] = field(default_factory=dict)
    values: tuple[int, ...] = (0, 0, 0)

    def files(self) -> dict[str, str]:
        """All files of the project, ready to be written."""
        p0, p1, deep = self.values
        manifest = {"stages": {stage.name: stage.definition() for stage in self.stages}}
        folders = {f"dir_{stage.name}/.keep": "" for stage in self.stages if stage.wdir}
        return {
            "params.yaml": f"p0: {p0}\np1: {p1}\nn:\n  deep: {deep}\n",
            "dvc.yaml": dump_yaml(manifest).decode(),
            "in0.txt": "zero\n",
            "in1.txt": "one\n",
            "src/a.txt": "a\n",
            "src/deep/b.txt": "b\n",
            **folders,
            **self.texts,
        }


@dataclass(frozen=True)
class Edit:
    """What is done between two runs: another project, and paths to delete or to spoil in the workspace."""

    project: RandomProject
    deleted: tuple[str, ...] = ()
    spoiled: tuple[str, ...] = ()

    def apply(self, root: Path) -> None:
        for name, text in self.project.files().items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
        for name in self.deleted:
            (root / name).unlink(missing_ok=True)
        for name in self.spoiled:
            path = root / name
            if path.is_file():
                path.unlink()
                path.write_text("spoiled\n")


@st.composite
def random_outs(draw: st.DrawFn, name: str) -> tuple[RandomOut, ...]:
    found = []
    for number in range(draw(st.integers(1, 2))):
        kind = draw(st.sampled_from(["outs", "outs", "outs", "metrics", "plots"]))
        is_dir = kind == "outs" and draw(st.booleans())
        names = draw(st.sets(st.sampled_from(["cache", "persist"]), max_size=1 if kind == "outs" else 0))
        if kind != "outs" and draw(st.booleans()):
            names = {"cache"}
        flags = tuple((flag, flag == "persist") for flag in sorted(names))
        suffix = "" if is_dir else ".json" if kind == "metrics" else ".txt"
        found.append(RandomOut(f"{name}_{number}{suffix}", is_dir, kind, flags))
    return tuple(found)


@st.composite
def random_projects(draw: st.DrawFn) -> RandomProject:
    stages: list[RandomStage] = []
    for number in range(draw(st.integers(1, 5))):
        name = f"s{number}"
        known = [*SOURCES, *(path for stage in stages for path in stage.made())]
        deps = draw(st.lists(st.sampled_from(known), unique=True, max_size=3))
        params = draw(st.lists(st.sampled_from(PARAMS), unique=True, max_size=2))
        stages.append(
            RandomStage(
                name,
                tuple(deps),
                tuple(params),
                draw(random_outs(name)),
                always_changed=draw(st.integers(0, 7)) == 0,
                wdir=draw(st.integers(0, 3)) == 0,
                keys=draw(st.sampled_from([(), (), (), ("x", "y")])),
            )
        )
    return RandomProject(tuple(stages))


@st.composite
def random_edits(draw: st.DrawFn, project: RandomProject) -> Edit:
    """One thing changed; all stages can still run."""
    what = draw(st.sampled_from(KINDS))
    number = draw(st.integers(0, len(project.stages) - 1))
    stage = project.stages[number]
    if what == "text":
        name = draw(st.sampled_from(["in0.txt", "in1.txt", "src/a.txt"]))
        text = draw(st.sampled_from(["zero\n", "changed\n", "again\n", ""]))
        return Edit(replace(project, texts={**project.texts, name: text}))
    if what == "new file":
        return Edit(replace(project, texts={**project.texts, "src/new.txt": "new\n"}))
    if what == "param":
        at = draw(st.integers(0, 2))
        value = draw(st.integers(0, 2))
        return Edit(replace(project, values=(*project.values[:at], value, *project.values[at + 1 :])))
    if what in ("cmd", "frozen", "always"):
        changed = {
            "cmd": replace(stage, salt=stage.salt + 1),
            "frozen": replace(stage, frozen=not stage.frozen),
            "always": replace(stage, always_changed=not stage.always_changed),
        }[what]
        return Edit(
            replace(project, stages=(*project.stages[:number], changed, *project.stages[number + 1 :]))
        )
    files = tuple(path for path in stage.made() if path.endswith(".txt"))
    if what == "delete":
        return Edit(project, deleted=files)
    return Edit(project, spoiled=files if what == "spoil" else ())
