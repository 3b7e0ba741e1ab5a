#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# The manual pages format without a warning; the top level of the repository stays as planned.
# shellcheck source=common
. "$(dirname "$0")/common"

for page in doc/*.[15]; do
	[ -f "$page" ] || continue
	if command -v mandoc >/dev/null; then
		mandoc -T lint -W warning "$page"
	else
		echo "# mandoc is not here: $page not checked with it" >&3
	fi
	if command -v groff >/dev/null; then
		groff -mandoc -Tutf8 -ww -z "$page" 2>&1
	else
		echo "# groff is not here: $page not checked with it" >&3
	fi
done 3>&1 >"$out"

planned='.ci .clang-format .editorconfig .gitignore COPYING Makefile.am NEWS README bootstrap configure.ac doc include src tests'
if [ -e .git ] && command -v git >/dev/null; then
	for name in $(git ls-files | sed 's|/.*||' | sort -u); do
		case " $planned " in
		*" $name "*) ;;
		*) echo "$name: not planned at the top level" ;;
		esac
	done >>"$out"
fi
finish docs
