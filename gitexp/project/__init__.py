"""Where things are: the DVC root, its config, our settings.

project        find the project, and the same project inside a worktree
settings       what DVC's config and Git's `exp.*` say, as one record
remotes        which data remote a command means
dvc_config     DVC's config files: four levels, validated
dvc_schema     the sections and keys that DVC knows
"""

from gitexp.project.project import Project, find_project, project_at
from gitexp.project.settings import HydraSettings, Remote, Settings

__all__ = ["HydraSettings", "Project", "Remote", "Settings", "find_project", "project_at"]
