"""The account that the command line means, whether or not a nightlatch is deployed in it."""

from __future__ import annotations

from dataclasses import dataclass

import boto3
from botocore.exceptions import ClientError

from nightlatch.adapters.aws_codes import is_denied
from nightlatch.adapters.aws_errors import code_of
from nightlatch.config import load_settings
from nightlatch.domain.errors import NotFound, Unavailable
from nightlatch.reach.connection import Connection
from nightlatch.reach.where import USUAL_STACK, Where, connect


@dataclass(frozen=True, slots=True)
class Reached:
    """A connection, and what is to be known of it."""

    connection: Connection
    is_deployed: bool
    is_local: bool = False  # on the stage, which has no quotas
    doubt: str = ""  # why it is not known whether a nightlatch is deployed


def reach(where: Where) -> Reached:
    """Connect to the nightlatch that is meant; without one of the usual name, to the account alone.

    Raises:
        NotFound: No stage runs here, or there is no stack of the name that was given.
        Unavailable: AWS could not be asked; credentials are missing or expired.
    """
    try:
        return Reached(connect(where), is_deployed=True, is_local=where.local)
    except NotFound:
        if where.local or where.stack != USUAL_STACK:
            raise
        return Reached(_alone(where), is_deployed=False)
    except Unavailable as error:
        if where.local or where.stack != USUAL_STACK or not _is_denied(error):
            raise
        why = "cloudformation:DescribeStacks was denied, so nobody knows whether a nightlatch is deployed here"
        return Reached(_alone(where), is_deployed=False, doubt=why)


def _alone(where: Where) -> Connection:
    session = boto3.session.Session(profile_name=where.profile, region_name=where.region)
    return Connection(session, None, load_settings({}))


def _is_denied(error: Unavailable) -> bool:
    cause = error.__cause__ or error.__context__
    return isinstance(cause, ClientError) and is_denied(code_of(cause))
