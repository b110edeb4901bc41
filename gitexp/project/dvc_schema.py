"""The sections and keys of DVC's config. Anything else is an error, as it is for DVC."""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SECTIONS: Mapping[str, frozenset[str]] = {
    "core": _words(
        """
        analytics autostage check_update checksum_jobs experiments hardlink_lock interactive machine
        no_scm remote site_cache_dir
        """
    ),
    "cache": _words("azure dir gs hdfs local protected s3 shared slow_link_warning ssh type verify"),
    "exp": _words("auto_push code data git_remote live metrics models params plots"),
    "hydra": _words("config_dir config_module config_name enabled plugins_path"),
    "index": _words("dir"),
    "parsing": _words("bool list"),
    "plots": _words("auto_open html_template out_dir"),
    "state": _words("dir row_cleanup_quota row_limit"),
    "studio": _words("offline repo_url token url"),
}

# `['remote "name"']`: the keys of all kinds of storage together.
REMOTE = _words(
    """
    access_key_id account_key account_name acl allow_agent allow_anonymous_login ask_passphrase
    ask_password auth bearer_token_command cache_regions cert_path checksum_jobs client_id client_secret
    configpath connect_timeout connection_string connection_timeout credentialpath custom_auth_header
    data_proxy_target endpointurl exclude_environment_credential exclude_managed_identity_credential
    exclude_shared_token_cache_credential exclude_visual_studio_code_credential gdrive_acknowledge_abuse
    gdrive_client_id gdrive_client_secret gdrive_service_account_json_file_path
    gdrive_service_account_user_email gdrive_trash_only gdrive_use_service_account
    gdrive_user_credentials_file grant_full_control grant_read grant_read_acp grant_write_acp gss_auth
    jobs kerb_ticket kerberos kerberos_principal key_path keyfile listobjects max_sessions method
    no_traverse oss_endpoint oss_key_id oss_key_secret passphrase password port profile projectname
    protected proxy_to read_timeout region replication sas_token secret_access_key session_token shared
    slow_link_warning sse sse_customer_algorithm sse_customer_key sse_kms_key_id ssl_verify tenant_id
    timeout token type url use_ssl user verify version_aware worktree
    """
)
MACHINE = _words(
    """
    cloud image instance_gpu instance_hdd_size instance_type region setup_script spot spot_price
    ssh_private startup_script
    """
)
DATABASE = _words("password url username")

# Sections with a name: `['remote "name"']` and their like.
NAMED: Mapping[str, frozenset[str]] = {"remote": REMOTE, "machine": MACHINE, "db": DATABASE}

# DVC ignores what it does not know here.
OPEN_SECTIONS = frozenset({"feature"})

# Values that are paths, relative to the folder of the file that names them.
PATH_KEYS: Mapping[str, frozenset[str]] = {
    "cache": _words("dir"),
    "remote": _words(
        """
        cert_path configpath credentialpath gdrive_service_account_json_file_path
        gdrive_user_credentials_file key_path keyfile url
        """
    ),
    "machine": _words("setup_script startup_script"),
}
