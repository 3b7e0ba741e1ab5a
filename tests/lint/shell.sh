#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# All shell scripts pass shellcheck.
# shellcheck source=common
. "$(dirname "$0")/common"

command -v shellcheck >/dev/null || skip shellcheck is not here
find bootstrap .ci tests doc \( -name "*.sh" -o -name bootstrap -o -path .ci/run \
	-o -path tests/lint/common \) -exec shellcheck -x -P tests/lint -f gcc {} + >"$out" 2>&1
[ ! -f doc/pgconntop.bash ] || shellcheck -s bash -f gcc doc/pgconntop.bash >>"$out" 2>&1
finish shell
