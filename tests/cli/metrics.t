# SPDX-License-Identifier: PostgreSQL
# What is there for Prometheus and Grafana uses the names that the program writes.
use strict;
use warnings;

use FindBin;
use JSON::PP ();
use lib $FindBin::Bin;
use Cli;
use Test::More;

my ($status, $manual) = pgconntop('--generate=metrics');
my %types = $manual =~ s/\\//gr =~ /^\.B (\w+)\n\((\w+);/mg;
my $rules = "$top/doc/prometheus/alerts.yml";

sub check_names {
	is($status, 0, 'the manual lists the metrics');
	cmp_ok(scalar keys %types, '>', 50, 'many of them');
	for my $name (sort keys %types) {
		like($name, qr/^pg(conntop)?_[a-z_]+[a-z]$/, "$name: a name");
		is($types{$name}, $name =~ /_total$/ ? 'counter' : 'gauge', "$name: its type");
	}
	return;
}

# Names of metrics in an expression of PromQL.
sub names_of {
	my ($expression) = @_;
	return $expression =~ s/"(?:[^"\\]|\\.)*"//gr =~ /\b(pg_\w+|pgconntop_\w+)/g;
}

sub check_expressions {
	my ($where, @expressions) = @_;
	for my $expression (@expressions) {
		my @names = names_of($expression);
		cmp_ok(scalar @names, '>', 0, "$where: $expression has a metric");
		ok($types{$_}, "$where: $_ is one of ours") for @names;
		for my $name (grep { /_total$/ } @names) {
			like($expression, qr/(?:rate|increase)\($name\b/, "$where: $name is a counter");
		}
	}
	return;
}

sub check_rules {
	my @expressions = slurp($rules) =~ /^ +expr: (.*)$/mg;
	my @alerts = slurp($rules) =~ /^ +- alert: (\w+)$/mg;
	cmp_ok(scalar @alerts, '>=', 8, 'alerts');
	is(scalar @expressions, scalar @alerts, 'each on one line');
	check_expressions('alerts.yml', @expressions);
	SKIP: {
		skip 'promtool is not here (Debian: prometheus)', 1 if !grep { -x "$_/promtool" } split /:/, $ENV{PATH};
		my ($rc, $out, $err) = run_program(['promtool', 'check', 'rules', $rules], timeout => 30);
		is($rc, 0, 'promtool takes them') or diag("$out$err");
	}
	return;
}

sub check_dashboard {
	my $dashboard = JSON::PP->new->utf8->decode(slurp("$top/doc/grafana/pgconntop.json"));
	my @panels = @{ $dashboard->{panels} };
	cmp_ok(scalar @panels, '>=', 8, 'panels');
	my %seen;
	for my $panel (@panels) {
		is($seen{ $panel->{id} }++, 0, "$panel->{title}: an id of its own") if $panel->{id};
		my $place = $panel->{gridPos};
		cmp_ok($place->{x} + $place->{w}, '<=', 24, "$panel->{title}: within the width");
		my @expressions = map { $_->{expr} } @{ $panel->{targets} };
		check_expressions($panel->{title}, @expressions);
		like($_, qr/\{server=~"\$server"\}/, "$panel->{title}: of the chosen servers") for @expressions;
	}
	my ($variable) = grep { $_->{name} eq 'server' } @{ $dashboard->{templating}{list} };
	my ($name) = $variable->{query}{query} =~ /^label_values\((\w+), server\)$/;
	ok($types{$name}, 'the servers to choose from');
	return;
}

# What is wrong is said before anything is connected.
sub check_usage {
	refused('a table without metrics', ['--watch', '--format=openmetrics', '--show=summary,sessions'],
		qr/no metrics of sessions: openmetrics has those of summary, .*alerts/);
	my ($rc, $out) = pgconntop('--watch', '--count=1', '--format=openmetrics');
	is($rc, 2, 'no server');
	like($out, qr/^pg_up\{server="[^"]*"\} 0$/m, 'is a metric too');
	like($out, qr/^pgconntop_refused\{server="[^"]*",reason="server not reached"\} 1$/m, 'with the reason');
	like($out, qr/\n# EOF\n\z/, 'to the end');
	return;
}

check_names();
check_rules();
check_dashboard();
check_usage();
done_testing();
