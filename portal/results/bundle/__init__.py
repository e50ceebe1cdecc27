"""Builders of a release: pure functions on documents, no Django, no clock, no randomness."""

from portal.results.bundle.auditor import BundleError, build_auditor
from portal.results.bundle.public import build_public
from portal.results.bundle.root import root_document
from portal.results.bundle.sealing import Sealed, replay, seal

__all__ = ["BundleError", "Sealed", "build_auditor", "build_public", "replay", "root_document", "seal"]
