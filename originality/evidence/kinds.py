"""Names of the figures that reports and the public page show, in the reader's words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from originality.core.scores import KINDS
from originality.wording import said

KIND_NAMES: dict[str, str | Promise] = {
    "norm": _("Norm gains: cosine"),
    "norm_pearson": _("Norm gains: Pearson correlation"),
    "std_profile": _("Profile of the layers' spread: correlation"),
    "r2": _("All matrices: variance explained"),
    "equal": _("All matrices: share of equal elements"),
    "gate": _("Gate matrices: cosine"),
    "up": _("Up matrices: cosine"),
    "down": _("Down matrices: cosine"),
    "query": _("Query matrices: cosine"),
    "key": _("Key matrices: cosine"),
    "value": _("Value matrices: cosine"),
    "output": _("Output matrices: cosine"),
    "embedding": _("Embeddings: cosine"),
    "head": _("Output heads: cosine"),
    "fused": _("Fused matrices: cosine"),
    "router": _("Routers: cosine"),
    "token_same_id": _("Tokenizers: shared strings with the same number"),
    "token_jaccard": _("Tokenizers: Jaccard of their strings"),
    "sign_blind_profile": _("Units whatever their signs: correlation of profiles"),
    "unit_invariants": _("Units: agreement of what no disguise of signs changes"),
    "embedding_cka": _("Embeddings: CKA"),
    "head_spectra": _("Attention heads: agreement of spectra"),
    "all_gains_one": _("All norm gains exactly one"),
    "isotropic_embedding": _("Embedding spread alike in all directions"),
}


def kind_name(kind: str) -> str:
    return str(KIND_NAMES.get(kind) or said(KINDS.get(kind, kind)))
