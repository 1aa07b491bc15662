"""What the simulated organisation is: its secrets, who uses them, and what it told nightlatch about itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nightlatch.domain.answering.policy import Policy
from nightlatch.policy_file import parse_policy
from simulation.callers import Caller, person, role, user
from simulation.records import ACCOUNT, Secret, draw, pick

CLOUDFORMATION = "cloudformation.amazonaws.com"
_SIZES = (2, 3, 4, 5, 5, 8, 12)  # secrets of a service: a few are many


@dataclass(frozen=True, slots=True)
class Service:
    """A workload: the secrets it reads when it starts, and whether it runs on instances or in containers."""

    name: str
    secrets: tuple[Secret, ...]
    on_instances: bool

    def caller(self, session: str, release: int = 0) -> Caller:
        """Its role in a session; each release that brings a new role has a number above 0."""
        name = f"svc-{self.name}-r{release}" if release else f"svc-{self.name}"
        if self.on_instances:
            instance = f"i-{int(draw(name, session) * 16**15):017x}"
            return role(name, instance, path="/service/", on_instance=True, endpoint="vpce-0a1b2c3d4e5f60718")
        return role(name, session, path="/service/", address="203.0.113.10", agent="aws-sdk-go-v2/1.30")


@dataclass(frozen=True)
class Organisation:
    """So many secrets and principals; a tenth of the size is a tenth of each kind."""

    secrets: int = 500
    principals: int = 120
    refreshed: int = 10  # secrets that the External Secrets Operator refreshes
    spare: int = 12  # secrets that nobody uses any more
    extra: dict[str, Any] = field(default_factory=dict)  # of the policy

    @cached_property
    def databases(self) -> tuple[Secret, ...]:
        """Secrets that rotate each week."""
        return tuple(Secret(f"db/{n}") for n in range(self.secrets * 16 // 100))

    @cached_property
    def team_secrets(self) -> tuple[Secret, ...]:
        """Secrets of people."""
        return tuple(Secret(f"team/{n}") for n in range(self.secrets * 12 // 100))

    @cached_property
    def cluster_secrets(self) -> tuple[Secret, ...]:
        """Secrets that the External Secrets Operator refreshes."""
        return tuple(Secret(f"k8s/{n}") for n in range(self.refreshed))

    @cached_property
    def unused(self) -> tuple[Secret, ...]:
        """Secrets that only scanners look at: what attacks delete, so that no later record is impossible."""
        return tuple(Secret(f"old/{n}") for n in range(self.spare))

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Workloads share what is left of the secrets."""
        left = self.secrets - sum(map(len, (self.databases, self.team_secrets, self.cluster_secrets, self.unused)))
        found: list[Service] = []
        number = 0
        while left > 0:
            size = min(left, pick(_SIZES, "size", number))
            name = f"{number:02}"
            some = tuple(Secret(f"app/{name}/{n}") for n in range(size))
            found.append(Service(name, some, on_instances=draw("runs on", number) < 0.3))
            left -= size
            number += 1
        return tuple(found)

    @cached_property
    def everything(self) -> tuple[Secret, ...]:
        """All secrets that there are."""
        of_services = (secret for service in self.services for secret in service.secrets)
        return (*self.databases, *self.team_secrets, *self.cluster_secrets, *self.unused, *of_services)

    @cached_property
    def rotators(self) -> tuple[Caller, ...]:
        """The roles of the rotation functions, whose sessions Lambda names after the functions."""
        names = [f"rotate-{n}" for n in range(max(1, len(self.databases) // 10))]
        return tuple(role(f"{name}-role", name, address="203.0.113.20", agent="Boto3/1.34") for name in names)

    @cached_property
    def reporting(self) -> tuple[Caller, ...]:
        """Old IAM users whose nightly jobs read three secrets each."""
        return tuple(user(f"reporting{n}", address=f"198.51.100.{60 + n}") for n in range(2))

    @cached_property
    def people(self) -> tuple[Caller, ...]:
        """Whoever is left of the principals, signed in through Identity Center."""
        machines = 7 + len(self.services) + len(self.rotators) + len(self.reporting)
        return tuple(person(f"person{n}") for n in range(max(6, self.principals - machines)))

    @property
    def terraform(self) -> Caller:
        """Infrastructure code, run by a pipeline."""
        return role("terraform", "nightly", address="198.51.100.30", agent="APN/1.0 HashiCorp/1.0 Terraform/1.9.5")

    @property
    def pipeline(self) -> Caller:
        """The pipeline that deploys services: CloudFormation creates on its way what a release needs."""
        place = {"address": CLOUDFORMATION, "agent": CLOUDFORMATION, "through": CLOUDFORMATION}
        return role("deploy-services", "AWSCloudFormation", path="/deploy/", **place)

    @property
    def operator(self) -> Caller:
        """The External Secrets Operator."""
        return role("external-secrets", "provider", address="203.0.113.30", agent="external-secrets/0.10")

    @property
    def recorder(self) -> Caller:
        """AWS Config's own role."""
        path = "/aws-service-role/config.amazonaws.com/"
        place = {"address": "config.amazonaws.com", "agent": "config.amazonaws.com"}
        return role("AWSServiceRoleForConfig", "AWSConfig-Describe", path=path, through="config.amazonaws.com", **place)

    @property
    def policy(self) -> Policy:
        """What the operator wrote: everybody is told of everything, whose test stacks come and go, and who deploys."""
        stacks = {
            "principal": f"arn:aws:iam::{ACCOUNT}:role/ci-*",
            "secrets": "ci-tmp/",
            "may": ["read", "change", "delete"],
            "owner": "platform team",
            "reason": "test stacks come and go",
            "expires": "2027-01-01T00:00:00Z",
        }
        deployer = {
            "principal": self.pipeline.arn,
            "owner": "platform team",
            "reason": "a release may bring a service a new role",
            "expires": "2027-01-01T00:00:00Z",
        }
        functions = [caller.session for caller in self.rotators]
        document = {
            "version": 1,
            "defaults": {"mode": "notify"},
            "known_actors": [stacks],
            "deployers": [deployer],
            "inventory": {"rotation_functions": functions},
        }
        return parse_policy({**document, **self.extra}, where="the simulation").to_domain()
