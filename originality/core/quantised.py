"""Eight-bit numbers with scales: read as w = code · scale where layout and scale are beyond doubt, else left out.

Known: FP8 with one scale per 128 × 128 block (`weight_scale_inv`, after DeepSeek-V3, 2024), per row or per tensor
(`weight_scale`), int8 per row without zero points (`weight_scale`, or `SCB`/127 after Dettmers et al., LLM.int8(), 2022).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from originality.core.readers import TensorMeta

CODES: dict[str, type[np.generic]] = {"F8_E4M3": np.uint8, "F8_E5M2": np.uint8, "I8": np.int8}
NUMBERS = {"F32", "F16", "BF16", "F64"}
BLOCK = 128
OF_WEIGHT = (".weight_scale_inv", ".weight_scale", ".SCB", ".scale")  # beside NAME.weight
ENDINGS = (
    "_scale_inv", "_scale", "_scale_2", "_scales", ".SCB", ".scale", ".scales", ".input_scale", ".output_scale",
    ".qzeros", ".weight_zero_point", ".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map",
)  # fmt: skip
Cut = slice | NDArray[np.integer]
ZERO_POINTS = (".weight_zero_point", ".qzeros", ".zero_point")


class Scale(NamedTuple):
    """The scale tensor of a weight; rows and columns say how many elements share one number."""

    name: str
    rows: int
    columns: int
    factor: float = 1.0


def find_scales(tensors: Mapping[str, "TensorMeta"]) -> dict[str, Scale]:
    """Return the scale of every eight-bit weight that can be read without a guess."""
    found = {}
    for name, meta in tensors.items():
        if meta.dtype in CODES and len(meta.shape) == 2 and name.endswith(".weight") and meta.size:
            stem = name.removesuffix(".weight")
            scales = [stem + ending for ending in OF_WEIGHT if stem + ending in tensors]
            if len(scales) == 1 and not any(stem + ending in tensors for ending in ZERO_POINTS):
                scale = _layout(scales[0], tensors[scales[0]], meta=meta)
                if scale is not None:
                    found[name] = scale
    return found


def _layout(name: str, scale: "TensorMeta", *, meta: "TensorMeta") -> Scale | None:
    rows, columns = meta.shape
    if scale.dtype not in NUMBERS - {"F64"}:
        return None
    factor = 1 / 127 if name.endswith(".SCB") else 1.0
    if scale.shape in {(rows,), (rows, 1)} and rows > 1:
        return Scale(name, 1, columns, factor)
    if meta.dtype == "I8" or name.endswith(".SCB"):
        return None
    if scale.size == 1:
        return Scale(name, rows, columns)
    if scale.shape == (-(-rows // BLOCK), -(-columns // BLOCK)):
        return Scale(name, BLOCK, BLOCK)
    return None


def scale_names(tensors: Mapping[str, "TensorMeta"]) -> set[str]:
    """Names of scales, zero points and code books: they describe a quantised neighbour that is larger than they are."""
    quantised: dict[str, int] = {}
    for name, meta in tensors.items():
        if meta.dtype not in NUMBERS:
            quantised[_stem(name)] = max(meta.size, quantised.get(_stem(name), 0))
    named = {name: meta.size for name, meta in tensors.items() if name.endswith(ENDINGS)}
    return {name for name, size in named.items() if 2 * size <= quantised.get(_stem(name), 0)}


def _stem(name: str) -> str:
    """NAME of NAME.weight, NAME.qweight, NAME_blocks and of their scales."""
    for ending in (*ENDINGS, ".weight", ".qweight", ".weight_packed", "_blocks", ".weight_scale", ".g_idx"):
        if name.endswith(ending):
            return name.removesuffix(ending).removesuffix(".weight").removesuffix("_blocks")
    return name


def decode(codes: NDArray[Any], *, dtype: str) -> NDArray[np.float32]:
    """Eight-bit codes as numbers, before their scale."""
    if dtype == "I8":
        return codes.astype(np.float32)
    return TABLES[dtype][codes]


def _e4m3() -> NDArray[np.float32]:
    """The 256 values of FP8 E4M3 without infinities (Micikevicius et al., 2022): 0x7F and 0xFF are NaN."""
    code = np.arange(256)
    exponent, fraction = (code >> 3) & 15, code & 7
    size = np.where(exponent == 0, fraction * 2.0**-9, (8 + fraction) * 2.0 ** (exponent - 10.0))
    size[(code & 127) == 127] = np.nan
    return np.where(code < 128, size, -size).astype(np.float32)


def _e5m2() -> NDArray[np.float32]:
    return (np.arange(256, dtype=np.uint16) << 8).view(np.float16).astype(np.float32)


TABLES = {"F8_E4M3": _e4m3(), "F8_E5M2": _e5m2()}


class ScaledRows:
    """A weight (rows, columns) of eight-bit codes: what is cut out of it is multiplied, the rest stays on disk."""

    dtype = np.dtype(np.float32)

    def __init__(self, codes: NDArray[Any], scales: NDArray[np.float32], *, scale: Scale, dtype: str) -> None:
        self.codes, self.scales, self.scale, self.coding = codes, scales, scale, dtype
        self.shape = codes.shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: slice | tuple[Cut, Cut]) -> NDArray[np.float32]:
        """Slices cut a rectangle, two index arrays pick elements, as in numpy."""
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        down = np.arange(self.shape[0])[rows] // self.scale.rows
        across = np.arange(self.shape[1])[columns] // self.scale.columns
        picked = isinstance(rows, np.ndarray) and isinstance(columns, np.ndarray)
        numbers = self.scales[down, across] if picked else self.scales[down][:, across]
        return decode(self.codes[rows, columns], dtype=self.coding) * numbers * np.float32(self.scale.factor)

    def __array__(self, dtype: Any = None, **options: Any) -> NDArray[Any]:
        return np.asarray(self[:], dtype, **options)
