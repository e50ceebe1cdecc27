"""Which kinds of file are taken: named by an allow-list, then held to it by their first bytes.

Nothing that a reader would have to execute or unpickle is taken. Archives are taken as source code alone: they are read by
streaming (`archives`), and who uses the bundle for anything else refuses them by their names. The same holds for the blobs of
an OCI image layout: nothing here reads them, a container engine does (docs/serving.md).
"""

import re
from pathlib import Path, PurePosixPath

from portal.common.formats.archives import ENDINGS, is_archive, kind_by_content, kind_by_name

HEAD = 4096  # bytes that `check_head` wants to see

CODE = frozenset({
    ".py", ".ipynb", ".sh", ".c", ".cc", ".cpp", ".h", ".hpp", ".cu", ".cuh", ".rs", ".go", ".js", ".ts", ".sql", ".patch",
})  # fmt: skip
TEXT = CODE | {
    ".json", ".jsonl", ".txt", ".md", ".rst", ".csv", ".tsv", ".yaml", ".yml", ".toml", ".log", ".jinja", ".cfg", ".ini",
}  # fmt: skip
MAGIC = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
BINARY = frozenset({".safetensors", ".model", ".tiktoken", ".vocab", ".tfevents"})
BARE_NAMES = frozenset({"LICENSE", "NOTICE", "README", "MODEL_CARD", "Makefile", "Dockerfile", ".gitattributes"})
IMAGE_LAYOUT = "oci-layout"
_IMAGE_BLOB = re.compile(r"(?:.*/)?blobs/sha256/[0-9a-f]{64}")
EVENT_FILE = "events.out.tfevents."  # TensorBoard puts time and host behind it

_TO_SAFETENSORS = (
    "Convert on your own machine: load it there, then safetensors.torch.save_file(state_dict, 'model.safetensors') "
    "or model.save_pretrained(folder, safe_serialization=True), and upload the .safetensors files."
)
_CONTAINER = "Upload the files themselves instead of an archive."
PACKED_CODE = tuple(ENDINGS)  # endings of archives that are taken as source code
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".zst", ".whl", ".rar")
REFUSED = {
    **dict.fromkeys((".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".dill"), ("a pickle can run code when it is read", _TO_SAFETENSORS)),
    **dict.fromkeys((".npy", ".npz"), ("NumPy files can hold pickled objects", _TO_SAFETENSORS)),
    **dict.fromkeys((".h5", ".hdf5", ".keras", ".msgpack", ".onnx", ".pb", ".tflite"), ("this weight format is not evaluated", _TO_SAFETENSORS)),
    ".gguf": ("GGUF holds quantised weights, which cannot be compared exactly", "Upload the original weights as .safetensors (llama.cpp reads, but does not replace them)."),
    **dict.fromkeys(ARCHIVES, ("archives are not unpacked", _CONTAINER)),
}  # fmt: skip

SIGNATURES = (
    (b"PK\x03\x04", "a zip archive, as torch.save writes it", _TO_SAFETENSORS),
    (b"PK\x05\x06", "an empty zip archive", _CONTAINER),
    (b"GGUF", "a GGUF file", REFUSED[".gguf"][1]),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _TO_SAFETENSORS),
    (b"\x93NUMPY", "a NumPy file", _TO_SAFETENSORS),
    (b"\x1f\x8b", "gzip-compressed data", _CONTAINER),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data", _CONTAINER),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _CONTAINER),
    (b"\x7fELF", "a program", "Programs are not part of a bundle."),
    (b"MZ", "a Windows program", "Programs are not part of a bundle."),
)
_PICKLE_PROTOCOLS = range(2, 6)
_PICKLE_STARTS = (b"(dp", b"(lp", b"ccopy_reg", b"c__builtin__", b"cbuiltins", b"cposix", b"cos\n")


class FilePolicyError(ValueError):
    """A file that is not taken: its name, why, and what to do instead."""

    def __init__(self, path: str, message: str, *, hint: str) -> None:
        super().__init__(f"{path}: {message}. {hint}")
        self.path = path
        self.message = message
        self.hint = hint


def suffix_of(path: str) -> str:
    """The kind of a file by its name; TensorBoard's event files have no fixed ending."""
    name = PurePosixPath(path).name
    return ".tfevents" if name.startswith(EVENT_FILE) else PurePosixPath(path).suffix.lower()


def is_image_part(path: str) -> bool:
    """Whether the name is one of an OCI image layout, whose blobs have no ending.

    >>> is_image_part("oci-layout"), is_image_part("blobs/sha256/" + 64 * "a"), is_image_part("blobs/sha256/a.pkl")
    (True, True, False)
    """
    return PurePosixPath(path).name == IMAGE_LAYOUT or _IMAGE_BLOB.fullmatch(path) is not None


def check_name(path: str, *, archives: bool = False) -> None:
    """Refuse a kind by its name; `archives` takes what is packed: source code in archives, the parts of an image."""
    suffix = suffix_of(path)
    if archives and (is_archive(path) or is_image_part(path)):
        return
    if suffix in REFUSED:
        message, hint = REFUSED[suffix]
        raise FilePolicyError(path, f"{suffix} is not accepted: {message}", hint=hint)
    if suffix in TEXT or suffix in MAGIC or suffix in BINARY or PurePosixPath(path).name in BARE_NAMES:
        return
    known = ", ".join(sorted(TEXT | BINARY | set(MAGIC)))
    raise FilePolicyError(path, f"the kind {suffix or 'without ending'} is not accepted", hint=f"Accepted are {known}.")


def check_head(path: str, head: bytes) -> None:
    """Compare the first bytes of the content with what the name promises; a blob of an image promises its digest alone."""
    if is_image_part(path):
        return
    if is_archive(path):
        _check_packed(path, head)
        return
    for signature, kind, hint in SIGNATURES:
        if head.startswith(signature):
            raise FilePolicyError(path, f"the content is {kind}, whatever its name says", hint=hint)
    if _looks_pickled(head):
        raise FilePolicyError(path, "the content is a pickle, which can run code when it is read", hint=_TO_SAFETENSORS)
    suffix = suffix_of(path)
    if suffix in MAGIC and not head.startswith(MAGIC[suffix]):
        raise FilePolicyError(path, f"the content is not a {suffix} file", hint="Name the file by its content.")
    if suffix in TEXT and b"\x00" in head:
        raise FilePolicyError(path, "the content is binary, not text", hint="Save it as UTF-8 text.")


def check_content(path: Path, name: str) -> None:
    with path.open("rb") as file:
        check_head(name, file.read(HEAD))


def _check_packed(path: str, head: bytes) -> None:
    expected, found = kind_by_name(path), kind_by_content(head)
    if found != expected and not (expected == "tar" and not found):
        message = f"the content is not the archive that its name promises ({expected})"
        raise FilePolicyError(path, message, hint="Name it by what it is, or pack it again.")


def _looks_pickled(head: bytes) -> bool:
    """A frame or a memoised start of protocols 2 to 5, or the usual openings of protocol 0.

    The length prefix of a safetensors header can also start with 0x80 0x02; its ninth byte then is the brace.
    """
    if len(head) > 1 and head[0] == 0x80 and head[1] in _PICKLE_PROTOCOLS:
        return head[8:9] != b"{" or any(head[2:8])
    return head.startswith(_PICKLE_STARTS)
