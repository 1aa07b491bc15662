"""After this module a reader knows how a SAM template becomes plain CloudFormation without a network.

The translator is AWS's own. It wants code at S3 addresses and the names of managed policies from IAM;
the stage gives it made-up addresses that carry the local folder, and no managed policies (the
translator then writes their full ARNs).

Source: https://github.com/aws/serverless-application-model (samtranslator 1.115)
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import boto3
from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.utils.py27hash_fix import (
    to_py27_compatible_template,
    undo_mark_unicode_str_in_template,
)
from samtranslator.yaml_helper import yaml_parse

from nightlatch.local.deployment.errors import TemplateError

CODE_BUCKET = "nightlatch-stage-code"
"""The bucket name that stands for "a folder beside the template"; no such bucket is ever made."""

_CODE_PROPERTIES = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::Lambda::Function": "Code",
    "AWS::Lambda::LayerVersion": "Content",
}


def translate(path: Path, parameters: dict[str, Any], region: str) -> dict[str, Any]:
    """Read a template file and expand its SAM resources.

    Raises:
        TemplateError: The file is not a template, or the translator refuses it.
    """
    template = yaml_parse(path.read_text(encoding="utf-8"))
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        message = f"{path.name}: a template needs a Resources section"
        raise TemplateError(message)
    _give_code_addresses(template)
    if "Transform" not in template:
        return template
    return _transform(template, dict(parameters), region)


def _transform(template: dict[str, Any], parameters: dict[str, Any], region: str) -> dict[str, Any]:
    # It warns about metrics of AWS's own service that nobody collects here.
    logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)
    to_py27_compatible_template(template, parameters)
    session = boto3.session.Session(region_name=region)
    translator = Translator(None, Parser(), boto_session=session)
    try:
        plain = translator.translate(template, parameter_values=parameters, get_managed_policy_map=dict[str, str])
    except InvalidDocumentException as error:
        causes = "; ".join(str(cause.message) for cause in error.causes)
        raise TemplateError(f"the SAM translator refuses the template: {causes}") from error
    expanded: dict[str, Any] = undo_mark_unicode_str_in_template(plain)
    return expanded


def _give_code_addresses(template: dict[str, Any]) -> None:
    """Replace each folder by an address that the translator accepts and `artifacts` can read back."""
    for resource in template["Resources"].values():
        name = _CODE_PROPERTIES.get(resource.get("Type", ""))
        properties = resource.get("Properties") or {}
        folder = properties.get(name) if name else None
        if isinstance(folder, str) and not folder.startswith("s3://"):
            address = {"S3Bucket": CODE_BUCKET, "S3Key": folder}
            serverless = resource["Type"].startswith("AWS::Serverless::")
            properties[name] = f"s3://{CODE_BUCKET}/{folder}" if serverless else address
