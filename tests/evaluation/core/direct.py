"""The harness called as its own documentation says, for comparison: FOLDER TASKS_FOLDER TASK…"""

import json
import sys

import lm_eval
from lm_eval.tasks import TaskManager

folder, tasks, *names = sys.argv[1:]
found = lm_eval.simple_evaluate(
    model="hf",
    model_args={"pretrained": folder, "dtype": "float32"},
    tasks=names,
    device="cpu",
    batch_size=1,
    task_manager=TaskManager(include_path=tasks, include_defaults=False),
)
print(json.dumps({"results": found["results"]}, default=str))
