#!/usr/bin/env bash
# Makes sure that a Chromium for the browser tests is there: Debian's package, fetched when we may.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "setup: installing Chromium for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null
  apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
  exit 0
fi
echo "setup: the browser tests need Chromium, which is not on the PATH; install it (Debian: apt install chromium) and run make again" >&2
exit 1
