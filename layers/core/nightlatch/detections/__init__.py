"""The catalogue: one file is one detection, and a detection that is not in this tuple does not exist."""

from nightlatch.detections import (
    batch_retrieval,
    bulk_read,
    cancelled,
    current_moved,
    deletion_scheduled,
    denied_probing,
    force_delete,
    foreign_account,
    function_tampered,
    gone_without_call,
    lost,
    mass_deletion,
    opened,
    public,
    root_use,
    tampered,
    trail_tampered,
    unexpected_writer,
)
from nightlatch.domain.rules import Detection

CATALOGUE: tuple[Detection, ...] = (
    bulk_read.DETECTION,
    batch_retrieval.DETECTION,
    denied_probing.DETECTION,
    root_use.DETECTION,
    deletion_scheduled.DETECTION,
    force_delete.DETECTION,
    mass_deletion.DETECTION,
    gone_without_call.DETECTION,
    unexpected_writer.DETECTION,
    current_moved.DETECTION,
    public.DETECTION,
    foreign_account.DETECTION,
    cancelled.DETECTION,
    function_tampered.DETECTION,
    lost.DETECTION,
    opened.DETECTION,
    trail_tampered.DETECTION,
    tampered.DETECTION,
)
