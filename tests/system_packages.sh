#!/bin/sh
# Install what the QGIS, browser and PostGIS tests need, where that can be done without asking: as root on
# Debian or Ubuntu. Elsewhere nothing is done, and those tests say why they skip.
set -eu
packages="postgresql postgresql-postgis qgis python3-qgis chromium chromium-driver xvfb xauth openbox xdotool python3-venv python3-scipy qttools5-dev-tools poppler-utils python3-pip"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "QGIS, browser and PostGIS packages: not installed (needs root on Debian or Ubuntu)"
  exit 0
fi
command -v node >/dev/null 2>&1 || packages="$packages nodejs npm"
missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
