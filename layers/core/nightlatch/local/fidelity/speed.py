"""moto made to answer as before, only sooner, where it looks through everything at each request.

A request took longer the more there was, so that a stage that had been open for an hour felt slow and its tests waited.
Measured on moto 5.2.5 with twenty incidents behind it: seven tenths of the server's time went into listing moto's own
folder to find the service of a request, and one or two tenths into walking whole tables for the items of one key.
Of what is left, four tenths went into trying, for each value of an item, every type that it does not have under twelve
names each.
"""

from __future__ import annotations

from functools import wraps
from threading import local
from typing import Any

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.table import Table
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from nightlatch.local.fidelity.correction import Patch

_look_up = DomainDispatcherApplication.get_backend_for_host
_query, _all_items = Table.query, Table.all_items
_structure = BaseJSONSerializer._serialize_type_structure
_asked = local()  # which key the query of this thread is about
_INDEX_NAME = 7  # the place of this argument of a query


@wraps(_look_up)
def _look_up_once(self: Any, host: str | None) -> Any:
    """Find the service of a host; there are as many hosts as services, Regions and buckets."""
    known = self.__dict__.setdefault("_known_hosts", {})
    if host not in known:
        known[host] = _look_up(self, host)
    return known[host]


@wraps(_query)
def _query_one_key(self: Any, *args: Any, **kwargs: Any) -> Any:
    """Query a table; where no index is asked, only the items of the key are looked at."""
    if len(args) <= _INDEX_NAME or args[_INDEX_NAME] is not None:
        return _query(self, *args, **kwargs)
    _asked.key = args[0]
    try:
        return _query(self, *args, **kwargs)
    finally:
        del _asked.key


@wraps(_all_items)
def _items(self: Any) -> Any:
    key = getattr(_asked, "key", None)
    if key is None or not self.range_key_attr:
        return _all_items(self)
    return list(self.items.get(key, {}).values())


@wraps(_structure)
def _only_what_is_there(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Write a value of an item by the one type that it has; moto holds it as it goes over the wire."""
    if shape.name != "AttributeValue" or not isinstance(value, dict) or not key:
        _structure(self, serialized, value, shape, key)
        return
    typed: dict[str, Any] = {}
    for kind, held in value.items():
        self._serialize(typed, held, shape.members[kind], kind)
    self._default_serialize(serialized, typed, shape, key)


PATCHES = (
    Patch(DomainDispatcherApplication, "get_backend_for_host", _look_up_once),
    Patch(Table, "query", _query_one_key),
    Patch(Table, "all_items", _items),
    Patch(BaseJSONSerializer, "_serialize_type_structure", _only_what_is_there),
)
