#!/bin/sh
# SPDX-License-Identifier: PostgreSQL
# Who may include what (doc/HACKING has the same table), who may call malloc, and no cycles.
# shellcheck source=common
. "$(dirname "$0")/common"

perl - >"$out" <<'EOF' || echo 'layers.sh: perl failed' >>"$out"
use strict;
use warnings;

my %may = (
	base => 'base',
	model => 'base model',
	analysis => 'base model analysis',
	action => 'base model action',
	table => 'base model analysis action table',
	report => 'base model analysis action table report',
	ui => 'base model analysis action table ui',
	source => 'base model action source',
	term => 'base term ui/canvas.h ui/keys.h ui/style.h',
	app => 'base model analysis action table report ui source term app',
);

# Header, where it may be included, in how many files at most (0: any number).
my @outside = (
	[ qr/^(libpq|postgres_ext|pg_config|internal\/)/, qr/^src\/source\/pg_conn\.c$/, 1 ],
	[ qr/^(n?curses\w*|term|termcap|panel|menu|form)\.h$|^ncursesw?\//, qr/^src\/term\//, 0 ],
	[ qr/^libconfig/, qr/^src\/app\//, 1 ],
	[ qr/^getopt\.h$/, qr/^src\/app\//, 1 ],
	[ qr/^regex\.h$/, qr/^src\/table\//, 0 ],
);
my $heap = qr/(?<![.>\w])(malloc|calloc|realloc|reallocarray|free|strdup|strndup|v?asprintf)\s*\(/;

my (%edges, @users);
for my $file (split ' ', `find src include -name '*.[ch]' -o -name '*.def' | sort`) {
	my ($layer, $name) = $file =~ m{^(?:src|include)/([^/]+)/([^/]+)\.\w+$} or do {
		print "$file: is in no layer\n";
		next;
	};
	my $module = "$layer/$name";
	my %allowed = map { $_ => 1 } split ' ', $may{$layer} // '';
	print "$file: there is no layer $layer\n" if !$may{$layer};
	open my $in, '<', $file or die "$file: $!\n";
	local $/;
	my $text = <$in>;
	# Blank out comments, then the strings of all but include lines; lines keep their numbers.
	$text =~ s{/\*.*?\*/}{$& =~ tr/\n//cdr}gse;
	my $line = 0;
	for (split /\n/, $text) {
		my $at = "$file:" . ++$line;
		if (/^\s*#\s*include\s*"([^"]+)"/) {
			my $header = $1;
			if ($header eq 'config.h') {
				print "$at: config.h is for app\n" if $layer ne 'app';
			} elsif ($header !~ m{/}) {
				print "$at: there is no src/$layer/$header (write LAYER/x.h)\n" if !-f "src/$layer/$header";
				$edges{$module}{ "$layer/" . $header =~ s/\.\w+$//r } = $at;
			} else {
				my ($to) = split m{/}, $header;
				print "$at: there is no include/$header\n" if !-f "include/$header";
				print "$at: $layer may not include $header\n" if !$allowed{$to} && !$allowed{$header};
				$edges{$module}{ $header =~ s/\.\w+$//r } = $at;
			}
		} elsif (/^\s*#\s*include\s*<([^>]+)>/) {
			my $header = $1;
			for my $i (grep { $header =~ $outside[$_][0] } 0 .. $#outside) {
				print "$at: <$header> has no place here\n" if $file !~ $outside[$i][1];
				$users[$i]{$file} = $header;
			}
		} elsif ($file ne 'src/base/mem.c') {
			s/"(\\.|[^"\\])*"//g;
			print "$at: $1() is for src/base/mem.c; see base/mem.h\n" if /$heap/;
		}
	}
}

for my $i (0 .. $#outside) {
	my @files = sort keys %{ $users[$i] // {} };
	print "<$users[$i]{$files[0]}> is in more than one file: @files\n"
	    if $outside[$i][2] && @files > $outside[$i][2];
}

# Cycles: x.h and x.c are one module; a private header without a file of its own (internal.h) is
# none: what it includes counts for those that include it.
my %state;
sub targets {
	my ($module) = @_;
	return map {
		-f "src/$_.c" || -f "include/$_.h" ? $_ : targets($_)
	} sort keys %{ $edges{$module} // {} };
}

sub visit {
	my ($module, @path) = @_;
	my $state = $state{$module} // '';
	if ($state eq 'open') {
		my @cycle = ($module);
		while (@path && $path[-1] ne $module) { unshift @cycle, pop @path; }
		print "include cycle: $module -> ", join(' -> ', @cycle), "\n";
	}
	return if $state;
	$state{$module} = 'open';
	visit($_, @path, $module) for grep { $_ ne $module } targets($module);
	$state{$module} = 'done';
}
visit($_) for sort keys %edges;
EOF
finish layers
