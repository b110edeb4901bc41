"""The shapes of dvc.yaml, .dvc and dvc.lock files (DVC 3): which keys there are and what they hold."""

from __future__ import annotations

from gitexp.pipeline.schema import (
    ANYTHING,
    FLAG,
    LIST,
    MAPPING,
    NOTHING,
    NUMBER,
    TEXT,
    ListOf,
    MapOf,
    OneOf,
    Record,
    Shape,
)

_ANNOTATION: dict[str, Shape] = {"desc": TEXT, "type": TEXT, "labels": ListOf(TEXT), "meta": ANYTHING}

_OUT_FLAGS: dict[str, Shape] = {
    **_ANNOTATION,
    "cache": FLAG,
    "persist": FLAG,
    "checkpoint": FLAG,  # of DVC 2; accepted and without effect
    "remote": TEXT,
    "push": FLAG,
}
_PLOT_FLAGS: dict[str, Shape] = {
    **_OUT_FLAGS,
    **dict.fromkeys(("template", "x", "y", "x_label", "y_label", "title"), TEXT),
    "header": FLAG,
}
_OUTS = ListOf(OneOf((TEXT, MapOf(Record(_OUT_FLAGS)))), "a list")
_PLOT_OUTS = ListOf(OneOf((TEXT, MapOf(OneOf((Record(_PLOT_FLAGS), ListOf(Record(_PLOT_FLAGS))))))), "a list")

VARS = ListOf(OneOf((TEXT, MAPPING)))

STAGE = Record(
    {
        "cmd": OneOf((TEXT, LIST)),
        "wdir": TEXT,
        "deps": ListOf(TEXT),
        "params": ListOf(OneOf((TEXT, MAPPING))),
        "outs": _OUTS,
        "metrics": _OUTS,
        "plots": _PLOT_OUTS,
        "vars": VARS,
        "matrix": MapOf(OneOf((TEXT, LIST))),
        "frozen": FLAG,
        "always_changed": FLAG,
        "desc": TEXT,
        "meta": ANYTHING,
    },
    required=("cmd",),
    gone={
        "live": "DVC 2's 'live' is gone: list its files under 'metrics' and 'plots'.",
        "outs_no_cache": "write it as `outs:` with `- path: {cache: false}`.",
        "metrics_no_cache": "write it as `metrics:` with `- path: {cache: false}`.",
        "plots_no_cache": "write it as `plots:` with `- path: {cache: false}`.",
        "outs_persist": "write it as `outs:` with `- path: {persist: true}`.",
        "do": "'do' goes with 'foreach'.",
    },
)
FOREACH = Record({"foreach": OneOf((MAPPING, LIST, TEXT)), "do": STAGE}, required=("foreach", "do"))

_FIELDS = OneOf((TEXT, ListOf(TEXT), MapOf(OneOf((TEXT, ListOf(TEXT))))))
_PLOT = Record(
    {
        "x": OneOf((TEXT, MapOf(TEXT))),
        "y": _FIELDS,
        **dict.fromkeys(("x_label", "y_label", "title", "template"), TEXT),
    }
)
_ARTIFACT = Record({"path": TEXT, **_ANNOTATION}, required=("path",))

MANIFEST = Record(
    {
        "vars": VARS,
        "stages": MapOf(MAPPING),  # each one by STAGE or FOREACH: its own words in the error
        "params": ListOf(TEXT),
        "metrics": ListOf(TEXT),
        "plots": ListOf(OneOf((TEXT, MapOf(OneOf((_PLOT, NOTHING)))))),
        "artifacts": MapOf(_ARTIFACT),
        "datasets": ListOf(MAPPING),
    },
    gone={"stage": "stages go under 'stages:'."},
)

_HASH: dict[str, Shape] = dict.fromkeys(("md5", "checksum", "etag"), OneOf((TEXT, NUMBER, NOTHING)))
_META: dict[str, Shape] = {"size": NUMBER, "nfiles": NUMBER, "isexec": FLAG, "version_id": TEXT}
_CLOUD = MapOf(Record({**_META, **_HASH}), single=True)
_DIR_FILE = Record({**_HASH, **_META, "relpath": TEXT, "cloud": _CLOUD}, required=("relpath",))
_DATA: dict[str, Shape] = {
    **_HASH,
    **_META,
    "path": TEXT,
    "hash": TEXT,
    "cloud": _CLOUD,
    "files": ListOf(_DIR_FILE),
}
_REPO = Record(
    {
        "url": TEXT,
        "rev": TEXT,
        "rev_lock": TEXT,
        "config": OneOf((TEXT, MAPPING)),
        "remote": OneOf((TEXT, MAPPING)),
    },
    required=("url",),
)
_DB = Record(dict.fromkeys(("query", "connection", "file_format", "table"), TEXT))
_DVC_DEP = Record({**_DATA, "persist": FLAG, "fs_config": MAPPING, "repo": _REPO, "db": _DB})
_DVC_OUT = Record(
    {
        **_DATA,
        **_ANNOTATION,
        "persist": FLAG,
        "cache": FLAG,
        "remote": TEXT,
        "push": FLAG,
        "fs_config": MAPPING,
    },
    required=("path",),
)

DVC_FILE = Record(
    {
        "md5": OneOf((TEXT, NUMBER, NOTHING)),
        "wdir": OneOf((TEXT, NOTHING)),
        "deps": OneOf((ListOf(_DVC_DEP), NOTHING)),
        "outs": OneOf((ListOf(_DVC_OUT), NOTHING)),
        "locked": FLAG,
        "frozen": FLAG,
        "always_changed": FLAG,
        "desc": TEXT,
        "meta": ANYTHING,
    },
    gone={"cmd": "DVC 1 kept commands in .dvc files; today they are stages of a dvc.yaml."},
)

_LOCKED = Record({**_DATA, "dataset": MAPPING}, required=("path",))
LOCK_ENTRY = Record(
    {
        "cmd": OneOf((TEXT, LIST)),
        "deps": ListOf(_LOCKED),
        "params": MapOf(MapOf(ANYTHING)),
        "outs": ListOf(_LOCKED),
    },
    required=("cmd",),
)
LOCK = Record({"schema": TEXT, "datasets": ANYTHING, "stages": MapOf(LOCK_ENTRY)}, required=("schema",))
