"""What others ask of Secrets Manager: the controls that a team may have to show, each in our own words.

Source: Security Hub user guide, controls for Secrets Manager; AWS Config developer guide, managed rules; Prowler,
checks of the service secretsmanager (November 2026).
"""

from __future__ import annotations

from collections.abc import Mapping

CONTROLS: Mapping[str, str] = {
    "SecretsManager.1": "rotation is on, within a frequency that you may set",
    "SecretsManager.2": "rotation succeeds when the schedule wants it",
    "SecretsManager.3": "the secret was read within so many days (90)",
    "SecretsManager.4": "the secret was rotated within so many days (90)",
    "SecretsManager.5": "the secret has tags, of certain keys where you name some",
    "config:secretsmanager-rotation-enabled-check": "rotation is on, within a frequency that you may set",
    "config:secretsmanager-scheduled-rotation-success-check": "no date of a rotation passed without success",
    "config:secretsmanager-secret-periodic-rotation": "the secret was rotated within so many days (90)",
    "config:secretsmanager-secret-unused": "the secret was read within so many days (90)",
    "config:secretsmanager-using-cmk": "a key of the customer's encrypts the secret, one of a list where you give it",
    "prowler:secretsmanager_automatic_rotation_enabled": "rotation is on",
    "prowler:secretsmanager_has_restrictive_resource_policy": (
        "the policy denies all but named principals, and lets in no other account"
    ),
    "prowler:secretsmanager_not_publicly_accessible": "the policy does not let everybody in",
    "prowler:secretsmanager_secret_rotated_periodically": "the secret was rotated within so many days (90)",
    "prowler:secretsmanager_secret_unused": "the secret was read within so many days (90)",
}
