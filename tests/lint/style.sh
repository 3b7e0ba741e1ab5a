#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# What a machine can see of the style guide in doc/HACKING.
# shellcheck source=common
. "$(dirname "$0")/common"

# shellcheck disable=SC2016 # it is Perl
sources | xargs perl -e '
	my $banned = qr/\b(strcpy|strcat|v?sprintf|strncpy|strncat|strtok|ato[ifl]l?|gmtime|localtime|
		ctime|asctime|gets|alloca|longjmp|sleep|usleep|nanosleep)\s*\(/x;

	# Is this file-scope or static declaration, without its value, one of a variable not const?
	sub is_mutable {
		my ($text, $end) = @_;
		return 0 if $end eq "{";                       # function or type
		return 0 if $text =~ /^\s*typedef\b|^\w+:/;    # type, label
		return 0 if $text =~ /^(struct|union|enum)\s+\w+$/;
		$text =~ s/\[[^\]]*\]//g;
		return $1 !~ /\bconst\b/ if $text =~ /^[^(]*\(\s*\*([^()]*)\)/; # function pointer
		return 0 if $text =~ /\(/;                     # prototype
		$text =~ s/.*\*//s;
		return $text !~ /\bconst\b/;
	}

	for my $file (@ARGV) {
		open my $in, "<:utf8", $file or die "$file: $!\n";
		my $text = do { local $/; <$in> };
		my $n = 0;
		print "$file:1: the first line is not /* SPDX-License-Identifier: PostgreSQL */\n"
		    if $text !~ m{\A/\* SPDX-License-Identifier: PostgreSQL \*/\n};
		for (split /\n/, $text) {
			$n++;
			1 while s/\t/" " x (8 - length($`) % 8)/e;
			print "$file:$n: ", length, " columns (at most 100)\n" if length > 100;
		}
		# Away with strings and comments; line numbers stay.
		my $token = qr{/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])+\x27}s;
		$text =~ s{$token}{substr($&, 0, 1) eq "/" ? $& =~ tr/\n//cdr : "0"}ge;
		$n = 0;
		for (split /\n/, $text) {
			$n++;
			print "$file:$n: $1() is banned\n" if /$banned/;
			print "$file:$n: a comment is written /* */\n" if m{//};
		}
		next if $file =~ m{^tests/|^src/app/signals\.c$|^src/base/err\.c$};
		while ($text =~ /^((?:[a-z]|[ \t]+static\b)[^;{}=]*)([;{=])/gm) {
			my ($declaration, $end, $line) = ($1, $2, 1 + ($` =~ tr/\n//));
			print "$file:$line: a variable that lives on must be const\n"
			    if is_mutable($declaration, $end);
		}
	}' >"$out" || echo 'perl failed' >>"$out"

# All text of ours; golden screens and fuzz seeds may look as they like.
find src include tests doc bootstrap configure.ac Makefile.am README NEWS .ci -type f 2>/dev/null |
	grep -vE '^tests/(golden|fuzz/corpus)/|/\.deps/|\.(o|a|gcda|gcno)$' |
	xargs grep -InE '[[:blank:]]$|\<(TO[D]O|FIX[M]E|X[X]X)\>' >>"$out"

# Versions of clang-format differ in their opinion; one is ours.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
	sources | xargs clang-format --dry-run -Werror 2>&1 |
		sed -n 's/:[0-9]*:[0-9]*: error:.*/: not laid out as clang-format -i does/p' |
		uniq >>"$out"
else
	echo '# clang-format 14 is not here: layout not checked'
fi
finish style
