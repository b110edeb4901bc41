"""Reads every manifest of a DVC root into one Pipeline: parse, check, resolve templates, build records."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from gitexp.errors import ExpError
from gitexp.pipeline.dotdvc import read_dvc_stage
from gitexp.pipeline.dvcignore import DvcIgnore
from gitexp.pipeline.foreach import expand, is_group
from gitexp.pipeline.graph import where
from gitexp.pipeline.lockfile import check_header
from gitexp.pipeline.manifest import Manifest, read_manifest
from gitexp.pipeline.parse_cache import ParseCache
from gitexp.pipeline.paths import parents, rooted
from gitexp.pipeline.schema import Keys
from gitexp.pipeline.source import Files
from gitexp.pipeline.stage import Pipeline, Stage, Value
from gitexp.pipeline.stages import Origin, build_stage
from gitexp.pipeline.template import OptionStyle, Resolver, has_expression, has_template
from gitexp.pipeline.top import Top, read_top
from gitexp.pipeline.vars import TemplateError, Variables

Used = dict[str, dict[str, None]]


def load_pipeline(
    files: Files,
    style: OptionStyle | None = None,
    root: str | None = None,
    cache: ParseCache | None = None,
) -> Pipeline:
    """Everything the manifests say, templates resolved, checked except for the graph.

    `style` is how mappings become options in `cmd`; `root` is the DVC root's absolute path: absolute paths
    inside it are then taken as relative. Raises ExpError with file, line, stage and what was expected.
    """
    return _Loader(files, style or OptionStyle(), root, cache).load()


class _Loader:
    def __init__(self, files: Files, style: OptionStyle, root: str | None, cache: ParseCache | None) -> None:
        self.files = files
        self.cache = cache
        self.style = style
        self.root = root
        self.stages: list[Stage] = []
        self.tops: list[Top] = []
        self.used: Used = {}
        self.outs: set[str] = set()

    def load(self) -> Pipeline:
        read = []
        for path in self.files.manifests():
            # A folder that is an out is data: what looks like a manifest inside is not ours.
            if any(folder in self.outs for folder in parents(path)):
                continue
            stages = self._read(path)
            self.outs.update(out.path for stage in stages for out in stage.outs)
            self.stages += stages
            read.append(path)
        self._check_ignored()
        return Pipeline(
            stages=tuple(self.stages),
            params=tuple(path for top in self.tops for path in top.params),
            metrics=tuple(path for top in self.tops for path in top.metrics),
            plots=tuple(plot for top in self.tops for plot in top.plots),
            artifacts=tuple(artifact for top in self.tops for artifact in top.artifacts),
            datasets=tuple(dataset for top in self.tops for dataset in top.datasets),
            used_vars={file: tuple(keys) for file, keys in self.used.items()},
            manifests=tuple(read),
        )

    def _read(self, path: str) -> list[Stage]:
        text = self.files.read(path)
        if text is None:
            raise ExpError(f"{path}: the file can't be read.")
        if path.endswith(".dvc"):
            return [read_dvc_stage(text, path, self.root)]
        manifest = read_manifest(text, path, self.cache)
        self._check_lock(manifest)
        reader = _ManifestReader(manifest, self.files, self.style, self.root, self.used)
        stages = list(reader.stages())
        top = reader.top()
        if top is not None:
            self.tops.append(top)
        return stages

    def _check_ignored(self) -> None:
        """An out that .dvcignore hides could never be found again."""
        folders = {folder for path in self.outs for folder in ("", *parents(path))}
        ignore = DvcIgnore.read(self.files, [posixpath.join(folder, ".dvcignore") for folder in folders])
        for stage in self.stages:
            for out in stage.outs:
                if ignore.matches(out.path):
                    raise ExpError(
                        f"{where(stage)}: stage '{stage.name}': the out '{out.written}' is ignored by a "
                        ".dvcignore."
                    )

    def _check_lock(self, manifest: Manifest) -> None:
        lock = manifest.file.removesuffix(".yaml") + ".lock"
        text = self.files.read(lock)
        if text is not None:
            check_header(text, lock)


class _ManifestReader:
    """The stages and the top-level sections of one dvc.yaml."""

    def __init__(
        self, manifest: Manifest, files: Files, style: OptionStyle, root: str | None, used: Used
    ) -> None:
        self.manifest = manifest
        self.files = files
        self.style = style
        self.root = root
        self.used = used
        self._variables: Variables | None = None

    def stages(self) -> Iterator[Stage]:
        definitions: Mapping[str, Value] = self.manifest.data.get("stages", {})
        templates = b"${" in self.manifest.text
        if "vars" in self.manifest.data:
            self.variables()  # a broken `vars` is an error even if nothing uses it
        for name, definition in definitions.items():
            keys = ("stages", name)
            if is_group(definition):
                yield from self._generated(name, definition, keys)
            elif "vars" in definition or (templates and has_template(definition)):
                yield self._templated(name, definition, keys)
            else:
                yield build_stage(name, definition, Origin(self.manifest, keys, self.root))

    def top(self) -> Top | None:
        """The top-level sections; None when there is none."""
        resolver = Resolver(self.variables(), self.style, {}) if b"${" in self.manifest.text else None
        return read_top(self.manifest, resolver, self.root)

    def variables(self) -> Variables:
        """Read once, and only when something needs them."""
        if self._variables is None:
            variables = Variables(self.files)
            self._load_vars(variables, self.manifest.data.get("vars", []), self.manifest.folder, (), True)
            self._variables = variables
        return self._variables

    def _load_vars(
        self, variables: Variables, entries: list[Value], folder: str, keys: Keys, default: bool = False
    ) -> None:
        if has_expression(entries):
            raise self.manifest.error((*keys, "vars"), "`vars` can't hold ${…}: it defines what they mean")
        try:
            if default:
                variables.load_default(folder)
            for index, entry in enumerate(entries):
                variables.load_entry(entry, folder, f"vars[{index}]")
        except TemplateError as error:
            raise self._error(error, (*keys, "vars")) from error

    def _templated(self, name: str, definition: Mapping[str, Value], keys: Keys) -> Stage:
        return self._resolve(name, definition, self.variables(), keys, None)

    def _generated(self, group: str, definition: Mapping[str, Value], keys: Keys) -> Iterator[Stage]:
        variables = self.variables()
        resolver = Resolver(variables, self.style, {})
        inner = (*keys, "do") if "foreach" in definition else keys
        try:
            generated = list(expand(definition, resolver))
        except TemplateError as error:
            raise self._error(error, keys) from error
        for one in generated:
            name = f"{group}@{one.key}"
            yield self._resolve(name, one.body, variables.bind(one.bound), inner, group)

    def _resolve(
        self, name: str, body: Mapping[str, Value], variables: Variables, keys: Keys, group: str | None
    ) -> Stage:
        resolver = Resolver(variables, self.style, self.used)
        if body.get("vars"):
            folder = self._wdir_folder(body, resolver, keys)
            resolver.variables = variables.copy()
            self._load_vars(resolver.variables, body["vars"], folder, keys)
        resolved = {}
        for key, value in body.items():
            if key == "vars":
                continue
            try:
                resolved[key] = resolver.resolve(value, in_command=key == "cmd")
            except TemplateError as error:
                raise self._error(error, (*keys, key), name) from error
        templated = group is not None or resolved != body
        return build_stage(name, resolved, Origin(self.manifest, keys, self.root, group, templated))

    def _wdir_folder(self, body: Mapping[str, Value], resolver: Resolver, keys: Keys) -> str:
        """Where a stage's own vars files are looked for."""
        try:
            wdir = resolver.resolve(body.get("wdir", "."))
        except TemplateError as error:
            raise self._error(error, (*keys, "wdir")) from error
        folder = rooted(str(wdir), self.manifest.folder, self.root)
        return "" if folder == "." else folder

    def _error(self, error: TemplateError, keys: Keys, name: str | None = None) -> ExpError:
        place = (*keys, *error.keys)
        key = f"'{keys[-1]}': " if len(keys) > 2 and keys[-1] != "vars" else ""
        made = f"'{name}': " if name is not None and name != keys[1] else ""
        return self.manifest.error(place, f"{made}{key}{error.message}", error.hint)
