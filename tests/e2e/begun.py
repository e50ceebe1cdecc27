"""Files of uploads that a team's client has begun, in parts of another size than the page's."""

BEGUN = ("first", "second")


def files_of(name: str) -> dict[str, bytes]:
    """Two logs, 18 MB and a line, that differ from those of the other upload."""
    line = f"{name} 7.6\n".encode()
    return {f"{name}/학습.log": line * (18_000_000 // len(line)), f"{name}/val.log": line}
