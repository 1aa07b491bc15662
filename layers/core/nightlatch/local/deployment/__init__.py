"""After this package a reader knows how template.yaml becomes living resources on a moto server.

moto has a CloudFormation of its own. It reports CREATE_COMPLETE while it drops resource types and
properties that it does not know, and a stage that says "deployed" about a queue policy nobody created
would hide the mistakes that cost people their alerts. So the stage interprets the template itself::

    template.yaml --sam.translate--> CloudFormation --template.read--> resources in order
                                                                            |
                              creators.CREATORS[type](properties, context) --boto3--> moto
                                                                            |
                                                                          Stack

Two promises are kept throughout: a resource type without a creator is an error, and a property that a
creator did not read is an error.
"""

from __future__ import annotations

from nightlatch.local.deployment.deploy import deploy
from nightlatch.local.deployment.errors import (
    BadParameter,
    TemplateError,
    UnknownReference,
    UnknownResourceType,
    UnreadProperty,
    Unsupported,
)
from nightlatch.local.deployment.stack import Function, HttpRoute, Mapping, Resource, Stack
from nightlatch.local.deployment.template import Place, Template, read_template

__all__ = [
    "BadParameter",
    "Function",
    "HttpRoute",
    "Mapping",
    "Place",
    "Resource",
    "Stack",
    "Template",
    "TemplateError",
    "UnknownReference",
    "UnknownResourceType",
    "UnreadProperty",
    "Unsupported",
    "deploy",
    "read_template",
]
