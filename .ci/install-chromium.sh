#!/bin/sh
# Chromium for the tests of the browser, from Debian's or Ubuntu's packages. Does nothing when there is one. `CHROMIUM` may
# name another program. Where none can be installed, the tests that need it are skipped, and say so.
set -eu

for name in ${CHROMIUM:-chromium chromium-browser google-chrome}; do
  if "$name" --version 2>/dev/null; then exit 0; fi
done
if ! command -v apt-get >/dev/null; then
  echo "no Chromium, and no apt-get to install it: tests of the browser are skipped" >&2
  exit 0
fi
install() { DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; }
install || { apt-get update -q && install; } || echo "Chromium could not be installed: tests of the browser are skipped" >&2
