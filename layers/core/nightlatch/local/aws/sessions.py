"""After this module a reader knows how the stage makes boto3 sessions that start fast.

A fresh session reads the JSON model of every service again, a tenth of a second each. All sessions of a
stage share one reader of models; what they sign with is their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import boto3
import botocore.session
from botocore.loaders import Loader, create_loader

_ROOT = "stage"  # moto takes a key that nobody issued for the account's root


def stage_session(region: str, credentials: Mapping[str, str] | None = None) -> boto3.session.Session:
    """Make a session for the stage; without credentials it acts as the account's root.

    Args:
        region: Where its clients act.
        credentials: What AssumeRole or CreateAccessKey returned.
    """
    given = credentials or {}
    core = botocore.session.Session()
    core.register_component("data_loader", _models())
    return boto3.session.Session(
        botocore_session=core,
        aws_access_key_id=given.get("AccessKeyId", _ROOT),
        aws_secret_access_key=given.get("SecretAccessKey", _ROOT),
        aws_session_token=given.get("SessionToken"),
        region_name=region,
    )


@cache
def _models() -> Loader:
    return create_loader()
