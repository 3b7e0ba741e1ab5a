#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# Small files, small functions, few parameters. Relies on our layout: a function's brace is the
# first thing on its line, and nothing else's is.
# shellcheck source=common
. "$(dirname "$0")/common"

# shellcheck disable=SC2016 # it is Perl
sources | xargs perl -e '
	my ($max_file, $max_function, $max_parameters) = (400, 60, 5);

	# The number of parameters in the text between a "(" and its ")".
	sub parameters {
		my ($list) = @_;
		1 while $list =~ s/\([^()]*\)//g;
		return $list =~ /^\s*(void\s*)?$/ ? 0 : scalar(my @all = split /,/, $list);
	}

	for my $file (@ARGV) {
		open my $in, "<", $file or die "$file: $!\n";
		my @lines = <$in>;
		print "$file: ", scalar @lines, " lines (at most $max_file)\n" if @lines > $max_file;
		for my $open (grep { $lines[$_] =~ /^\{/ } 0 .. $#lines) {
			my ($first, $close) = ($open, $open);
			$first-- while $first > 0 && $lines[$first - 1] !~ m{^\s*$|[;\}]\s*$|\*/\s*$|^\s*#};
			$close++ while $close < $#lines && $lines[$close] !~ /^\}/;
			my $head = join "", @lines[$first .. $open];
			my ($name, $list) = $head =~ /(\w+)\s*\((.*)\)/s or next;
			my $at = "$file:" . ($open + 1) . ": $name";
			my $length = $close - $open - 1;
			print "$at: $length lines (at most $max_function)\n" if $length > $max_function;
			my $count = parameters($list);
			print "$at: $count parameters (at most $max_parameters)\n" if $count > $max_parameters;
		}
	}' >"$out" || echo 'perl failed' >>"$out"
finish size
