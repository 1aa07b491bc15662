"""After this module a reader knows how the resources of a template are made one after another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nightlatch.local.deployment.creators import CREATORS
from nightlatch.local.deployment.creators.context import Clients, Context
from nightlatch.local.deployment.errors import UnknownReference, UnknownResourceType
from nightlatch.local.deployment.intrinsics import Evaluator, require_known
from nightlatch.local.deployment.properties import Properties
from nightlatch.local.deployment.stack import Resource, Stack
from nightlatch.local.deployment.template import Template, Wanted, look_up
from nightlatch.local.deployment.views import functions_of, mappings_of, routes_of


def deploy(template: Template, endpoint: str) -> Stack:
    """Make every resource of a template on a server.

    Raises:
        UnknownResourceType: The stage has no creator for a type; nothing was made.
        UnreadProperty: A creator does not know a property of its resource.
        TemplateError: A name, a value or a call is wrong; the message names the resource.
    """
    _refuse_unknown_types(template)
    clients = Clients(endpoint, template.place.region)
    world = _Deploying(template, clients)
    evaluator = Evaluator(world)
    try:
        for wanted in template.resources:
            world.add(_make(wanted, evaluator, world))
        outputs = {name: evaluator.resolve(value) for name, value in template.outputs.items()}
    finally:
        clients.close()
    functions = functions_of(world.resources, template.folder)
    return Stack(
        place=template.place,
        resources=world.resources,
        functions=functions,
        mappings=mappings_of(world.resources),
        routes=routes_of(world.resources),
        outputs=outputs,
    )


def _refuse_unknown_types(template: Template) -> None:
    unknown = [wanted for wanted in template.resources if wanted.type not in CREATORS]
    if unknown:
        named = ", ".join(f"{wanted.logical_id} ({wanted.type})" for wanted in unknown)
        raise UnknownResourceType(f"the stage cannot make {named}; nothing was deployed")


def _make(wanted: Wanted, evaluator: Evaluator, world: _Deploying) -> Resource:
    resolved = evaluator.resolve(wanted.properties)
    properties = Properties(f"{wanted.logical_id} ({wanted.type})", resolved)
    context = Context(
        logical_id=wanted.logical_id,
        type=wanted.type,
        place=world.template.place,
        folder=world.template.folder,
        clients=world.clients,
    )
    made = CREATORS[wanted.type](properties, context)
    properties.finish()
    return Resource(
        logical_id=wanted.logical_id,
        type=wanted.type,
        physical_id=made.physical_id,
        attributes=made.attributes,
        properties=resolved,
        unrealised=made.unrealised,
    )


class _Deploying:
    """The world while resources come into being: what exists so far may be referred to."""

    def __init__(self, template: Template, clients: Clients) -> None:
        self.template = template
        self.clients = clients
        self.resources: dict[str, Resource] = {}
        self._values = {**template.place.pseudo(), **template.parameters}

    def add(self, resource: Resource) -> None:
        self.resources[resource.logical_id] = resource

    def ref(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        return require_known(name, self.resources, "the resource or parameter").physical_id

    def attribute(self, logical_id: str, name: str) -> Any:
        attributes: Mapping[str, Any] = require_known(logical_id, self.resources, "the resource").attributes
        if name not in attributes:
            raise UnknownReference(f"{logical_id} has no attribute {name} on the stage")
        return attributes[name]

    def condition(self, name: str) -> bool:
        return bool(require_known(name, self.template.conditions, "the condition"))

    def look_up(self, table: str, first: str, second: str) -> Any:
        return look_up(self.template.mappings, table, first, second)

    def parameter_store(self, name: str) -> str:
        client = self.clients["ssm"]
        try:
            return str(client.get_parameter(Name=name)["Parameter"]["Value"])
        except client.exceptions.ParameterNotFound as error:
            raise UnknownReference(f"the SSM parameter {name} does not exist on the stage") from error
