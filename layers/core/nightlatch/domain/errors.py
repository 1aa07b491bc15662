"""Everything nightlatch raises on purpose, so that a caller can catch exactly what it can answer.

NightlatchError
├── MalformedRecord        a record nobody can judge: send it to the dead-letter queue, or count it
├── Unreadable             an input file or document cannot be read: tell the person, go on with the rest
├── InvalidPolicy          the policy file is wrong: keep the last good one, tell the person
├── Refused                a guard said no: nothing was changed, the message says why and what to do
│   ├── IllegalTransition      the response is in a state that does not allow the signal
│   ├── NothingToRestore       there is no earlier version or no deletion to take back
│   ├── WorldMoved             the secret changed since the plan was made: plan again
│   ├── Unauthorised           this person may not do this
│   └── ForgedRequest          the request is not from Slack, or is too old
├── NotFound               the thing named does not exist (any more)
└── Unavailable            AWS or a channel could not be asked: try again later
    ├── Busy                   a channel asked for a pause
    ├── NotYet                 AWS will take the same call in some seconds
    └── Undeliverable          a channel answered and does not take this message: do not send it again at once
"""

LONGEST_ASKED_S = 86_400.0  # for what a channel asks: it may answer any number


class NightlatchError(Exception):
    """Root of the tree; its text is one clear line that a person may read."""


class MalformedRecord(NightlatchError):
    """A record lacks eventSource, eventName or a readable eventTime; keep it, never drop it."""


class Unreadable(NightlatchError):
    """An input cannot be read or is not what it should be; report it and read the others."""


class InvalidPolicy(NightlatchError):
    """A policy document breaks the schema; keep the last good policy and show the message."""


class Refused(NightlatchError):
    """A guard refused and nothing was changed; show the message, do not retry unchanged."""


class IllegalTransition(Refused):
    """A signal arrived in a state that does not allow it (a second click, an expired button)."""


class NothingToRestore(Refused):
    """No other version, or no pending deletion, exists to go back to."""


class WorldMoved(Refused):
    """The secret is no longer as the plan saw it; make a new plan."""


class Unauthorised(Refused):
    """The person is not an approver for this, or acted in the event; ask somebody else."""


class ForgedRequest(Refused):
    """The signature is missing, wrong or older than five minutes; answer 401 and do nothing."""


class NotFound(NightlatchError):
    """What was named does not exist; say so, with the name."""


class Unavailable(NightlatchError):
    """A service could not be asked; the same call may succeed later."""


class NotYet(Unavailable):
    """AWS does not take the call yet, and says so; make it again in some seconds."""


class Busy(Unavailable):
    """A channel asked for a pause; send the same again after it."""

    def __init__(self, message: str, again_in_s: float) -> None:
        super().__init__(message)
        self.again_in_s = min(max(again_in_s, 0.0), LONGEST_ASKED_S)


class Undeliverable(Unavailable):
    """A channel answered and refused; somebody must mend it, and trying again at once only costs time."""
