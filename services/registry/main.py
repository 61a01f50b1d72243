"""The registry's API process: `python -m services.registry.main`."""

from fastapi import FastAPI

from services.registry import safeguards
from services.registry.accounts.routes import router as accounts
from services.registry.agencies.routes import router as agencies
from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.directory.exports import Exports
from services.registry.directory.routes import router as directory
from services.registry.imports.routes import router as imports
from services.registry.imports.routes import templates_router as import_templates
from services.registry.lineage.routes import router as lineage
from services.registry.memberships.routes import router as memberships
from services.registry.offices.routes import router as offices
from services.registry.orphans.routes import router as orphans
from services.registry.policy import POLICY
from services.registry.proofs.dns_txt import resolver
from services.registry.proofs.method import Probe
from services.registry.proofs.routes import router as proofs
from services.registry.proofs.service import outbound_policy
from services.registry.renames.routes import router as renames
from services.registry.settings import Settings
from services.registry.signs.routes import router as signs
from services.registry.statements.routes import router as statements
from services.registry.successions.routes import router as successions
from services.registry.transfers.routes import router as transfers
from services.registry.verify.live import LiveIndex
from services.registry.verify.routes import router as verify
from shared.app import Service, create_app, serve
from shared.audit import routes as audit
from shared.events.registry import EVENTS
from shared.messaging import changefeed
from shared.outbound.client import Outbound
from shared.safeguards import router as safeguards_router

SERVICE = Service(
    name=SCHEMA,
    title="Chính Danh · registry",
    description="Agencies, their official accounts, proofs of control, and what a link is.",
    routers=(
        verify,
        accounts,
        renames,
        offices,
        transfers,
        proofs,
        lineage,
        orphans,
        agencies,
        directory,
        statements,
        signs,
        memberships,
        import_templates,
        imports,
        successions,
        audit.router(POLICY),
        changefeed.router(POLICY, [event.type for event in EVENTS]),
        safeguards_router(POLICY, safeguards.FIELDS, safeguards.LISTS),
    ),
    events=EVENTS,
    session_info=SESSION_INFO,
    tags={
        "verify": "Whether a link is an agency's official account. Open to everybody, remembered by nobody.",
        "accounts": "Official accounts, from draft to retirement.",
        "transfers": "Accounts that go from one agency to another, when both agree.",
        "offices": "The public offices that can have an account of their own.",
        "proofs": "Showing that an account is the agency's own.",
        "agencies": "Public bodies, in force and ended, of any day.",
        "directory": "The official accounts of all agencies: to search, to take away, to show. Open to everybody.",
        "memberships": "Who may act for an agency when their tokens do not say it, and who stands in for them.",
        "imports": "Many accounts or agencies from one table, tried first and explained row by row.",
        "successions": "Mergers, splits, renamings, dissolutions and moves of agencies, by two people.",
    },
)


def build(settings: Settings) -> FastAPI:
    """The registry's API."""
    outbound = Outbound(outbound_policy(settings))
    probe = Probe(outbound, resolver(settings.proof_dns_servers), settings.proof_timeout_seconds)
    index = LiveIndex(settings)
    return create_app(
        SERVICE,
        settings,
        resources=(outbound, index),
        ready=(index.require,),
        uploads={"/v1/imports": settings.max_import_bytes},
        probe=probe,
        exports=Exports(),
        verification=index,
    )


if __name__ == "__main__":
    settings = Settings()
    serve(build(settings), SERVICE.name, settings)
