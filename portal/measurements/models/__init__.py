from portal.measurements.models.paired import PairedComparison
from portal.measurements.models.reported import (
    Report,
    ReportedFigure,
    Reproduction,
    ReproductionDraw,
    ReproductionReply,
)
from portal.measurements.models.serving import ServerDecision

__all__ = [
    "PairedComparison",
    "Report",
    "ReportedFigure",
    "Reproduction",
    "ReproductionDraw",
    "ReproductionReply",
    "ServerDecision",
]
