"""lm-eval called as its own documentation says, for comparison with the portal's child: SPEC OUT.

SPEC is JSON: folder, tasks_folder, tasks, dtype, batch_size, max_length, seeds, bootstrap. One call of `simple_evaluate` for each
task with the same model; processor seconds of this process are written in two parts, until the model was ready and after.
"""

import json
import sys
import time
from pathlib import Path

import lm_eval
from lm_eval.api.registry import get_model
from lm_eval.tasks import TaskManager


def main(spec_path: str, out: str) -> None:
    spec = json.loads(Path(spec_path).read_text(encoding="utf-8"))
    arguments = {"pretrained": spec["folder"], "dtype": spec["dtype"], "max_length": spec["max_length"]}
    options = {"batch_size": spec["batch_size"], "max_batch_size": None, "device": "cpu"}
    model = get_model("hf").create_from_arg_obj(arguments, options)
    ready = time.process_time()
    manager = TaskManager(include_path=spec["tasks_folder"], include_defaults=False)
    results = {}
    for task in spec["tasks"]:
        found = lm_eval.simple_evaluate(
            model=model,
            tasks=[task],
            batch_size=spec["batch_size"],
            task_manager=manager,
            bootstrap_iters=spec["bootstrap"],
            random_seed=spec["seeds"]["harness"],
            numpy_random_seed=spec["seeds"]["harness"],
            torch_random_seed=spec["seeds"]["harness"],
            fewshot_random_seed=spec["seeds"]["fewshot"],
        )
        if found is not None:
            results[task] = {name: value for name, value in found["results"][task].items() if "," in name}
    seconds = {"starting": ready, "asking": time.process_time() - ready}
    Path(out).write_text(json.dumps({"results": results, "processor_seconds": seconds}, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
