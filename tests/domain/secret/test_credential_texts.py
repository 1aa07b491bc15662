"""What looks like a credential is named by its kind; ordinary words about credentials are none."""

from __future__ import annotations

import pytest

from nightlatch.domain.secret.credential_texts import credential_in


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("key AKIA" + "IOSFODNN7EXAMPLE here", "an AWS access key"),
        ("ASIA" + "IOSFODNN7EXAMPLE", "an AWS access key"),
        ("ghp_" + "a1" * 18, "a GitHub token"),
        ("github_pat_" + "a1" * 18, "a GitHub token"),
        ("xoxb-" + "1234567890-abc", "a Slack token"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
        ("eyJhbGciOiJIUzI1." + "eyJzdWIiOiIxMjM0.sig", "a web token"),
        ("postgres://app:hunter@db/orders", "an address with a password"),
        ("redis://:hunter@cache", "an address with a password"),
        ("password=hunter2", "a password"),
        ("Passphrase : correct-horse1", "a password"),
        ("API key: 0123456789", "a password"),
        ("DB_PASSWORD=hunter2", "a password"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7", "a password"),
        ("password: rotated monthly", None),
        ("secret=orders-db1", None),
        ("password=changeme", None),
        ("the token of the shop, see https://wiki/tokens:9", None),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf", None),
        ("AKIA is a prefix", None),
        ("", None),
    ],
)
def test_a_text_seems_to_hold(text, kind):
    assert credential_in(["orders", text]) == kind


def test_a_long_text_is_read_in_no_time():
    assert credential_in(["password=" * 50_000, "a:" * 50_000, "eyJ" * 50_000]) is None
