"""After this module a reader knows every way in which a template can be refused.

* TemplateError              the template cannot be deployed on the stage
  + BadParameter             a parameter is missing, unknown, or outside its allowed values
  + UnknownReference         Ref, GetAtt, Sub, FindInMap or a condition names something absent
  + CircularDependency       resources wait for each other
  + UnknownResourceType      the stage has no creator for this type
  + UnreadProperty           a creator does not know this property
  + Unsupported              a function or feature that the stage refuses to pretend to have
  + CreationFailed           boto3 or the server refused the resource
"""

from __future__ import annotations


class TemplateError(Exception):
    """The template cannot be deployed; the message names the place and the reason."""


class BadParameter(TemplateError):
    """Give the parameter another value, or remove it."""


class UnknownReference(TemplateError):
    """Correct the name in the template."""


class CircularDependency(TemplateError):
    """Break the circle in the template; AWS refuses it too."""


class UnknownResourceType(TemplateError):
    """Write a creator for the type, or leave the resource out of the template."""


class UnreadProperty(TemplateError):
    """Correct the property's name, or teach its creator to read it."""


class Unsupported(TemplateError):
    """Say it another way in the template; the stage will not guess."""


class CreationFailed(TemplateError):
    """Correct the resource: what boto3 refuses here AWS would refuse too."""
