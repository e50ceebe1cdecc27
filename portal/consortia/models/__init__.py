from portal.consortia.models.amendments import Amendment, AmendmentReply
from portal.consortia.models.membership import Consortium, ConsortiumInstitution, Entry, Institution, Membership
from portal.consortia.models.proposals import Proposal, ProposalResult, ProposalRound
from portal.consortia.models.rulings import AdvanceRuling, ComponentQuestion
from portal.consortia.models.support import GrantVersion, OutageVersion, SupportGrant, SupportOutage

__all__ = [
    "AdvanceRuling",
    "Amendment",
    "AmendmentReply",
    "ComponentQuestion",
    "Consortium",
    "ConsortiumInstitution",
    "Entry",
    "GrantVersion",
    "Institution",
    "Membership",
    "OutageVersion",
    "Proposal",
    "ProposalResult",
    "ProposalRound",
    "SupportGrant",
    "SupportOutage",
]
