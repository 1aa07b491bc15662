"""KMS keys as AWS keeps them: a key that is disabled or waits to be deleted does nothing, whoever asks.

::

    Enabled <--EnableKey-- Disabled <--CancelKeyDeletion-- PendingDeletion
            --DisableKey-->          --ScheduleKeyDeletion-->

Source: KMS developer guide, key-state (the table of states and calls, with the error of each); that the messages end
so is seen in many a forum and believed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from nightlatch.local.fidelity.correction import MEASURED_FOR_ACTS, Correction, Evidence, Patch

_STATES = "KMS developer guide, key-state"

CORRECTIONS = (
    Correction(
        id="key-state-stops-its-use",
        aws="a disabled key neither encrypts nor decrypts nor makes MACs: DisabledException; a pending one neither: "
        "KMSInvalidStateException",
        moto="uses the key in every state",
        source=_STATES,
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="key-states-follow-each-other",
        aws="a key that waits to be deleted can only be given back, which leaves it disabled; no other key can",
        moto="enables a pending key, and gives back one that never was",
        source=_STATES,
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="keys-by-arn",
        aws="EnableKey, DisableKey, ScheduleKeyDeletion and CancelKeyDeletion take a key's ARN",
        moto="fails with a KeyError",
        source="botocore 1.43 service model, kms",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
    Correction(
        id="key-answers-give-the-arn",
        aws="GenerateMac, VerifyMac, ScheduleKeyDeletion and CancelKeyDeletion give the key's ARN",
        moto="give its id, or what the caller typed",
        source="botocore 1.43 service model, CancelKeyDeletionResponse; KMS API reference, GenerateMac (example)",
        evidence=Evidence.VERIFIED,
        measured_on=MEASURED_FOR_ACTS,
    ),
)

PENDING, DISABLED = "PendingDeletion", "Disabled"
_KEY_ID_LENGTH = 36  # a ciphertext of moto's begins with the id of its key

_encrypt = KmsBackend.encrypt
_decrypt = KmsBackend.decrypt
_generate_mac = KmsBackend.generate_mac


def find_key(account_id: str, region: str, key_id: str) -> Any:
    """Find moto's key by id, ARN or alias; nothing where there is none."""
    if key_id.startswith("arn:"):
        _, _, _, region, account_id, _ = key_id.split(":", 5)
    backend = kms_backends[account_id][region]
    alias = backend.get_alias_name(key_id)
    found = backend.get_key_id_from_alias(alias) if alias.startswith("alias/") else backend.get_key_id(key_id)
    return backend.keys.get(found or "")


def is_usable(key: Any) -> bool:
    """Tell whether a key's state lets it encrypt and decrypt."""
    return key.key_state not in {PENDING, DISABLED}


def _refuse_unusable(key: Any) -> None:
    if key is None:
        return  # moto has its own words for a key that is not there
    if key.key_state == DISABLED:
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state == PENDING:
        raise _invalid_state(key)


def _invalid_state(key: Any) -> Exception:
    state = "pending deletion" if key.key_state == PENDING else "not pending deletion"
    error: Exception = JsonRESTError("KMSInvalidStateException", f"{key.arn} is {state}.")
    return error


def _encrypting(self: Any, key_id: str, *args: Any, **kwargs: Any) -> Any:
    _refuse_unusable(find_key(self.account_id, self.region_name, key_id))
    return _encrypt(self, key_id, *args, **kwargs)


def _decrypting(self: Any, ciphertext_blob: bytes, *args: Any, **kwargs: Any) -> Any:
    _refuse_unusable(self.keys.get(ciphertext_blob[:_KEY_ID_LENGTH].decode(errors="replace")))
    return _decrypt(self, ciphertext_blob, *args, **kwargs)


def _making_mac(self: Any, message: bytes, key_id: str, *args: Any, **kwargs: Any) -> tuple[str, str, str]:
    _refuse_unusable(find_key(self.account_id, self.region_name, key_id))
    mac, algorithm, answered = _generate_mac(self, message, key_id, *args, **kwargs)
    return mac, algorithm, answered


def _giving_the_arn(answer: Callable[[Any], str]) -> Callable[[Any], str]:
    @wraps(answer)
    def given(self: Any) -> str:
        answered = json.loads(answer(self))
        key = find_key(self.current_account, self.region, self._get_param("KeyId"))
        return json.dumps({**answered, "KeyId": key.arn})

    return given


def _on_state(change: Callable[..., Any], *, of_pending_alone: bool) -> Callable[..., Any]:
    @wraps(change)
    def changed(self: Any, key_id: str, *args: Any, **kwargs: Any) -> Any:
        key = find_key(self.account_id, self.region_name, key_id)
        if key is not None and (key.key_state == PENDING) != of_pending_alone:
            raise _invalid_state(key)
        return change(self, key_id if key is None else key.id, *args, **kwargs)

    return changed


PATCHES = (
    Patch(KmsBackend, "encrypt", _encrypting),
    Patch(KmsBackend, "decrypt", _decrypting),
    Patch(KmsBackend, "generate_mac", _making_mac),
    *(
        Patch(KmsBackend, change.__name__, _on_state(change, of_pending_alone=change.__name__ == "cancel_key_deletion"))
        for change in (
            KmsBackend.enable_key,
            KmsBackend.disable_key,
            KmsBackend.schedule_key_deletion,
            KmsBackend.cancel_key_deletion,
        )
    ),
    *(
        Patch(KmsResponse, answer.__name__, _giving_the_arn(answer))
        for answer in (
            KmsResponse.generate_mac,
            KmsResponse.verify_mac,
            KmsResponse.schedule_key_deletion,
            KmsResponse.cancel_key_deletion,
        )
    ),
)
