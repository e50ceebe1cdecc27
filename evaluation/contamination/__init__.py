"""Whether figures may rest on seen questions: a declared data sample against the items, and what rewording them costs."""
