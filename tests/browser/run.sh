#!/usr/bin/env bash
# Opens report.html in a browser: tests/browser/page.test.mjs says what is asserted. Installs what it needs: Debian's
# chromium, and two packages of npm into a folder that is not kept. `cargo test` needs none of this.
set -euo pipefail
cd "$(dirname "$0")"
missing=()
command -v chromium > /dev/null || missing+=(chromium)
command -v node > /dev/null || missing+=(nodejs)
command -v npm > /dev/null || missing+=(npm)
if [ "${#missing[@]}" -gt 0 ]; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
fi
target="${CARGO_TARGET_DIR:-$PWD/../../target}"
# Exact versions stand in package.json.
export MODULES="$target/browser"
mkdir -p "$MODULES"
cp package.json "$MODULES"
npm install --prefix "$MODULES" --no-package-lock --no-audit --no-fund --loglevel=error
export EVENKEEL="${EVENKEEL:-$target/debug/evenkeel}"
[ -x "$EVENKEEL" ] || (cd ../.. && cargo build)
node --test page.test.mjs
