"""Schemathesis, set up for services that know their tenants."""

from copy import deepcopy
from typing import Any

import schemathesis
from fastapi import FastAPI
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.schemas import OpenApiSchema

from shared.openapi import operations
from tests.support.tenant import Tenant

_NOWHERE = "http://127.0.0.1:1024"
_CONFIG = {
    "generation": {"mode": "positive", "with-security-parameters": False},
    "checks": {
        # 422: a schema says how a request looks, and cannot say which agencies, cursors or hosts there are.
        # 414: a link of permitted length can be too long for an address once it is percent-encoded.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "412", "414", "422"]
        },
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
    },
}


def schema_of(app: FastAPI, document: dict[str, Any]) -> OpenApiSchema:
    """A document whose requests go to an application, which schemathesis starts and stops by itself."""
    config = SchemathesisConfig.from_dict(_CONFIG)
    schema = schemathesis.openapi.from_dict(deepcopy(document), config=config)
    schema.app = app
    return schema


def informed(document: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """A document whose requests are those of somebody who knows the tenant, so that many succeed."""
    document = deepcopy(document)
    page = {"type": "string", "pattern": r"^https://www\.facebook\.com/[a-z]{16}$"}
    known: dict[str, dict[str, Any]] = {
        "agency_code": {"enum": [tenant.commune]},
        "targets": {"type": "array", "items": page, "minItems": 1, "maxItems": 3},
        "event_types": {"type": "array", "items": {"enum": ["*", "reports.*"]}, "minItems": 1, "maxItems": 2},
        "site": {"enum": [_NOWHERE]},
        # An office goes with a kind, a level and a person; a second link with the first.
        "kind": {"enum": ["agency"]},
        "office": {"type": "null"},
        "platform_id_url": {"type": "null"},
        # A unit under the commune, with a code of its own.
        "parent_code": {"enum": [tenant.commune]},
        "code": {"type": "null"},
        "level": {"enum": ["unit"]},
        "valid_from": {"type": "null"},
    }
    schemas = document["components"]["schemas"]
    for name in schemas.keys() & {
        "AccountCreate",
        "AgencyCreate",
        "ProofCreate",
        "ImpersonationReport",
        "SubscriptionCreate",
    }:
        fields = schemas[name]["properties"]
        fields.update({field: known[field] for field in fields.keys() & known.keys()})
        if "url" in fields:
            fields["url"] = page if name == "AccountCreate" else {"enum": [f"{_NOWHERE}/hook"]}
    for _, _, operation in operations(document):
        if operation["operationId"] == "reportHarm":  # takeovers need an account that the registry announced
            content = operation["requestBody"]["content"]["application/json"]
            content["schema"] = {"$ref": "#/components/schemas/ImpersonationReport"}
            content["examples"].pop("TakeoverReport")
        for parameter in operation.get("parameters", []):
            if parameter["name"] == "wait":
                parameter["schema"] = {"enum": [0]}  # nobody waits here
    return document
