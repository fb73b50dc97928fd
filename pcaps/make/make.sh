#!/usr/bin/env bash
# Makes the captures of this folder again: all of them, or those named. Needs root, for network namespaces.
#
#   pcaps/make/make.sh                        every capture
#   pcaps/make/make.sh rto lossy-transfer     these lessons (a lesson may make several captures)
#   pcaps/make/make.sh --list                 the lessons, and the captures each one makes
#
# PCAPS_OUT=FOLDER writes elsewhere. Afterwards run readme.py (README.md) and expect-tcpdump.sh (expected/).
set -eu
exec python3 -B "$(dirname "$0")/make.py" "$@"
