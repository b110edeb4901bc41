"""Every command: its module and one line of help. Listing commands imports none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from importlib import import_module
from typing import Any

from gitexp.dataclass import dataclass
from gitexp.screen.answer import Answer


@dataclass(frozen=True, slots=True)
class Command:
    """`module` has the command as a function named `command`; a group has members instead."""

    module: str
    summary: str
    panel: str = ""
    members: Mapping[str, Command] = field(default_factory=dict)
    takes_command: bool = False  # after the first word nothing is an option: `stage add -n a python x.py -v`


def load(entry: Command) -> Callable[..., Any]:
    """Import the module of a command and return its function."""
    function: Callable[..., Any] = import_module(f"gitexp.cli.{entry.module}").command
    return function


def load_answer(entry: Command) -> Answer:
    """Import the module of a command; what it prints under --json."""
    answer: Answer = import_module(f"gitexp.cli.{entry.module}").ANSWER
    return answer


RUN, SEE, CHANGE, SHARE, PIPELINE, DATA = "Run", "See", "Change", "Share", "Pipeline", "Data"

COMMANDS: Mapping[str, Command] = {
    "demo": Command("demo", "Lay down a small real project and run the main job on it.", RUN),
    "run": Command("run", "Run an experiment, or a sweep of them, in a worktree of its own.", RUN),
    "repro": Command("repro", "Bring the workspace itself up to date.", RUN),
    "queue": Command(
        "",
        "Run many experiments in the background: see, start, stop, retry.",
        RUN,
        members={
            "status": Command("queue_status", "What is queued, running, failed, done; who is at work."),
            "start": Command("queue_start", "Run what is queued in the background, here or on an engine."),
            "doctor": Command("queue_doctor", "Whether the nodes of an engine have what the queue needs."),
            "stop": Command("queue_stop", "Send the workers home."),
            "logs": Command("queue_logs", "What the stages of a queued experiment printed."),
            "kill": Command("queue_kill", "Stop running experiments."),
            "remove": Command("queue_remove", "Forget entries of the queue."),
            "retry": Command("queue_retry", "Queue failed experiments again."),
            "hold": Command("queue_hold", "Keep waiting experiments from being run."),
            "release": Command("queue_release", "Let held experiments wait for their turn again."),
            "move": Command("queue_move", "Make waiting experiments the next to run."),
            "work": Command("queue_work", "Be a worker in this process."),
        },
    ),
    "worker": Command("worker", "Run one entry of the queue in this process; engines do.", RUN),
    "watch": Command("watch", "See how all runs get on, as they do.", RUN),
    "logs": Command("logs", "What the stages of a run printed.", RUN),
    "retry": Command("retry", "Run what failed again, with what it was.", RUN),
    "verify": Command("verify", "Run an experiment again from nothing and compare its outputs.", RUN),
    "status": Command("status", "What would run, and why.", RUN),
    "list": Command("list", "Name the experiments of a baseline.", SEE),
    "show": Command("show", "A table of experiments with their metrics and params.", SEE),
    "ui": Command("ui", "The same table to walk about in: sort, filter, compare, apply.", SEE),
    "log": Command("log", "Experiments one by one, newest first, like git log.", SEE),
    "diff": Command("diff", "Compare metrics, params, data and code of revisions.", SEE),
    "metrics": Command(
        "",
        "Show and compare metrics.",
        SEE,
        members={
            "show": Command("metrics_show", "The metrics of the workspace, or of branches and tags."),
            "diff": Command("metrics_diff", "Compare the metrics of two revisions."),
        },
    ),
    "params": Command(
        "",
        "Compare params.",
        SEE,
        members={"diff": Command("params_diff", "Compare the params of two revisions.")},
    ),
    "plots": Command(
        "",
        "Show and compare plots: as a page, a picture, in the terminal.",
        SEE,
        members={
            "show": Command("plots_show", "The plots of the workspace."),
            "diff": Command("plots_diff", "The plots of several revisions, overlaid."),
        },
    ),
    "schema": Command("schema", "What commands print under --json, for programs.", SEE),
    "report": Command("report", "One HTML file of table and charts, or Markdown for a pull request.", SEE),
    "apply": Command("apply", "Bring an experiment's code, params and data into the workspace.", CHANGE),
    "branch": Command("branch", "Make a branch from an experiment.", CHANGE),
    "rename": Command("rename", "Give an experiment another name.", CHANGE),
    "remove": Command("remove", "Remove experiments; they can be brought back.", CHANGE),
    "save": Command("save", "Make an experiment of the workspace as it is, without running.", CHANGE),
    "note": Command("note", "Write down what you think of an experiment.", CHANGE),
    "clean": Command("clean", "Remove what killed runs and old undos left behind.", CHANGE),
    "rebase": Command("rebase", "Run experiments again on another baseline.", CHANGE),
    "undo": Command("undo", "Take back what the last command did to experiments or the workspace.", CHANGE),
    "push": Command("push", "Push experiments and their data.", SHARE),
    "pull": Command("pull", "Pull experiments and their data.", SHARE),
    "fetch": Command("fetch", "Fetch experiments without their data.", SHARE),
    "init": Command("init", "Make this Git repository a DVC project.", PIPELINE),
    "stage": Command(
        "",
        "Add, list and remove the stages of the pipeline.",
        PIPELINE,
        members={
            "add": Command("stage_add", "Add a stage to dvc.yaml.", takes_command=True),
            "list": Command("stage_list", "List the stages."),
            "remove": Command("stage_remove", "Remove stages from dvc.yaml."),
        },
    ),
    "freeze": Command("freeze", "Keep stages as they are, whatever changes upstream.", PIPELINE),
    "unfreeze": Command("unfreeze", "Let frozen stages run again.", PIPELINE),
    "dag": Command("dag", "Draw the pipeline.", PIPELINE),
    "add": Command("add", "Track files and folders as data.", DATA),
    "checkout": Command("checkout", "Bring data from the cache into the workspace.", DATA),
    "commit": Command("commit", "Record the workspace's data as it is, running nothing.", DATA),
    "move": Command("move", "Give tracked data another path.", DATA),
    "unprotect": Command("unprotect", "Make links into the cache files that can be edited.", DATA),
    "fsck": Command("fsck", "Check the cache; where is the data of every experiment?", DATA),
    "gc": Command("gc", "Free the disk of data that nothing needs.", DATA),
    "data": Command(
        "",
        "Share data through remotes; see what is where.",
        DATA,
        members={
            "push": Command("data_push", "Send data that the remote lacks."),
            "pull": Command("data_pull", "Bring data from the remote into the workspace."),
            "fetch": Command("data_fetch", "Bring data from the remote into the cache."),
            "status": Command("data_status", "What data changed, what is missing where."),
            "remove": Command("data_remove", "Stop tracking data."),
            "diff": Command("data_diff", "Which data files two revisions have different."),
        },
    ),
}
