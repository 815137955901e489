#!/usr/bin/env bash
# Installs what the browser tests need and this machine lacks: Chromium, a Chinese font, pdftoppm,
# and certutil, by which a browser is told whom to trust. With `engines` also Firefox, WebKitGTK
# with its driver, and a screen in memory for it.
set -euo pipefail

found() {
  local name
  for name in "$@"; do
    if command -v "$name" >/dev/null; then return 0; fi
  done
  return 1
}

packages=()
if [ -z "${CHROMIUM:-}" ] && ! found chromium chromium-browser google-chrome google-chrome-stable
then
  packages+=(chromium)
fi
if ! found fc-list || [ -z "$(fc-list :lang=zh family)" ]; then
  packages+=(fontconfig fonts-wqy-microhei)
fi
if ! found pdftoppm; then packages+=(poppler-utils); fi
if ! found certutil; then packages+=(libnss3-tools); fi
if [ "${1:-}" = engines ]; then
  if ! found firefox-esr firefox; then packages+=(firefox-esr); fi
  if ! found WebKitWebDriver; then packages+=(webkit2gtk-driver); fi
  if ! found xvfb-run; then packages+=(xvfb); fi
  if ! found xauth; then packages+=(xauth); fi
fi
if [ "${#packages[@]}" = 0 ]; then exit 0; fi

echo "installing for the browser tests: ${packages[*]}"
sudo=()
if [ "$(id -u)" != 0 ]; then sudo=(sudo -n); fi
if ! found apt-get || { [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; }; then
  cat >&2 <<MESSAGE
The browser tests need: ${packages[*]}
They could not be installed from here (no apt-get, or no right to use it).
Install them with the system's package manager, and if Chromium or Chrome stands in an unusual
place, name its program in the environment variable CHROMIUM.
MESSAGE
  exit 1
fi
apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${packages[@]}" >/dev/null
