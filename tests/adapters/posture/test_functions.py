"""Functions are looked at page by page; those that rotate secrets more closely, and those that are gone are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fakes_posture import Scripted, all_functions, premises, refusal
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.checks import Check, Example, Outcome, Verdict, judge
from nightlatch.domain.posture.examples import TERMS, a_function
from nightlatch.domain.posture.functions import FunctionPosture, LogGroupPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.terms import Terms
from nightlatch.domain.posture.unseen import Gap
from worlds import ACCOUNT, REGION

GROUP = "/aws/lambda/rotate-db"


def arn_of(name: str, *, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def configuration(name: str, **said: Any) -> dict[str, Any]:
    return {"FunctionArn": arn_of(name), "FunctionName": name, **said}


def clients(*pages: list[dict[str, Any]], **answers: Any) -> Scripted:
    def listed(asked: Mapping[str, Any]) -> Mapping[str, Any]:
        number = int(asked.get("Marker", 0))
        more = {"NextMarker": str(number + 1)} if number + 1 < len(pages) else {}
        return {"Functions": pages[number], **more}

    usual = {
        "lambda__ListFunctions": listed,
        "lambda__GetFunctionConfiguration": refusal("ResourceNotFoundException", status=404),
        "logs__DescribeLogGroups": {"logGroups": []},
        "logs__DescribeSubscriptionFilters": {"subscriptionFilters": []},
    }
    return Scripted(**usual | answers)


def one(world: Scripted, name: str = "rotate-db") -> FunctionPosture:
    (found,) = all_functions(premises(world), {arn_of(name): ("prod/db",)})
    return found


def test_a_function_is_seen_as_its_configuration_has_it() -> None:
    function = configuration(
        "rotate-db",
        Role=f"arn:aws:iam::{ACCOUNT}:role/rotate-db",
        Runtime="python3.13",
        LastModified="2026-03-01T09:00:00.000+0000",
        VpcConfig={"VpcId": "vpc-0a"},
    )

    found = one(clients([function]))

    assert (found.arn, found.name, found.account_id, found.region) == (
        arn_of("rotate-db"), "rotate-db", ACCOUNT, REGION
    )  # fmt: skip
    assert (found.runtime, found.vpc, found.rotates) == ("python3.13", "vpc-0a", ("prod/db",))
    assert found.changed_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (found.variables, found.log_group) == ((), None)


def test_a_function_outside_a_vpc_is_in_none() -> None:
    assert one(clients([configuration("rotate-db", VpcConfig={"VpcId": "", "SubnetIds": []})])).vpc is None


def test_only_functions_that_rotate_are_looked_at_more_closely() -> None:
    port = premises(clients([configuration("rotate-db"), configuration("app")]))

    found = all_functions(port, {arn_of("rotate-db"): ("prod/db",)})

    assert [each.is_rotator for each in found] == [True, False]
    assert port.calls_by_action == {"lambda:ListFunctions": 1, "logs:DescribeLogGroups": 1}


def test_a_secret_may_name_a_version_or_an_alias() -> None:
    (found,) = all_functions(
        premises(clients([configuration("rotate-db")])),
        {f"{arn_of('rotate-db')}:live": ("prod/a",), f"{arn_of('rotate-db')}:7": ("prod/b",)},
    )

    assert found.arn == arn_of("rotate-db")
    assert found.rotates == ("prod/a", "prod/b")


def test_where_its_lines_go_is_read_from_the_log_group() -> None:
    group = {
        "logGroupName": GROUP,
        "retentionInDays": 30,
        "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k",
        "dataProtectionStatus": "ACTIVATED",
    }
    filters = [{"filterName": "out", "destinationArn": "arn:aws:firehose:eu-west-1:111122223333:deliverystream/d"}]
    answers = {
        "logs__DescribeLogGroups": {"logGroups": [{"logGroupName": f"{GROUP}-2"}, group]},
        "logs__DescribeSubscriptionFilters": {"subscriptionFilters": filters},
    }

    found = one(clients([configuration("rotate-db")], **answers)).log_group

    assert found == LogGroupPosture(
        name=GROUP,
        retention_days=30,
        key="arn:aws:kms:eu-west-1:111122223333:key/k",
        has_data_protection=True,
        forwarded_to=("arn:aws:firehose:eu-west-1:111122223333:deliverystream/d",),
    )


def test_a_policy_of_the_whole_account_masks_lines_too_and_one_that_was_taken_away_does_not() -> None:
    def masked(**said: Any) -> bool | Gap:
        groups = {"logGroups": [{"logGroupName": GROUP, **said}]}
        found = one(clients([configuration("rotate-db")], logs__DescribeLogGroups=groups)).log_group
        assert isinstance(found, LogGroupPosture)
        return found.has_data_protection

    assert masked(inheritedProperties=["ACCOUNT_DATA_PROTECTION"]) is True
    assert masked(dataProtectionStatus="DELETED") is False
    assert masked() is False


def test_a_function_may_write_to_another_group_than_its_own() -> None:
    asked: list[str] = []

    def groups(one: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(one["logGroupNamePrefix"])
        return {"logGroups": [{"logGroupName": "/shared"}]}

    found = one(
        clients([configuration("rotate-db", LoggingConfig={"LogGroup": "/shared"})], logs__DescribeLogGroups=groups)
    )

    assert asked == ["/shared"]
    assert isinstance(found.log_group, LogGroupPosture)


def test_a_rotation_function_that_no_page_holds_is_gone() -> None:
    found = all_functions(premises(clients([configuration("app")])), {arn_of("gone"): ("prod/db",)})

    assert [(each.name, each.is_gone, each.rotates) for each in found] == [
        ("app", False, ()),
        ("gone", True, ("prod/db",)),
    ]


def test_a_rotation_function_of_another_account_or_region_is_not_said_to_be_gone() -> None:
    rotators = {
        arn_of("theirs", account="444455556666"): ("prod/a",),
        arn_of("there", region="us-east-1"): ("prod/b",),
        "no arn": ("prod/c",),
    }

    found = all_functions(premises(clients([])), rotators)

    assert not any(each.is_gone for each in found)
    assert all(each.unseen is not None and "another account or Region" in each.unseen.why for each in found)


def test_a_rotation_function_that_was_made_since_the_list_is_looked_at() -> None:
    world = clients([], lambda__GetFunctionConfiguration=configuration("rotate-db", VpcConfig={"VpcId": "vpc-0a"}))

    found = one(world)

    assert (found.is_gone, found.unseen, found.vpc) == (False, None, "vpc-0a")


def test_who_goes_on_with_the_list_of_another_names_only_those_that_are_gone() -> None:
    def known(asked: Mapping[str, Any]) -> Any:
        name = asked["FunctionName"].rpartition(":")[2]
        return refusal("ResourceNotFoundException") if name == "gone" else configuration(name)

    world = clients([configuration("rotate-db")], [configuration("app")], lambda__GetFunctionConfiguration=known)
    rotators = {arn_of("rotate-db"): ("prod/a",), arn_of("gone"): ("prod/b",)}
    first = premises(world).functions(None, rotators)

    second = premises(world)
    page = second.functions(first.token, rotators)
    last = second.functions(page.token, rotators)

    assert [each.name for each in page.functions] == ["app"]
    assert [(each.name, each.is_gone) for each in last.functions] == [("gone", True)]
    assert last.token is None


def test_many_that_are_gone_come_page_by_page() -> None:
    rotators = {arn_of(f"gone-{number:03}"): (f"prod/{number}",) for number in range(120)}
    port = premises(clients([]))
    page = port.functions(None, rotators)
    sizes = []
    while page.token is not None:
        page = port.functions(page.token, rotators)
        sizes.append(len(page.functions))

    assert sizes == [50, 50, 20]


def test_of_a_function_that_could_not_be_looked_at_nothing_is_judged() -> None:
    gap = Gap("lambda:GetFunctionConfiguration", "not here")
    check: Check[FunctionPosture] = Check(
        id="any.thing",
        practice=Practice.VPC,
        about=FunctionPosture,
        title="Any",
        severity=Severity.LOW,
        evaluate=_never,
        remedy="None.",
        command=None,
        sources=(),
        examples=(Example(name="any", posture=a_function(), violates=False),),
    )

    (judgement,) = judge(replace(a_function(), unseen=gap), (check,), TERMS)

    assert (judgement.outcome, judgement.gap) == (Outcome.UNSEEN, gap)


def _never(_function: FunctionPosture, _terms: Terms) -> Verdict:
    raise AssertionError
