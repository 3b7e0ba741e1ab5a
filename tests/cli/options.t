# SPDX-License-Identifier: PostgreSQL
# The command line: help, version, and what is refused before anything is done.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Cli;
use Test::More;

sub check_help {
	my ($status, $help, $err) = pgconntop('--help');
	is_deeply([$status, $err], [0, ''], '--help');
	like($help, qr/^Usage: pgconntop \[OPTION\]\.\.\. \[DBNAME \| CONNINFO \| URI \[USERNAME\]\]$/m, 'usage');
	my $def = slurp("$top/include/base/settings.def");
	my @options = $def =~ /^SETTING\(\w+,\s*\w+,\s*"([\w-]+)"(?!.*HIDDEN)/mg;
	cmp_ok(scalar @options, '>', 20, 'the rows of settings.def');
	for my $option (@options) {
		like($help, qr/^  (?:-\S|  ),? +--$option(?:\[?=\S+)?\s+\S/m, "--$option is in the help");
	}
	unlike($help, qr/--generate/, 'what only the documentation needs is not');
	cmp_ok(length, '<=', 100, "width of: $_") for grep { length > 96 } split /\n/, $help;
	is_deeply([pgconntop($_)], [0, $help, ''], "$_ is --help") for '-?', '--hel';
	is_deeply([pgconntop('--config=/nowhere', '--help')], [0, $help, ''], 'help when the configuration is broken');
	return;
}

sub check_version {
	my ($version) = slurp("$top/configure.ac") =~ /^AC_INIT\(\[pgconntop\], \[([^]]+)\]/m;
	is_deeply([pgconntop($_)], [0, "pgconntop $version\n", ''], $_) for '--version', '-V';
	return;
}

# What is given is what is in force.
sub check_values {
	my @values = (
		[['--interval=0.5'], 'interval = "500ms";'],
		[['--interval', '1min'], 'interval = "1min";'],
		[['--connect-timeout=1h'], 'connect_timeout = "1h";'],
		[['--count=3', '--count=4'], 'count = 4;'],
		[['--format=json'], 'format = "json";'],
		[['--show=users,alerts'], 'show = "users,alerts";'],
		[['--filter=a', '--filter', 'b c'], 'filter = ( "a", "b c" );'],
		[['-h', 'db1', '-p5433'], 'host = "db1";'],
		[['-hdb1', '-p', '5433'], 'port = "5433";'],
		[['-wU', 'me'], 'username = "me";'],
		[['-wU', 'me'], 'no_password = true;'],
		[['shop', 'me'], 'dbname = "shop";'],
		[['shop', 'me'], 'username = "me";'],
		[['--dbname=a', 'b'], 'dbname = "b";'],
		[['--', '-x'], 'dbname = "-x";'],
		[['postgresql://db1/shop?sslmode=require'], 'dbname = "postgresql://db1/shop?sslmode=require";'],
		[['--color=never', '--ascii'], 'color = "never";'],
		[['--read-only'], 'read_only = true;'],
		[[], 'read_only = false;'],
		[['--protect=application=etl', '--protect', 'age<1s user=a'], 'protect = ( "application=etl", "age<1s user=a" );'],
		[['--kill-log=a b.log'], 'kill_log = "a b.log";'],
	);
	for my $value (@values) {
		my ($arguments, $line) = @$value;
		my ($status, $out, $err) = pgconntop('--dump-config', @$arguments);
		is("$status$err", '0', "@$arguments");
		like($out, qr/^\Q$line\E$/m, "@$arguments: $line");
	}
	return;
}

sub check_usage {
	my $see = qr/; see pgconntop --help/;
	refused("unknown $_", [$_], qr/unknown option \Q$_\E$see/) for '--bogus', '-Z', '--co';
	refused("an argument where there is none: $_", [$_], qr/option $_ takes no argument$see/)
	    for '--watch=1', '--read-only=no';
	refused('unknown among letters', ['-wZ'], qr/unknown option -Z$see/);
	refused("$_ without its argument", [$_], qr/option \Q$_\E needs an argument$see/)
	    for '--host', '--filter', '--interval', '--config', '--protect', '--kill-log', '-h', '-p', '-U', '-d';
	refused('letters without their argument', ['-wh'], qr/option -h needs an argument$see/);
	refused("$_->[0] $_->[1]", $_, qr/write $_->[0]=$_->[1]: what stands behind a blank is a DBNAME/)
	    for ['--kill-idle', '5min'], ['--kill-idle-in-transaction', '300', 'shop'];
	refused('three operands', [qw(shop me again)], qr/too many arguments: "again"$see/);
	refused('a part of the documentation that is none', ['--generate=poem'], qr/no part "poem" to generate/);
	return;
}

# One of each kind; each names the option and the value.
sub check_bad_values {
	my $whole = qr/must be a whole number of at least 0/;
	my $time = qr/must be a duration from 1ms to 1h/;
	my $age = qr/must be a duration below 100 years, such as 90s, 5min or 1h30min/;
	my @values = (
		['count', '-1', $whole], ['count', 'x', $whole], ['count', '1.5', $whole], ['count', '', $whole],
		['count', '9223372036854775808', $whole], ['limit', '3x', $whole],
		['interval', '0', $time], ['interval', '0.0005', $time], ['interval', '2h', $time],
		['interval', 'soon', $time], ['interval', '1 s', $time], ['interval', '', $time],
		['interval', '-1', $time], ['interval', '1,5', $time], ['interval', 'nan', $time],
		['connect-timeout', '1ms', qr/must be a duration from 100ms to 1h/],
		['format', 'xml', qr/must be one of text, csv, json, openmetrics/], ['format', '', qr/must be one of text, csv, json, openmetrics/],
		['kill-idle', 'soon', $age], ['kill-idle', '-1', $age], ['kill-idle-in-transaction', '100000d', $age],
		['warning', 'utilization', qr/must be ALERT:LIMIT, such as utilization:85/],
		['warning', 'poems:5', qr/no alert "poems": there are utilization, refused, .*, pool_plan/],
		['critical', 'churn:many', qr/"many" is no number/],
		['critical', 'churn:20:10', qr/range "20:10" begins above its end/],
		['color', 'red', qr/must be one of auto, always, never/],
	);
	for my $value (@values) {
		my ($option, $text, $reason) = @$value;
		my $what = $option =~ /^(?:warning|critical)$/ ? qr/\Q$option=$text\E/ : qr/bad value "\Q$text\E" for $option/;
		refused("--$option=$text", ["--$option=$text"], qr/$what: $reason/);
	}
	return;
}

sub check_bad_reports {
	my $tables = qr/there are summary, states, applications, users, databases, clients, sessions, \S.*/;
	refused('a table that is none', ['--show=users,poems'], qr/no table "poems" to show: $tables/);
	refused('an empty name of a table', ['--show=users,,alerts'], qr/no table "" to show: $tables/);
	refused('no table', ['--show='], qr/show names no table/);
	refused('a column that is none', ['--columns=pid,shoe'], qr/no table of the report has a column "(?:pid|shoe)"/);
	refused('a column to sort by that is none', ['--sort=-shoe'], qr/no table of the report has a column "shoe" to sort by/);
	refused('two tables in a format of one', ['--format=csv', '--show=users,states'],
		qr/csv has one table in a report: show users or states, not both/);
	refused('a column that its table has not', [qw(--format=csv --columns=total)],
		qr/no table of the report has a column "total"/);
	refused('a column of a table that is not shown', ['--show=users', '--sort=pid'],
		qr/no table of the report has a column "pid" to sort by/);
	return;
}

sub check_bad_filters {
	my @filters = (
		['shoe=1', 1, qr/there is no column shoe/],
		['state=idle shoe>3', 12, qr/there is no column shoe/],
		['=idle', 1, qr/a column name must stand before the operator/],
		['age>', 5, qr/a value is missing/],
		['age>soon', 5, qr/"soon" is no duration such as .*/],
		['pid=x', 5, qr/"x" is no number/],
		['own=maybe', 5, qr/"maybe" must be yes or no/],
		['user>a', 5, qr/only = != ~ !~ work on user/],
		['age~1', 4, qr/~ works on text columns only, not on age/],
		['backend_start>1', 14, qr/cannot filter by a time; .*/],
		['query~(', 7, qr/bad regular expression: .+/],
		['user="a', 6, qr/the quote is not closed/],
	);
	for my $filter (@filters) {
		my ($text, $place, $reason) = @$filter;
		refused("filter $text", ["--filter=$text"], qr/bad filter, at $place: $reason/);
	}
	my $none = qr/--filter selects sessions, and this report has none: choose tables with --show=sessions or --show=queries/;
	refused('a filter for a report without sessions', ['--filter=state=idle', @$_], $none) for [], ['--show=summary,users'];
	is((pgconntop('--filter=state=idle', "--show=summary,$_"))[0], 2, "but with $_: what is missing is a server")
	    for qw(sessions queries);
	my ($status, $out) = pgconntop('--check', '--filter=state=idle');
	is($status, 3, 'a check has no filter');
	like($out, qr/^PGCONNTOP UNKNOWN - --filter selects sessions, and --check is about all of them$/m, 'and says so');
	for my $case (['--output=x', qr/--output is for reports/], ['--watch', qr/--watch goes on/],
		['--critical=utilization:', qr/critical=utilization:: no limit is given, and only "off"/],
		['--warning=utilization:abc', qr/warning=utilization:abc: "abc" is no number$/]) {
		($status, $out) = pgconntop('--check', $case->[0]);
		is($status, 3, "$case->[0] with a check");
		like($out, qr/^PGCONNTOP UNKNOWN - $case->[1]/m, 'and it says why');
	}
	refused('no name of a file', ['--plan', '--max-connections=100', '--output=', '--config=' . file('plan.conf',
		"pools = ( { name = \"a\"; match = \"user=a\"; pool_size = 3; } );\n")], qr/--output names no file/, 3);
	refused('an empty age', ['--kill-idle='], qr/--kill-idle= has no AGE behind it, such as 5min/);
	refused("no limit on $_", ['--kill-all', "--$_=0"], qr/--$_=0 would be no limit at all: give a number from 1 on, or leave it out/)
		for qw(max-kills until);
	my $file = file('filter.conf', "filter = \"state=idle\";\n");
	my $note = qr/^pgconntop: the filter of the configuration selects sessions, and this report has none: it counts all$/m;
	my @look = ("--config=$file", '--watch', '--count=1');
	is((pgconntop(@look))[0], 2, 'one of the configuration is for what has sessions');
	like((pgconntop(@look))[2], $note, 'and it is said where it does nothing');
	unlike((pgconntop(@look, '--show=summary,queries'))[2], $note, 'not where it does');
	refused("empty $_", ["--$_", '--kill-idle', '--yes'], qr/\S+ is empty: that would be every session/) for 'filter=', 'filter= ', 'protect=';
	refused('the second filter', ['--filter=a', '--filter=age>'], qr/bad filter, at 5: a value is missing/);
	return;
}

sub check_bad_connections {
	refused('a port that is none', ['-p', '99999'], qr/.*"99999".*/);
	refused('a broken URI', ['postgresql://[::1'], qr/.+postgresql:\/\/\[::1.*/);
	refused('an unknown word of a connection string', ['host=a shoe=b'], qr/.*"shoe".*/);
	refused('a list of ports that does not match', ['host=a,b,c port=1,2'], qr/.*could not match 2 port numbers to 3 hosts.*/);
	return;
}

check_help();
check_version();
check_values();
check_usage();
check_bad_values();
check_bad_reports();
check_bad_filters();
check_bad_connections();
done_testing();
