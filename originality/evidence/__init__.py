"""Reports as pages show them: numbers as text, each beside its null, and maps of modules, layers and experts."""

from originality.evidence.background import common_seed, cross_checks, tells, tokenizer
from originality.evidence.declared import side_by_side
from originality.evidence.depth import depth_maps
from originality.evidence.figures import figures
from originality.evidence.maps import expert_map, module_maps
from originality.evidence.tables import (
    by_layer,
    dimensions,
    excluded,
    layer_rows,
    module_row,
    pooled_rows,
    strongest_rows,
    summary_figures,
)
from originality.evidence.text import percent, stored_text
from originality.evidence.verdict import coverages, detection_limit, direction_of, is_finding, overall_cell

__all__ = (
    "by_layer",
    "common_seed",
    "coverages",
    "cross_checks",
    "depth_maps",
    "detection_limit",
    "dimensions",
    "direction_of",
    "excluded",
    "expert_map",
    "figures",
    "is_finding",
    "layer_rows",
    "module_maps",
    "module_row",
    "overall_cell",
    "percent",
    "pooled_rows",
    "side_by_side",
    "stored_text",
    "strongest_rows",
    "summary_figures",
    "tells",
    "tokenizer",
)
