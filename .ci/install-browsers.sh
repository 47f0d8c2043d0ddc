#!/bin/sh
# Chromium and Firefox for the tests of browsers, from Debian's or Ubuntu's packages. Does nothing where they are. `CHROMIUM`
# and `FIREFOX` may name other programs. Where one can't be installed, the tests that need it are skipped, and say so.
set -eu

# is_there NAME...: whether one of the programs starts.
is_there() {
  for name in "$@"; do
    if "$name" --version 2>/dev/null; then return 0; fi
  done
  return 1
}

missing=""
is_there ${CHROMIUM:-chromium chromium-browser google-chrome} || missing="chromium"
is_there ${FIREFOX:-firefox firefox-esr} || missing="$missing firefox-esr"
if [ -z "$missing" ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "no apt-get to install $missing: tests that need it are skipped" >&2
  exit 0
fi
for package in $missing; do
  install() { DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package"; }
  install || { apt-get update -q && install; } || echo "$package could not be installed: tests that need it are skipped" >&2
done
