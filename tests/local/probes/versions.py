"""Questions about versions and labels: what a rollback product stands on."""

from __future__ import annotations

from datetime import timedelta

from local.probes.world import Probe, World, refused


def custom_label_after_put(world: World) -> object:
    first = world.a_secret()
    world.label("golden", first)
    world.put()
    return world.labels(first)


def labels_of_put_after_rollback(world: World) -> object:
    first, second = world.rolled_back()
    third = world.put()
    return ["AWSCURRENT" in each for each in world.labels(first, second, third)]


def previous_after_put_after_rollback(world: World) -> object:
    first, second = world.rolled_back()
    world.put()
    return ["AWSPREVIOUS" in each for each in world.labels(first, second)]


def read_after_rollback(world: World) -> object:
    first, second = world.rolled_back()
    read = world.secrets.get_secret_value(SecretId="prod/db")["VersionId"]
    return {first: "first", second: "second"}[read]


def put_with_twenty_more_labels(world: World) -> object:
    world.a_secret()
    for batch in range(3):
        world.put(VersionStages=[f"pin-{batch}-{number}" for number in range(6)])
    return refused(world.put, VersionStages=["one", "two"])


def versions_kept_after_a_day(world: World) -> object:
    world.a_secret()
    for _ in range(104):
        world.put()
    young = _count(world)
    world.advance(timedelta(hours=25))
    world.put()
    return young, _count(world)


def _count(world: World) -> int:
    listed = world.secrets.list_secret_version_ids(SecretId="prod/db", IncludeDeprecated=True, MaxResults=100)
    more = listed.get("NextToken")
    if not more:
        return len(listed["Versions"])
    rest = world.secrets.list_secret_version_ids(SecretId="prod/db", IncludeDeprecated=True, NextToken=more)
    return len(listed["Versions"]) + len(rest["Versions"])


def move_custom_label_without_its_holder(world: World) -> object:
    first = world.a_secret()
    second = world.put()
    world.label("golden", first)
    return refused(world.label, label="golden", to=second)


def take_current_away(world: World) -> object:
    first = world.a_secret()
    return refused(world.label, label="AWSCURRENT", to=None, source=first)


def twenty_first_label(world: World) -> object:
    first = world.a_secret()
    for number in range(19):
        world.label(f"pin-{number}", first)
    return refused(world.label, label="pin-19", to=first)


def labels_after_a_refused_move(world: World) -> object:
    first = world.a_secret()
    world.label("golden", first)
    refused(world.label, label="golden", to="00000000-0000-0000-0000-000000000000", source=first)
    return world.labels(first)


def pending_after_it_became_current(world: World) -> object:
    first = world.a_secret()
    second = world.put(VersionStages=["AWSPENDING"])
    world.label("AWSCURRENT", second, first)
    return world.labels(second)


PROBES = {
    "put-keeps-custom-labels": Probe(
        ask=custom_label_after_put, aws=[["AWSPREVIOUS", "golden"]], moto=[["AWSPREVIOUS"]]
    ),
    "one-current-version": Probe(ask=labels_of_put_after_rollback, aws=[False, False, True], moto=[True, False, True]),
    "previous-follows-current": Probe(ask=previous_after_put_after_rollback, aws=[True, False], moto=[False, True]),
    "read-follows-current": Probe(ask=read_after_rollback, aws="first", moto="second"),
    "put-label-limit": Probe(ask=put_with_twenty_more_labels, aws="LimitExceededException", moto=None),
    "old-versions-collected": Probe(ask=versions_kept_after_a_day, aws=(105, 102), moto=(105, 106)),
    "move-names-the-holder": Probe(
        ask=move_custom_label_without_its_holder, aws="InvalidParameterException", moto=None
    ),
    "current-is-never-removed": Probe(ask=take_current_away, aws="InvalidParameterException", moto=None),
    "move-label-limit": Probe(ask=twenty_first_label, aws="LimitExceededException", moto=None),
    "refused-move-changes-nothing": Probe(
        ask=labels_after_a_refused_move, aws=[["AWSCURRENT", "golden"]], moto=[["AWSCURRENT"]]
    ),
    "current-drops-pending": Probe(
        ask=pending_after_it_became_current, aws=[["AWSCURRENT"]], moto=[["AWSCURRENT", "AWSPENDING"]]
    ),
}
