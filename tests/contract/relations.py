"""What every route asks of the one who calls, beyond the role; and how to make what it is called for."""

from enum import Enum, auto

from tests.contract.asking import (
    Make,
    a_code,
    a_letter,
    a_proof,
    a_tracking_code,
    account,
    an_import,
    event,
    fixed,
    incident,
    membership,
    new_account,
    new_agency,
    new_import,
    new_member,
    new_proof,
    new_report,
    new_subscription,
    new_succession,
    new_transfer,
    subscription,
    succession,
    the_agency,
    transfer,
)


class Relation(Enum):
    """Whose token opens the route, when the role is right."""

    PUBLIC = auto()
    """Everybody's, and none."""
    LISTED = auto()
    """Everybody's; each is shown (or makes) what is their own or stands below them."""
    SUBTREE = auto()
    """The agency's own and those above it; to all others the thing does not exist."""
    HOLDER = auto()
    """The person's who did what was done before, the own officer's; to others within reach it is not theirs to do."""
    RECEIVER = auto()
    """The agency's own, to which something is offered. Those above see the offer, and cannot take it."""
    HANDLER = auto()
    """The agency's own. Those above know that the thing exists, and are told that it is not theirs to do."""
    ADMINS = auto()
    """Admins of the agency's own and of those above it; and those whom the thing concerns, who are not here."""
    OWN = auto()
    """Everybody's; each is shown what concerns themself, whatever their agency."""


_LINK = "https://www.facebook.com/ubndxalapvo"
_ACCOUNT, _INCIDENT, _SUBSCRIPTION = "/v1/accounts/{id}", "/v1/incidents/{id}", "/v1/subscriptions/{id}"
_MEMBERSHIP = "/v1/memberships/{id}"
_ROLES = {"roles": ["viewer"], "valid_from": "2026-01-01", "valid_to": None}
_STAND_IN = {
    "subject": "stand-in",
    "roles": ["officer"],
    "valid_from": "2999-01-01",
    "valid_to": "2999-03-01",
}
_SUCCESSION = "/v1/successions/{id}"
_IMPORT = "/v1/imports/{id}"
_TRANSFER = "/v1/transfers/{id}"
_REASON, _SINCE = {"reason": "closed_by_agency"}, {"since": "2026-01-01T00:00:00Z"}

