import sys

from originality.core.workers import share_one_arena

share_one_arena()  # before numpy and its threads take memory

from originality.cli import main  # noqa: E402

sys.exit(main())
