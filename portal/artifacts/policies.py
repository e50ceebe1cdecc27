"""Who may do what: an upload belongs to the account whose token declared it, and to nobody else."""

from portal.common.access import token_scope

upload_token = token_scope("upload")
