"""Where benchmark runs find what does not come with the portal."""

import os

# Public data sets that an operator laid down on the workers, each under its own name (docs/suites.md); "": none.
EVALUATION_DATASETS = os.environ.get("EVALUATION_DATASETS", "")
