#!/usr/bin/env bash
# System packages of the browser tests and the service tests: install what is missing where apt is at hand, else say what to install.
set -euo pipefail

need() { # program, packages
    local program=$1
    shift
    command -v "$program" >/dev/null && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $*"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "$program is missing. Install: $*" >&2
        exit 1
    fi
}

# As `need`, but what is missing is only said: without it some tests are skipped.
want() {
    (need "$@") || echo "Going on without $1." >&2
}

case ${1:-} in
chromium)
    need chromium-headless-shell chromium-headless-shell fonts-noto-cjk
    need java default-jre-headless
    need npm npm
    ;;
services)
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || need initdb postgresql
    need redis-server redis-server
    want bwrap bubblewrap
    ;;
*)
    echo "usage: $0 chromium|services" >&2
    exit 2
    ;;
esac
