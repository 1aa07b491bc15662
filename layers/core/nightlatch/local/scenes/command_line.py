"""The plain `aws` command line on the stage, as anybody has it; where it is not installed boto3 makes the same call."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

from nightlatch.local.scenes.theatre import REGION, Theatre
from nightlatch.local.scenes.timeline import SceneFailed


def delete_by_force(theatre: Theatre, secret: str, *, role: str, session: str) -> str:
    """Delete a secret without recovery as somebody; give the words of what was done.

    Raises:
        SceneFailed: The command line did not do it.
    """
    keys, aws = theatre.keys_of(role, session), that_runs("aws")
    if aws is None:
        manager = theatre.stage.client("secretsmanager", keys)
        manager.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
        return f"no aws command is installed here, so boto3 made its call: role {role} deleted {secret} by force"
    words = ["secretsmanager", "delete-secret", "--secret-id", secret, "--force-delete-without-recovery"]
    done = subprocess.run(  # noqa: S603 - our own words, and the command that the person has installed
        [aws, *words], env=_environment(theatre.stage.endpoint, keys), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SceneFailed(f"aws {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
    return f"role {role} ran: aws {' '.join(words)}"


def that_runs(name: str) -> str | None:
    """Find a command; a version manager's shim may stand on PATH and yet refuse to run."""
    found = shutil.which(name)
    if found is None:
        return None
    tried = subprocess.run((found, "--version"), capture_output=True, check=False)  # noqa: S603 - found on PATH
    return found if tried.returncode == 0 else None


def _environment(endpoint: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Let the command line reach the stage and nothing else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_DEFAULT_REGION": REGION,
        "AWS_PAGER": "",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
