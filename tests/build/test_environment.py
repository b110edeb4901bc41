from __future__ import annotations

import pytest

from gitexp.build.environment import commands_of, shell_argv, stage_environment


def test_a_string_is_one_command_a_line_and_a_list_one_an_item() -> None:
    assert commands_of("a\n\n  b \\\nc\n") == ("a", "  b \\", "c")
    assert commands_of(("a\nb", "c")) == ("a\nb", "c")


@pytest.mark.parametrize(
    ("shell", "argv"),
    [
        (None, ["/bin/sh", "-c", "x"]),
        ("", ["/bin/sh", "-c", "x"]),
        ("/usr/bin/bash", ["/usr/bin/bash", "--noprofile", "--norc", "-c", "x"]),
        ("/bin/zsh", ["/bin/zsh", "--no-rcs", "-c", "x"]),
        ("/usr/bin/fish", ["/usr/bin/fish", "--no-config", "-c", "x"]),
    ],
)
def test_the_users_shell_runs_without_its_startup_files(shell: str | None, argv: list[str]) -> None:
    assert shell_argv("x", shell) == argv


def test_the_environment_is_ours_less_gits_own_plus_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "/elsewhere/index")
    monkeypatch.setenv("MINE", "1")
    env = stage_environment("sub/dvc.yaml:s", {"DVC_ROOT": "/r"})
    assert not {"GIT_DIR", "GIT_INDEX_FILE"} & env.keys()
    assert (env["MINE"], env["DVC_ROOT"], env["DVC_STAGE"]) == ("1", "/r", "sub/dvc.yaml:s")
