#!/usr/bin/env bash
# venv.sh PYTHON FOLDER: make a virtual environment, or say what is missing.
set -euo pipefail
python=$1
folder=$2

refuse() {
  echo "$1" >&2
  exit 1
}

needed="Python 3.11 or newer is needed (PYTHON=... chooses another)"
if ! command -v "$python" >/dev/null; then
  refuse "$needed; '$python' was not found."
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  refuse "$needed; '$python' is $("$python" -V 2>&1)."
fi

# Debian and Ubuntu keep ensurepip in a package of its own.
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "python$version-venv" >/dev/null
  else
    refuse "Python has no venv. On Debian or Ubuntu: sudo apt-get install python$version-venv"
  fi
fi

"$python" -m venv "$folder"
