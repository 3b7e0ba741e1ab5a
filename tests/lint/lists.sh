#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# Every C file has its line in Makefile.am, or it would be missing in the tarball.
# shellcheck source=common
. "$(dirname "$0")/common"

for f in $(sources) include/base/*.def; do
	grep -qE "(^|[[:blank:]=])$f( |\$)" Makefile.am || case $f in
	*.c) grep -qE "^[[:blank:]]${f%.c}( |\$)" Makefile.am ;; # a program of one file
	*) false ;;
	esac || echo "$f: not in Makefile.am"
done >"$out"
finish lists
