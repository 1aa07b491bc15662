"""What changed beside the value is told in words that quote no description and no tag's value."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes_snapshots import metadata_of
from nightlatch.domain.secret.metadata import ReplicaSettings, RotationSettings, SecretMetadata, changes

TEXTS = st.text(min_size=1, max_size=20)
PLANTED = "pl4nted-v4lue"
FULL = metadata_of(
    description="d",
    tags=(("env", "prod"), ("team", "a")),
    policy_text="{}",
    key_id="alias/k",
    rotation=RotationSettings(enabled=True, lambda_arn="arn:f", days=30),
    replicas=(ReplicaSettings(region="us-east-1"),),
)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (replace(FULL, description="other"), "description changed"),
        (replace(FULL, description=""), "description removed"),
        (replace(FULL, tags=(("env", "test"), ("team", "a"))), "tag env changed"),
        (replace(FULL, tags=(("env", "prod"),)), "tag team removed"),
        (replace(FULL, tags=(*FULL.tags, ("x", "y"))), "tag x added"),
        (replace(FULL, policy_text=None), "resource policy removed"),
        (replace(FULL, policy_text="{ }"), "resource policy changed"),
        (replace(FULL, key_id=None), "key changed from alias/k to aws/secretsmanager"),
        (replace(FULL, rotation=replace(FULL.rotation, enabled=False)), "rotation turned off"),
        (replace(FULL, rotation=replace(FULL.rotation, lambda_arn="arn:g")), "rotation function changed"),
        (
            replace(FULL, rotation=replace(FULL.rotation, days=None, schedule="rate(4 days)", duration="3h")),
            "rotation schedule changed from each 30 days to rate(4 days) within 3h",
        ),
        (
            replace(FULL, rotation=replace(FULL.rotation, external_role="arn:r")),
            "settings of the external rotation changed",
        ),
        (replace(FULL, replicas=()), "replica in us-east-1 removed"),
        (
            replace(FULL, replicas=(ReplicaSettings(region="us-east-1", key_id="k"),)),
            "replica in us-east-1 moved to another key",
        ),
        (replace(FULL, owning_service="rds"), "managed by rds"),
        (replace(FULL, arn="arn:other"), "created again under another ARN"),
    ],
)
def test_each_change_has_its_words_and_no_other(after: SecretMetadata, said: str) -> None:
    assert changes(FULL, after) == (said,)


@given(st.dictionaries(st.sampled_from(["env", "team"]), TEXTS), TEXTS)
def test_no_description_and_no_tags_value_is_told_or_shown(tags: dict[str, str], description: str) -> None:
    values = {f"{PLANTED}{value}" for value in (*tags.values(), description)}
    after = metadata_of(
        description=f"{PLANTED}{description}", tags=tuple((key, f"{PLANTED}{value}") for key, value in tags.items())
    )

    shown = " ".join((*changes(FULL, after), *changes(after, FULL), repr(after)))

    assert not any(value in shown for value in values)
    assert PLANTED not in shown


def test_equal_metadata_have_one_digest_in_whatever_order_aws_lists_them() -> None:
    turned = replace(FULL, tags=tuple(reversed(FULL.tags)))

    assert turned.digest == FULL.digest


@pytest.mark.parametrize("field", [field.name for field in fields(SecretMetadata)])
def test_every_field_counts_in_the_digest(field: str) -> None:
    other = {
        "tags": (("x", "y"),),
        "rotation": RotationSettings(),
        "replicas": (),
    }.get(field, "another")

    assert replace(FULL, **{field: other}).digest != FULL.digest  # type: ignore[arg-type]
