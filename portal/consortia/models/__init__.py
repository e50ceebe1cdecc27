from portal.consortia.models.membership import Consortium, ConsortiumInstitution, Entry, Institution, Membership

__all__ = ["Consortium", "ConsortiumInstitution", "Entry", "Institution", "Membership"]
