"""An entry of the inventory means what its writer meant, in whatever form it was written (ruling 33)."""

from __future__ import annotations

import pytest

from nightlatch.domain.account.inventory import Inventory

THEIRS, OTHERS = "999988887777", "222233334444"


@pytest.mark.parametrize(
    "entry",
    [
        THEIRS,
        f" {THEIRS}\n",
        "9999-8888-7777",  # as the console shows it
        f"arn:aws:iam::{THEIRS}:root",
        f"arn:aws-cn:iam::{THEIRS}:root",
        f"arn:aws:iam::{THEIRS}:role/partner/reader",
        f"arn:aws:sts::{THEIRS}:assumed-role/reader/session:with:colons",
        f"arn:aws:secretsmanager:eu-west-1:{THEIRS}:secret:shared-AbCdEf",
        f"arn:aws:organizations::{OTHERS}:account/o-exampleorgid/{THEIRS}",
    ],
)
def test_an_account_is_trusted_in_whatever_form_it_is_named(entry):
    inventory = Inventory(trusted_accounts=frozenset({entry, "arn:aws:s3:::bucket", "acme", ""}))

    assert inventory.trusts(THEIRS)
    assert not inventory.trusts(OTHERS)


@pytest.mark.parametrize(
    "entry", ["", "acme", "arn:aws:s3:::bucket", f"{THEIRS}0", f"x{THEIRS}", f"arn:aws:s3:::{THEIRS}", f"arn:{THEIRS}"]
)
def test_an_entry_that_names_no_account_trusts_none(entry):
    inventory = Inventory(trusted_accounts=frozenset({entry}))

    assert not any(inventory.trusts(account) for account in (THEIRS, OTHERS, "", entry or "x"))