RELATIONS: dict[str, tuple[Relation, Make]] = {
    "registry.listAgencies": (Relation.PUBLIC, fixed("/v1/agencies")),
    "registry.listDirectory": (Relation.PUBLIC, fixed("/v1/directory")),
    "registry.exportDirectoryCsv": (Relation.PUBLIC, fixed("/v1/directory.csv?q=zqx")),
    "registry.exportDirectoryXlsx": (Relation.PUBLIC, fixed("/v1/directory.xlsx?q=zqx")),
    "registry.exportDirectoryJsonl": (Relation.PUBLIC, fixed("/v1/directory.jsonl?q=zqx")),
    "registry.readTrustTxt": (Relation.PUBLIC, the_agency("/trust.txt")),
    "registry.readAgencyJsonLd": (Relation.PUBLIC, the_agency("/accounts.jsonld")),
    "registry.readAccountBadge": (Relation.PUBLIC, account("active", f"{_ACCOUNT}/badge.svg")),
    "registry.readAccountQrSvg": (Relation.PUBLIC, account("active", f"{_ACCOUNT}/qr.svg")),
    "registry.readAccountQrPng": (Relation.PUBLIC, account("active", f"{_ACCOUNT}/qr.png")),
    "registry.readAgency": (Relation.PUBLIC, the_agency()),
    "registry.readAgencyTree": (Relation.PUBLIC, the_agency("/tree")),
    "registry.readLineage": (Relation.PUBLIC, the_agency("/lineage")),
    "registry.readCrosswalk": (Relation.PUBLIC, fixed("/v1/agencies/crosswalk.csv")),
    "registry.listOrphans": (Relation.SUBTREE, the_agency("/orphans")),
    "registry.exportOrphans": (Relation.SUBTREE, the_agency("/orphans.csv")),
    "registry.createAgency": (Relation.SUBTREE, new_agency),
    "registry.changeAgency": (Relation.SUBTREE, the_agency(json={"short_name": "UBND xã"})),
    "registry.createSuccession": (Relation.SUBTREE, new_succession),
    "registry.listSuccessions": (Relation.LISTED, succession("/v1/successions")),
    "registry.readSuccession": (Relation.SUBTREE, succession(_SUCCESSION)),
    "registry.approveSuccession": (Relation.SUBTREE, succession(f"{_SUCCESSION}/approve")),
    "registry.cancelSuccession": (Relation.SUBTREE, succession(f"{_SUCCESSION}/cancel")),
    "registry.verifyLink": (Relation.PUBLIC, fixed(f"/v1/verify?url={_LINK}")),
    "registry.verifyLinks": (Relation.PUBLIC, fixed("/v1/verify", {"items": [_LINK]})),
    "registry.readSafeguards": (Relation.PUBLIC, fixed("/v1/safeguards")),
    "registry.listEvents": (Relation.LISTED, event("registry", account("submitted", _ACCOUNT))),
    "registry.listAudit": (Relation.LISTED, account("draft", "/v1/audit")),
    "registry.createAccount": (Relation.SUBTREE, new_account),
    "registry.listAccounts": (Relation.LISTED, account("draft", "/v1/accounts")),
    "registry.readAccount": (Relation.SUBTREE, account("draft", _ACCOUNT)),
    "registry.readAccountHistory": (Relation.SUBTREE, account("draft", f"{_ACCOUNT}/history")),
    "registry.submitAccount": (Relation.SUBTREE, account("proven", f"{_ACCOUNT}/submit")),
    "registry.approveAccount": (
        Relation.SUBTREE,
        account("submitted", f"{_ACCOUNT}/approve", {"expected_version": 2}),
    ),
    "registry.returnAccount": (
        Relation.SUBTREE,
        account("submitted", f"{_ACCOUNT}/return", {"reason": "incomplete"}),
    ),
    "registry.changeAccount": (Relation.SUBTREE, account("active", _ACCOUNT, {"purpose": "health"})),
    "registry.deleteAccount": (Relation.SUBTREE, account("draft", _ACCOUNT)),
    "registry.suspendAccount": (
        Relation.SUBTREE,
        account("active", f"{_ACCOUNT}/suspend", {"reason": "security"}),
    ),
    "registry.proposeAccountRename": (
        Relation.SUBTREE,
        account("numbered", f"{_ACCOUNT}/rename", {"url": "https://www.facebook.com/ubnd.moi"}),
    ),
    "registry.approveAccountRename": (
        Relation.SUBTREE,  # entered, submitted, approved, proposed
        account("renamed", f"{_ACCOUNT}/rename/approve", {"expected_version": 4}),
    ),
    "registry.withdrawAccountRename": (Relation.SUBTREE, account("renamed", f"{_ACCOUNT}/rename/withdraw")),
    "registry.createTransfer": (Relation.SUBTREE, new_transfer),
    "registry.listTransfers": (Relation.LISTED, transfer("/v1/transfers")),
    "registry.readTransfer": (Relation.SUBTREE, transfer(_TRANSFER)),
    "registry.acceptTransfer": (Relation.RECEIVER, transfer(f"{_TRANSFER}/accept", received=True)),
    "registry.declineTransfer": (Relation.RECEIVER, transfer(f"{_TRANSFER}/decline", received=True)),
    "registry.withdrawTransfer": (Relation.SUBTREE, transfer(f"{_TRANSFER}/withdraw")),
    "registry.withdrawAccount": (Relation.HOLDER, account("office", f"{_ACCOUNT}/withdraw")),
    "registry.listOffices": (Relation.PUBLIC, fixed("/v1/offices")),
    "registry.restoreAccount": (
        Relation.SUBTREE,
        account("suspended", f"{_ACCOUNT}/restore", {"reason": "recovered"}),
    ),
    "registry.retireAccount": (Relation.SUBTREE, account("active", f"{_ACCOUNT}/retire", _REASON)),
    "registry.createProof": (Relation.SUBTREE, new_proof),
    "registry.listProofs": (Relation.SUBTREE, account("proven", f"{_ACCOUNT}/proofs")),
    "registry.checkProof": (Relation.SUBTREE, a_proof),
    "registry.createMembership": (Relation.SUBTREE, new_member),
    "registry.listMemberships": (Relation.LISTED, membership("/v1/memberships")),
    "registry.listOwnMemberships": (Relation.OWN, fixed("/v1/memberships/me")),
    "registry.readMembership": (Relation.SUBTREE, membership(_MEMBERSHIP)),
    "registry.changeMembership": (Relation.SUBTREE, membership(_MEMBERSHIP, _ROLES)),
    "registry.endMembership": (Relation.ADMINS, membership(f"{_MEMBERSHIP}/end")),
    "registry.delegateMembership": (Relation.ADMINS, membership(f"{_MEMBERSHIP}/delegations", _STAND_IN)),
    "registry.attestProof": (Relation.SUBTREE, a_code),
    "registry.confirmProof": (Relation.SUBTREE, a_letter),
    "registry.downloadCsvTemplate": (Relation.PUBLIC, fixed("/v1/imports/templates/accounts.csv")),
    "registry.downloadXlsxTemplate": (Relation.PUBLIC, fixed("/v1/imports/templates/accounts.xlsx")),
    "registry.createImport": (Relation.LISTED, new_import),
    "registry.listImports": (Relation.LISTED, an_import("/v1/imports")),
    "registry.readImport": (Relation.SUBTREE, an_import(_IMPORT)),
    "registry.listImportErrors": (Relation.SUBTREE, an_import(f"{_IMPORT}/errors")),
    "registry.downloadImportErrors": (Relation.SUBTREE, an_import(f"{_IMPORT}/errors.csv")),
    "registry.applyImport": (Relation.SUBTREE, an_import(f"{_IMPORT}/apply", {"mode": "all"})),
    "registry.cancelImport": (Relation.SUBTREE, an_import(f"{_IMPORT}/cancel", {})),
    "reports.listHarms": (Relation.PUBLIC, fixed("/v1/harms")),
    "reports.readSafeguards": (Relation.PUBLIC, fixed("/v1/safeguards")),
    "reports.reportHarm": (Relation.PUBLIC, new_report),
    "reports.trackReport": (Relation.PUBLIC, a_tracking_code),
    "reports.listEvents": (Relation.LISTED, event("reports", incident(_INCIDENT))),
    "reports.listAudit": (Relation.LISTED, incident("/v1/audit", triaged=True)),
    "reports.listIncidents": (Relation.LISTED, incident("/v1/incidents")),
    "reports.readIncident": (Relation.SUBTREE, incident(_INCIDENT)),
    "reports.listSightings": (Relation.SUBTREE, incident(f"{_INCIDENT}/sightings")),
    "reports.readContact": (Relation.HANDLER, incident(f"{_INCIDENT}/sightings/{{sighting}}/contact")),
    "reports.triageIncident": (Relation.HANDLER, incident(f"{_INCIDENT}/triage")),
    "reports.resolveIncident": (
        Relation.HANDLER,
        incident(f"{_INCIDENT}/resolve", {"outcome": "removed_by_platform"}, triaged=True),
    ),
    "reports.refuseIncident": (Relation.HANDLER, incident(f"{_INCIDENT}/refuse", {"reason": "fits_no_harm"})),
    "notifications.listEventTypes": (Relation.PUBLIC, fixed("/v1/event-types")),
    "notifications.readSafeguards": (Relation.PUBLIC, fixed("/v1/safeguards")),
    "notifications.listEvents": (
        Relation.LISTED,
        event("notifications", subscription(f"{_SUBSCRIPTION}/test")),
    ),
    "notifications.createSubscription": (Relation.SUBTREE, new_subscription),
    "notifications.listSubscriptions": (Relation.LISTED, subscription("/v1/subscriptions")),
    "notifications.readSubscription": (Relation.SUBTREE, subscription(_SUBSCRIPTION)),
    "notifications.deleteSubscription": (Relation.SUBTREE, subscription(_SUBSCRIPTION)),
    "notifications.disableSubscription": (Relation.SUBTREE, subscription(f"{_SUBSCRIPTION}/disable")),
    "notifications.enableSubscription": (
        Relation.SUBTREE,
        subscription(f"{_SUBSCRIPTION}/enable", disabled=True),
    ),
    "notifications.rotateSubscriptionSecret": (
        Relation.SUBTREE,
        subscription(f"{_SUBSCRIPTION}/rotate-secret"),
    ),
    "notifications.testSubscription": (Relation.SUBTREE, subscription(f"{_SUBSCRIPTION}/test")),
    "notifications.listAudit": (Relation.LISTED, subscription("/v1/audit")),
    "notifications.listDeliveries": (Relation.SUBTREE, subscription(f"{_SUBSCRIPTION}/deliveries")),
    "notifications.retryDelivery": (
        Relation.SUBTREE,
        subscription(f"{_SUBSCRIPTION}/deliveries/{{delivery}}/retry"),
    ),
    "notifications.replaySubscription": (Relation.SUBTREE, subscription(f"{_SUBSCRIPTION}/replay", _SINCE)),
}
