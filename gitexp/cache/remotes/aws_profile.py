"""The keys of a profile in AWS's own files, ~/.aws/config and ~/.aws/credentials."""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from pathlib import Path

from gitexp.errors import ExpError
from gitexp.project.settings import Remote

# What AWS's files call what obstore calls so.
_NAMES = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
    "region": "region",
    "endpoint_url": "endpoint",
}


def aws_profile(remote: Remote, environ: Mapping[str, str]) -> dict[str, str]:
    """Keys, region and endpoint of the remote's profile; of 'default' where nobody named any and no keys
    are in the environment. Raises ExpError for a profile that is not there, or has no keys.
    """
    profile = remote.options.get("profile") or environ.get("AWS_PROFILE")
    if profile is None and (environ.get("AWS_ACCESS_KEY_ID") or remote.options.get("access_key_id")):
        return {}
    home = Path(environ.get("HOME", "/"), ".aws")
    config = remote.options.get("configpath") or environ.get("AWS_CONFIG_FILE") or home / "config"
    credentials = (
        remote.options.get("credentialpath")
        or environ.get("AWS_SHARED_CREDENTIALS_FILE")
        or home / "credentials"
    )
    named = profile not in (None, "default")
    found = {
        **_section(Path(config), f"profile {profile}" if named else "default"),
        **_section(Path(credentials), f"{profile}" if named else "default"),
    }
    if profile is not None and not found:
        raise ExpError(
            f"remote '{remote.name}': there is no AWS profile '{profile}'.", f"profiles are in {home}."
        )
    if profile is not None and "secret_access_key" not in found:
        raise ExpError(
            f"remote '{remote.name}': the AWS profile '{profile}' has no keys of its own (single sign-on?).",
            f'eval "$(aws configure export-credentials --profile {profile} --format env)" gets you some.',
        )
    return found


def _section(path: Path, section: str) -> dict[str, str]:
    files = configparser.RawConfigParser()
    files.read(path)
    if not files.has_section(section):
        return {}
    return {_NAMES[key]: value for key, value in files.items(section) if key in _NAMES}
