# SPDX-License-Identifier: PostgreSQL
# The documentation is true: generated parts are fresh, what is named exists, what is given as an
# example is accepted.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Cli;
use Encode qw(decode);
use File::Copy qw(copy);
use Test::More;

my $doc = "$top/doc";
my $program = $ENV{PGCONNTOP} // "$top/src/pgconntop";
my ($page, $conf_page) = map { slurp("$doc/$_") } qw(pgconntop.1 pgconntop.conf.5);

sub has {
	my ($name) = @_;
	return (run_program(['sh', '-c', "command -v $name"]))[0] eq '0';
}

# The text of a manual page without its markup.
sub plain {
	my ($text) = @_;
	$text =~ s/^\.\\".*\n//mg;
	$text =~ s/\\f[BIR]//g;
	$text =~ s/\\-/-/g;
	$text =~ s/\\\(dq/"/g;
	$text =~ s/\\\(aq/'/g;
	$text =~ s/\\e/\\/g;
	return $text;
}

# The blocks between .EX and .EE, of a section or of all.
sub examples {
	my ($text, $section) = @_;
	($text) = $text =~ /^\.SH $section\n(.*?)(?=^\.SH|\z)/ms if $section;
	return map { plain($_) } $text =~ /^\.EX\n(.*?)^\.EE$/msg;
}

sub check_fresh {
	my ($status, $out, $err) = run_program([$^X, "$doc/refresh", '--check', $program], timeout => 60);
	is("$status$err", '0', 'nothing is stale') or diag $out;
	for my $name (qw(refresh pgconntop.1 pgconntop.conf.5 pgconntop.conf pgconntop.bash)) {
		copy("$doc/$name", "$home/$name") or die "$name: $!";
	}
	chmod 0755, "$home/refresh";
	file('pgconntop.1', $page =~ s/^Print this help\.$/Print that help./mr);
	file('pgconntop.conf', "interval = 2;\n");
	($status, $out) = run_program([$^X, "$home/refresh", '--check', $program]);
	is($status, 1, 'what is stale is seen');
	like($out, qr/^-Print that help\.\n\+Print this help\.$/m, 'and shown');
	like($out, qr/pgconntop\.conf is stale/, 'in all files');
	is((run_program([$^X, "$home/refresh", $program]))[0], 0, 'made anew');
	is(slurp("$home/$_"), slurp("$doc/$_"), "$_ is as it was") for qw(pgconntop.1 pgconntop.conf);
	file('pgconntop.1', $page =~ s/^\.\\" end$//mr);
	isnt((run_program([$^X, "$home/refresh", $program]))[0], 0, 'a part without an end');
	return;
}

# Long options that a text names.
sub options_of {
	my ($text) = @_;
	my %seen = map { $_ => 1 } $text =~ /(?<![\w-])--([a-z][a-z-]*[a-z])(?!-)/g;
	return sort keys %seen;
}

sub check_options {
	my ($help) = (pgconntop('--help'))[1];
	my @options = $help =~ /^ +(?:-\S, )? *--([a-z-]+)/mg;
	my $text = plain($page);
	ok($text =~ /^(?:-\S, )?--\Q$_\E(?:\[?=.*)?$/m, "--$_ is in the manual") for @options;
	my ($tables) = $help =~ /^Tables for --show:\s+(.*?)\n\n/ms;
	ok($text =~ /^\.B \Q$_\E$/m, "table $_ is in the manual") for split ' ', $tables;
	my %known = map { $_ => 1 } @options;
	my %other = map { $_ => 1 } qw(no-install prefix); # of bootstrap and configure
	for my $name (qw(README doc/pgconntop.1 doc/pgconntop.conf.5)) {
		my @unknown = grep { !$known{$_} && !$other{$_} } options_of(plain(slurp("$top/$name")));
		is("@unknown", '', "every option that $name names is one");
	}
	return;
}

# A configuration that the program takes.
sub accepted {
	my ($name, $text) = @_;
	my ($status, $out, $err) = pgconntop('--config=' . file('example.conf', $text), '--dump-config');
	is("$status$err", '0', $name);
	return;
}

sub check_sample {
	my $sample = slurp("$doc/pgconntop.conf");
	unlike($sample, qr/^[^#\n]/m, 'all of the sample is commented out');
	unlike($sample, qr/^#\s*\w+ = "(?:false|)";/m, 'each text and duration has an example');
	accepted('the sample as it is', $sample);
	my $all = $sample =~ s/^#(?! )//mgr;
	accepted('the sample with all comments removed', $all);
	my %names = map { $_ => 1 } $all =~ /^([a-z_]+) = /mg;
	cmp_ok(scalar keys %names, '>', 20, 'settings in the sample');
	my %needs = (scenarios => $all =~ /^(pools = \(\n.*?^\);\n)/ms);
	for my $setting ($all =~ /^([a-z_]+ = (?:[^\n]*;|[({]\n.*?^[)}];)) *$/msg) {
		my ($name) = $setting =~ /^(\w+)/;
		delete $names{$name};
		accepted("$name of the sample alone", ($needs{$name} // '') . "$setting\n");
	}
	is(join(' ', sort keys %names), '', 'each of them was tried');
	return;
}

sub check_examples {
	my @blocks = grep { /;$/m } examples($conf_page);
	cmp_ok(scalar @blocks, '>=', 6, 'examples in pgconntop.conf(5)');
	accepted('an example of pgconntop.conf(5)', $_) for @blocks;
	my ($pools) = slurp("$top/README") =~ /^(    pools = \(\n.*?^    \);)$/ms;
	accepted('the pools of README', $pools);
	my ($protect) = slurp("$top/README") =~ /^(    protect = .*\n.*;)$/m;
	accepted('the protection of README', $protect);
	my ($filters) = examples($page, 'FILTERS');
	for my $filter (split /\n/, $filters) {
		is((pgconntop("--filter=$filter", '--show=sessions'))[0], 2, "filter $filter is one: what is missing is a server");
	}
	my ($commands) = join '', examples($page, 'EXAMPLES');
	my @commands = grep { /^pgconntop .*--watch/ } split /\n/, $commands =~ s/\\\n\s*//gr;
	cmp_ok(scalar @commands, '>=', 4, 'examples of reports');
	for my $command (@commands) {
		$command =~ s/\|$//;
		$command =~ s/--interval/--count=1 --interval/;
		my ($status) = run_program(['sh', '-c', $command =~ s/^pgconntop/exec "\$PGCONNTOP"/r],
			env => { %env, PGCONNTOP => $program }, timeout => 30);
		is($status, 2, "$command: what is missing is a server");
	}
	return;
}

# What bash would offer for the words; the last one is being typed.
sub complete {
	my (@words) = @_;
	my $script = '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pgconntop 2>/dev/null; ' .
	    'printf "%s\n" "${COMPREPLY[@]}"';
	my ($status, $out, $err) = run_program(['bash', '-c', $script, 'bash', "$doc/pgconntop.bash", @words]);
	return $err ne '' ? $err : join ' ', split /\n/, $out;
}

sub check_completion {
	SKIP: {
		skip 'bash is not here', 1 if !has('bash');
		is(complete('pgconntop', '--for'), '--format=', '--for');
		is(complete('pgconntop', '--no'), '--no-password --no-mouse', '--no');
		my ($help) = (pgconntop('--help'))[1];
		my @options = $help =~ /^ +(?:-\S, )? *(--[a-z-]+)/mg;
		is(complete('pgconntop', '--') =~ s/=//gr, "@options", 'all options');
		my ($formats) = $help =~ /--format=(\S+)/;
		is(complete('pgconntop', '--format', '='), $formats =~ tr/|/ /r, '--format=');
		is(complete('pgconntop', '--color', '=', 'al'), 'always', '--color=al');
		my ($tables) = $help =~ /^Tables for --show:\s+(.*?)\n\n/ms;
		is(complete('pgconntop', '--show', '='), join(' ', split ' ', $tables), '--show=');
		is(complete('pgconntop', '--show', '=', 'da'), 'databases', '--show=da');
		is(complete('pgconntop', '--show', '=', 'users,sta'), 'users,states', '--show=users,sta');
		is(complete('pgconntop', $_, '=', "$home/exam"), "$home/example.conf", "$_=FILE") for '--config', '--kill-log';
		is(complete('pgconntop', '--read'), '--read-only', '--read');
		is(complete('pgconntop', 'sho'), '', 'a database is not ours to know');
	}
	return;
}

sub check_pages {
	SKIP: {
		skip 'mandoc is not here', 2 if !has('mandoc');
		for my $name (qw(pgconntop.1 pgconntop.conf.5)) {
			my ($status, $out, $err) = run_program(['mandoc', '-T', 'lint', "$doc/$name"]);
			is("$status$out$err", '0', "mandoc has nothing to say about $name");
		}
	}
	for my $name (qw(README doc/HACKING)) {
		my @long = grep { length > 100 } split /\n/, decode("UTF-8", slurp("$top/$name"));
		is("@long", '', "no line of $name has more than 100 columns");
	}
	check_files('doc/HACKING', 20);
	check_files('README', 5);
	return;
}

# All files that a text names are there; more than so many.
sub check_files {
	my ($name, $least) = @_;
	my %paths = map { $_ => 1 }
	    slurp("$top/$name") =~ m{\b((?:src|include|tests|doc)/[\w./-]+(?:\.(?:c|def|h|pl|pm|sh|t)|README))\b}g;
	cmp_ok(scalar keys %paths, '>', $least, "files that $name names");
	my @missing = grep { !-e "$top/$_" } sort keys %paths;
	is("@missing", '', 'are there');
	return;
}

# What the manual says of acting is what the tables have.
sub check_acting {
	my $plan = slurp("$top/src/action/plan.c");
	my ($names) = $plan =~ /protected_applications\[\] = \{(.*?)\};/s;
	my ($text) = plain($page) =~ /^By policies, and among several(.*?)^and all that match/ms;
	is(join(' ', $text =~ /^\.BR (\w+)/mg), join(' ', $names =~ /"(\w+)"/g), 'who is protected');
	my @policies = $plan =~ /^\s*\[POLICY_\w+\] = \{ "([\w-]+)"/mg;
	cmp_ok(scalar @policies, '>=', 8, 'policies');
	($text) = plain($page) =~ /^\.BR action ", " policy\n(.*?)^\.TP/ms;
	like($text, qr/[ \n]\Q$_\E[ ,.]/, "policy $_ is in the section on the log") for @policies;
	my ($log) = slurp("$top/src/app/killlog.c") =~ /json_field fields\[\] = \{\n(.*?)^\t\};/ms;
	my @keys = $log =~ /^\t\t\{ "(\w+)"/mg;
	cmp_ok(scalar @keys, '>=', 20, 'keys of the log');
	my ($section) = plain($page) =~ /^\.SH KILL LOG\n(.*?)^\.SH/ms;
	like($section, qr/^\.BR? .*\b$_\b/m, "key $_ of the log is in the manual") for @keys;
	return;
}

check_fresh();
check_options();
check_sample();
check_examples();
check_completion();
check_pages();
check_acting();
done_testing();
