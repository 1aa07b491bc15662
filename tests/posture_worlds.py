"""An account to audit, in memory: pages that can be refused, lost on the way, or cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nightlatch.domain.errors import WorldMoved
from nightlatch.domain.judging.findings import Severity
from nightlatch.domain.posture.accounts import AccountPosture
from nightlatch.domain.posture.examples import ACCOUNT, NOW, REGION, a_function, a_secret, an_account
from nightlatch.domain.posture.findings import FindingKind, PostureFinding
from nightlatch.domain.posture.functions import FunctionPosture
from nightlatch.domain.posture.practices import Practice
from nightlatch.domain.posture.secrets import SecretPosture
from nightlatch.domain.secret.metadata import RotationSettings
from nightlatch.service.audit_ports import FunctionPage, SecretPage

BARE = RotationSettings()


def an_arn(name: str) -> str:
    return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-AbCdEf"


def named(name: str, **other: object) -> SecretPosture:
    """Give a secret to which no check has an objection, but for what is said."""
    return a_secret(arn=an_arn(name), name=name, **other)


def bare(name: str, **other: object) -> SecretPosture:
    """Give a secret that nobody ever rotated."""
    return named(name, rotation=BARE, last_rotated=None, **other)


def a_posture_finding(name: str = "prod/db", *, check: str = "rotation.off", **other) -> PostureFinding:
    return PostureFinding(
        **{
            "check": check,
            "practice": Practice.ROTATION,
            "kind": FindingKind.VIOLATION,
            "severity": Severity.MEDIUM,
            "subject": an_arn(name),
            "name": name,
            "account_id": ACCOUNT,
            "region": REGION,
            "title": "Nobody rotates it",
            "reason": "no rotation has ever been set up for it",
            "remedy": "Rotate it.",
            "seen_at": NOW,
            **other,
        }
    )


@dataclass
class FakePremises:
    """The port `Premises` in memory, some secrets a page."""

    listed: Sequence[SecretPosture] = ()
    functions_listed: Sequence[FunctionPosture] = field(default_factory=lambda: (a_function(),))
    whole: AccountPosture = field(default_factory=an_account)
    gone: tuple[str, ...] = ()  # ARNs that vanish while their page is looked at
    left_out: tuple[str, ...] = ()  # ARNs that are listed on the first page and not looked at on purpose
    page: int = 2
    goes_round: bool = False  # the last page of secrets names the place of the first again
    fails: dict[str, Exception] = field(default_factory=dict)  # by what is asked: "secrets", "functions", "account"
    forgets: set[str] = field(default_factory=set)  # tokens that AWS no longer knows
    account_id: str = ACCOUNT
    region: str = REGION
    calls: int = 0
    rotators: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def secrets(self, token: str | None) -> SecretPage:
        self._ask("secrets", token)
        start = int(token or 0)
        some = self.listed[start : start + self.page]
        more = str(start + self.page) if start + self.page < len(self.listed) else None
        if self.goes_round and more is None:
            more = str(self.page)
        seen = tuple(one for one in some if one.arn not in self.gone)
        return SecretPage(
            secrets=seen,
            token=more,
            vanished=tuple(one.arn for one in some if one.arn in self.gone),
            left_out=() if token else self.left_out,
        )

    def functions(self, token: str | None, rotators: dict[str, tuple[str, ...]]) -> FunctionPage:
        self._ask("functions", token)
        self.rotators = rotators
        return FunctionPage(functions=tuple(self.functions_listed), token=None)

    def account(self, secrets: int) -> AccountPosture:
        self._ask("account", None)
        return replace(self.whole, secrets=secrets)

    def _ask(self, what: str, token: str | None) -> None:
        self.calls += 1
        if what in self.fails:
            raise self.fails[what]
        if token in self.forgets:
            raise WorldMoved("AWS no longer knows this place in its list; begin anew")
