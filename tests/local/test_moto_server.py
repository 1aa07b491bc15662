"""The server listens on loopback alone, starts empty, takes routes beside AWS, and leaves nothing behind."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from local.narrated import NOW, ROOT, NarratedAws, narrated_aws
from nightlatch.local import fidelity
from nightlatch.local.aws.moto_server import LOOPBACK, MotoServer


def a_page(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode()]


def a_server(**settings: Any) -> tuple[MotoServer, NarratedAws]:
    told: list[dict[str, Any]] = []
    server = MotoServer(told.append, now=lambda: NOW, **settings)
    return server, NarratedAws(server=server, told=told, keys={"root": ROOT})


def test_it_listens_on_loopback_alone() -> None:
    server, _ = a_server()

    with server:
        assert server._server.server_address[0] == LOOPBACK == "127.0.0.1"
        assert server.endpoint == f"http://127.0.0.1:{server.port}"


def test_it_takes_the_port_it_is_given_and_moto_knows_it() -> None:
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        port = found.getsockname()[1]
    server, _ = a_server(port=port)

    with server:
        assert server.port == port
        assert os.environ["MOTO_PORT"] == str(port)
    assert "MOTO_PORT" not in os.environ


def test_a_taken_port_is_an_error_and_leaves_moto_alone() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        server, _ = a_server(port=taken.getsockname()[1])

        with pytest.raises(OSError, match="in use"):
            server.start()

    assert not fidelity.is_installed()


def test_a_route_beside_aws_is_served_and_not_told() -> None:
    server, aws = a_server(routes={"/slack": a_page})

    with server:
        answer = requests.get(f"{server.endpoint}/slack/messages", timeout=60)

    assert answer.text == "/slack /messages"
    assert aws.told == []


def test_the_account_of_the_stage_is_its_own() -> None:
    server, aws = a_server(account_id="444455556666")

    with server:
        arn = aws.client("secretsmanager", "root").create_secret(Name="prod/db", SecretString="1")["ARN"]

    assert ":444455556666:" in arn
    assert aws.told[0]["account"] == "444455556666"


def test_a_second_server_finds_nothing_of_the_first() -> None:
    with narrated_aws() as first:
        first.client("secretsmanager").create_secret(Name="prod/db", SecretString="1")

    with narrated_aws() as second:
        assert second.client("secretsmanager").list_secrets()["SecretList"] == []


def test_stopping_gives_moto_its_own_behaviour_back_and_may_be_repeated() -> None:
    server, _ = a_server()
    with server:
        assert fidelity.is_installed()

    server.stop()

    assert not fidelity.is_installed()


def test_of_many_rollbacks_at_once_exactly_one_wins() -> None:
    """A label move is a compare-and-set on AWS; moto's store alone would let several through."""
    with narrated_aws() as aws:
        secrets = aws.client("secretsmanager")
        first = secrets.create_secret(Name="prod/db", SecretString="1")["VersionId"]
        second = secrets.put_secret_value(SecretId="prod/db", SecretString="2")["VersionId"]

        def roll_back(_: int) -> bool:
            try:
                secrets.update_secret_version_stage(
                    SecretId="prod/db",
                    VersionStage="AWSCURRENT",
                    MoveToVersionId=first,
                    RemoveFromVersionId=second,
                )
            except secrets.exceptions.InvalidParameterException:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(roll_back, range(24)))

        assert won.count(True) == 1
        assert len(aws.records("UpdateSecretVersionStage")) == 24
        assert len(aws.envelopes("Secret Label Updated")) == 3
