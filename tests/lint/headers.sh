#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# Each header compiles alone, has the guard of its path, and, where it crosses layers,
# shows nothing of the libraries outside.
# shellcheck source=common
. "$(dirname "$0")/common"

for h in $(find include src -name '*.h' | sort); do
	guard=$(echo "${h#*/}" | tr 'a-z/.-' 'A-Z___')
	grep -q "^#ifndef PGCONNTOP_$guard\$" "$h" && grep -q "^#define PGCONNTOP_$guard\$" "$h" ||
		echo "$h: the guard is not PGCONNTOP_$guard"
	case $h in
	include/*) grep -HnE '#[[:space:]]*include *["<](config|n?curses|libpq-fe|libconfig)\.h' "$h" ;;
	esac
	# Included from a file, for the compiler warns of oddities when a header is the main file.
	echo "#include \"../$h\"" |
		${CC:-cc} -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -Wall -Wextra -Werror \
			-fsyntax-only -Iinclude -Isrc -x c - 2>&1
done >"$out"
finish headers
