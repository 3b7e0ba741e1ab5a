# SPDX-License-Identifier: PostgreSQL
# Configuration files: what is refused and where, which file wins, and that what is printed reads
# back as the same.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Cli;
use File::Path qw(make_path remove_tree);
use Test::More;

# The configuration in force.
sub dump_of {
	my (@arguments) = @_;
	my ($status, $out, $err) = pgconntop('--dump-config', @arguments);
	is("$status$err", '0', "read: @arguments");
	return $out;
}

# A file with this text is refused at that line.
sub refused_at {
	my ($text, $line, $reason) = @_;
	my $path = file('wrong.conf', $text);
	refused($text =~ s/\s+/ /gr, ["--config=$path", '--dump-config'], qr/\Q$path\E:$line: $reason/);
	return;
}

sub check_wrong_settings {
	refused_at("interval = 2;\nintervall = 2;\n", 2, qr/there is no setting "intervall"/);
	refused_at("help = true;\n", 1, qr/there is no setting "help"/);
	refused_at("config = \"a\";\n", 1, qr/there is no setting "config"/);
	refused_at("generate = \"help\";\n", 1, qr/there is no setting "generate"/);
	refused_at("interval = 0.0001;\n", 1, qr/bad value "0\.0001" for interval: must be a duration .*/);
	refused_at("\n\ninterval = \"soon\";\n", 3, qr/bad value "soon" for interval: .*/);
	refused_at("interval = true;\n", 1, qr/true or false is no value for "interval"/);
	refused_at("interval = { a = 1; };\n", 1, qr/one value is expected for "interval"/);
	refused_at("ascii = 1;\n", 1, qr/true or false is expected for "ascii"/);
	refused_at("ascii = \"true\";\n", 1, qr/true or false is expected for "ascii"/);
	refused_at("count = -1;\n", 1, qr/bad value "-1" for count: must be a whole number of at least 0/);
	refused_at("count = 1.5;\n", 1, qr/bad value "1\.5" for count: .*/);
	refused_at("format = \"xml\";\n", 1, qr/bad value "xml" for format: must be one of text, csv, json, openmetrics/);
	refused_at("show = \"users,poems\";\n", 1, qr/no table "poems" to show: there are .*/);
	refused_at("show = ( \"users\" );\n", 1, qr/one value is expected for "show"/);
	refused_at("filter = ( \"a\",\n 3 );\n", 1, qr/texts are expected in "filter"/);
	return;
}

sub check_wrong_acting {
	refused_at("read_only = \"yes\";\n", 1, qr/true or false is expected for "read_only"/);
	refused_at("\nread-only = 1;\n", 2, qr/true or false is expected for "read-only"/);
	refused_at("kill_log = ( \"a\" );\n", 1, qr/one value is expected for "kill_log"/);
	refused_at("kill_log = true;\n", 1, qr/true or false is no value for "kill_log"/);
	refused_at("protect = true;\n", 1, qr/true or false is no value for "protect"/);
	refused_at("protect = ( \"user=a\", { user = \"b\"; } );\n", 1, qr/texts are expected in "protect"/);
	refused_at("protect = \"shoe=1\";\n", 1, qr/bad filter, at 1: there is no column shoe/);
	refused_at("protect = (\n \"user=a\",\n \"state=idle age>soon\" );\n", 3,
		qr/bad filter, at 16: "soon" is no duration such as .*/);
	refused_at("protect = ( \"query~(\" );\n", 1, qr/bad filter, at 7: bad regular expression: .+/);
	refused_at("keys = { terminate = \"C\"; };\n", 1, qr/keys\.\w+: "C" is already the key of "\w+"/);
	return;
}

sub check_wrong_syntax {
	refused_at("interval = ;\n", 1, qr/syntax error/);
	refused_at("interval = 2;\nascii = true;\n}\n", 3, qr/syntax error/);
	refused_at("host = \"db1\n", '\d+', qr/syntax error/);
	refused_at("interval = 2;\ninterval = 3;\n", 2, qr/duplicate setting name/);
	refused('no such file', ["--config=$home/none.conf"], qr/cannot read \Q$home\E\/none\.conf: No such file or directory/);
	refused('a directory', ["--config=$home"], qr/cannot read \Q$home\E: Is a directory/);
	return;
}

sub check_wrong_alerts {
	my $group = qr/\{ warning = \.\.\.; critical = \.\.\.; \} is expected for/;
	refused_at("alerts = 3;\n", 1, qr/\{ name = .*\} is expected for "alerts"/);
	refused_at("alerts = {\n poems = { warning = 1; };\n};\n", 2, qr/there is no alert "poems"/);
	refused_at("alerts = { churn = 5; };\n", 1, qr/$group "churn"/);
	refused_at("alerts = { churn = { alarm = 5; }; };\n", 1, qr/an alert has warning and critical, not "alarm"/);
	refused_at("alerts = { churn = { warning = -5; }; };\n", 1, qr/a limit is a number from 0 on, not "-5"/);
	refused_at("alerts = { churn = {\n warning = \"many\"; }; };\n", 2, qr/"many" is no number/);
	refused_at("alerts = { churn = { warning = true; }; };\n", 1, qr/a number, a duration or a range is expected for "warning"/);
	refused_at("alerts = { churn = {\n critical = \"20:10\"; }; };\n", 2, qr/range "20:10" begins above its end/);
	refused_at("warning = \"churn\";\n", 1, qr/warning=churn: must be ALERT:LIMIT, such as .*/);
	refused_at("alerts = { utilization = { warning = \"\"; }; };\n", 1,
		qr/no limit is given, and only "off" switches it off/);
	refused_at("critical = ( \"churn:5\",\n \"poems:5\" );\n", 2, qr/critical=poems:5: no alert "poems": there are .*/);
	refused_at("alerts = { long_query = {\n\n critical = \"5 days\"; }; };\n", 3, qr/"5 days" is no duration .*/);
	return;
}

sub check_wrong_pools {
	refused_at("pools = { };\n", 1, qr/\( \{ \.\.\. \}, \{ \.\.\. \} \) is expected for "pools"/);
	refused_at("pools = ( 3 );\n", 1, qr/a pool is \{ name = .*/);
	refused_at("pools = ( { pool_size = 3; } );\n", 1, qr/a pool is \{ name = .*/);
	refused_at("pools = ( { name = \"a\"; pool_size = 3; } );\n", 1, qr/a pool needs match = "filter"/);
	my $head = "pools = (\n { name = \"a\"; match = \"user=a\";\n";
	my $one = qr/a pool has one of pool_size, default_pool_size \(of PgBouncer\) and connections/;
	refused_at("$head } );\n", 2, $one);
	refused_at("$head pool_size = 3; connections = 3; } );\n", 2, $one);
	refused_at("$head pool_size = 3; default_pool_size = 3; connections = 3; } );\n", 2, $one);
	refused_at("$head connections = 3;\n workers = 2; } );\n", 4, qr/a pool with connections has no "workers"/);
	refused_at("$head connections = 3;\n instances = 2; } );\n", 4, qr/a pool with connections has no "instances"/);
	refused_at("$head pool_size = 3; threads = 3; } );\n", 3, qr/a pool has no "threads"/);
	refused_at("$head pool_size = \"3\"; } );\n", 3, qr/a whole number is expected for "pool_size"/);
	refused_at("$head pool_size = 2.5; } );\n", 3, qr/.*"2\.5" is no whole number/);
	refused_at("$head pool_size = 3; workers = 0; } );\n", 3, qr/.*"0" is not from 1 to 1000000/);
	refused_at("$head max_overflow = 3;\n pool_size = 0; } );\n", 4,
		qr/a pool size of 0 is no limit to SQLAlchemy and PgBouncer: give what it may open, as connections = N/);
	refused_at("$head default_pool_size = 0; } );\n", 3, qr/a pool size of 0 is no limit .*/);
	refused_at("$head pool_size = -1; } );\n", 3, qr/pool_size: "-1" is not from 1 to 1000000/);
	refused_at("$head connections = -1; } );\n", 3, qr/.*"-1" is not from 0 to 1000000/);
	refused_at("$head pool_size = 3; },\n { name = \"a\"; match = \"\"; connections = 1; } );\n", 4,
		qr/there is a pool of this name already: its connections would count twice/);
	refused_at("$head pool_size = 1000000; workers = 1000; },\n { name = \"b\"; match = \"\"; pool_size = 1000000;"
		. " instances = 1000000; workers = 1000000; } );\n", 4, qr/with this pool there are over 2147483646 connections: .*/);
	refused_at("pools = ( { name = \"a\";\n match = \"shoe=1\"; pool_size = 3; } );\n", 2,
		qr/bad filter, at 1: there is no column shoe/);
	return;
}

sub check_wrong_bouncers {
	my $head = "pools = (\n { name = \"a\"; match = \"user=a\"; default_pool_size = 20;\n";
	for my $key (qw(workers engines max_overflow)) {
		refused_at("$head $key = 2; } );\n", 3, qr/a pool with default_pool_size has no "$key"/);
	}
	for my $key (qw(reserve_pool_size pairs databases users max_db_connections)) {
		refused_at("pools = ( { name = \"a\"; match = \"user=a\"; pool_size = 3;\n $key = 2; } );\n", 2,
			qr/a pool with pool_size has no "$key"/);
	}
	refused_at("$head pairs = 0; } );\n", 3, qr/pairs: "0" is not from 1 to 1000000/);
	refused_at("$head max_db_connections = -1; } );\n", 3, qr/max_db_connections: "-1" is not from 0 to 1000000/);
	refused_at("$head pairs = 4; users = 2; } );\n", 2, qr/a pool has either pairs or users, .*/);
	refused_at("$head pairs = 3; max_db_connections = 50; } );\n", 2,
		qr/max_db_connections holds for each database: say also how many databases .*/);
	refused_at("$head pairs = 3; databases = 4; } );\n", 2, qr/there are fewer pairs than databases, .*/);
	refused_at("$head users = 1001; databases = 1000; } );\n", 2, qr/databases x users is more than 1000000 pairs/);
	return;
}

sub check_wrong_scenarios {
	my $pools = 'pools = ( { name = "a"; match = ""; pool_size = 3; }, { name = "b"; match = ""; connections = 3; } );';
	refused_at("scenarios = 3;\n", 1, qr/\( \{ \.\.\. \}, \{ \.\.\. \} \) is expected for "scenarios"/);
	refused_at("scenarios = (\n { pools = ( ); } );\n", 2, qr/a scenario is \{ name = .*/);
	my $head = "scenarios = ( { name = \"x\";\n";
	refused_at("$head max = 3; } );\n", 2, qr/a scenario has name, pools and max_connections, not "max"/);
	refused_at("$head max_connections = \"3\"; } );\n", 2, qr/a whole number is expected for "max_connections"/);
	refused_at("$head}, { name = \"x\"; } );\n", 2, qr/there is a scenario of this name already/);
	refused_at("scenarios = ( { name = \"$_\"; } );\n", 1, qr/a scenario needs a name of its own/) for '', '(configured)';
	refused_at("$head max_connections = 0; } );\n", 2, qr/max_connections: "0" is not from 1 to 262143/);
	refused_at("$head pools = { }; } );\n", 2, qr/\( \{ \.\.\. \}, \{ \.\.\. \} \) is expected for "pools"/);
	refused_at("$head pools = ( { pool_size = 3; } ); } );\n", 2, qr/a pool of a scenario is \{ name = .*/);
	refused_at("$head pools = (\n\n { name = \"a\"; } ); } );\n", 4, qr/there is no pool "a" in pools/);
	$head = "$head pools = (\n { name =";
	refused_at("$head \"a\"; connections = 3; } ); } );\n$pools\n", 3, qr/the pool "a" has no "connections"/);
	refused_at("$head \"b\"; pool_size = 3; } ); } );\n$pools\n", 3, qr/the pool "b" has no "pool_size"/);
	refused_at("$head \"a\"; match = \"\"; } ); } );\n$pools\n", 3, qr/the pool "a" has no "match"/);
	refused_at("$head \"a\"; pool_size = 0; } ); } );\n$pools\n", 3, qr/pool_size: "0" is not from 1 to 1000000/);
	refused_at("$head \"a\"; workers = 0; } ); } );\n$pools\n", 3, qr/workers: "0" is not from 1 to 1000000/);
	return;
}

sub check_wrong_keys_and_colors {
	refused_at("keys = ( );\n", 1, qr/\{ name = .*\} is expected for "keys"/);
	refused_at("keys = { pause = 3; };\n", 1, qr/a text is expected for "pause"/);
	refused_at("\nkeys = { dance = \"d\"; };\n", 2, qr/keys: there is no command "dance"/);
	refused_at("keys = { pause = \"Hyper\"; };\n", 1, qr/keys\.pause: there is no key "Hyper"/);
	refused_at("keys = { pause = \"q\"; };\n", 1, qr/keys\.\w+: "q" is already the key of "\w+"/);
	refused_at("colors = 3;\n", 1, qr/\{ name = .*\} is expected for "colors"/);
	refused_at("colors = { idle = 3; };\n", 1, qr/a text is expected for "idle"/);
	refused_at("colors = { shoe = \"red\"; };\n", 1, qr/colors: there is no style "shoe"/);
	refused_at("colors = {\n idle = \"beige\"; };\n", '[12]', qr/colors\.idle: "beige" is .+/);
	refused_at("colors = { idle = \"color256\"; };\n", 1, qr/colors\.idle: "color256" is .+/);
	return;
}

# A value of each kind reads as it was meant, and all of it together comes back as it was printed.
sub check_round_trip {
	my $path = file('all.conf', <<'END');
host = "a \"quoted\" \\ name"; port = 5433; username = "me"; dbname = "service=shop";
no-password = true; connect_timeout = "1500ms"; watch = true; interval = 90;
count = 9223372036854775807L; limit = 3000000000L; show = "users"; format = "json";
filter = [ "state=idle", "query~\"a\\\\tb\"" ]; sort = "-age"; columns = "pid,age"; color = "always";
alerts = { utilization = { warning = 12.5; }; long_query = { critical = "90s"; warning = 1.5; };
	churn = { warning = 5000000000.0; critical = 1e20; }; };
pools = ( { name = "api"; match = "application=\"a b\""; instances = 2; workers = 3; engines = 4;
	pool_size = 5; max_overflow = 6; }, { name = "one"; match = ""; connections = 0; },
	{ name = "b1"; match = ""; default_pool_size = 20; },
	{ name = "b2"; match = ""; default_pool_size = 10; reserve_pool_size = 5; instances = 2; databases = 3;
		users = 4; max_db_connections = 60; },
	{ name = "b3"; match = ""; default_pool_size = 10; pairs = 7; databases = 3; } );
scenarios = ( { name = "the \"same\""; }, { name = "more"; max_connections = 300; pools = (
	{ name = "b2"; max_db_connections = 70; pairs = 9; }, { name = "one"; connections = 9; },
	{ name = "api"; workers = 7; max_overflow = 0; } ); } );
keys = { terminate = "C"; cancel = "K"; free = "x"; pause = "p"; zoom = "\\ F5"; clear = "F7"; };
colors = { idle = "bold color245 on blue"; tagged = "magenta"; };
read-only = true; kill_log = "/a \"b\"/kill.log"; protect = [ "application=\"nightly etl\"", "user~^repl" ];
END
	my $first = dump_of("--config=$path");
	for my $line (
		'host = "a \"quoted\" \\\\ name";', 'port = "5433";', 'no_password = true;',
		'connect_timeout = "1500ms";', 'interval = "90s";', 'count = 9223372036854775807L;',
		'limit = 3000000000L;', 'sort = "-age";', 'color = "always";', 'read_only = true;',
		'kill_log = "/a \"b\"/kill.log";', 'protect = ( "application=\"nightly etl\"", "user~^repl" );',
	) {
		like($first, qr/^\Q$line\E$/m, $line);
	}
	like($first, qr/^filter = \( "state=idle", "query~\\"a\\\\\\\\tb\\"" \);$/m, 'a list');
	like($first, qr/utilization = \{ warning = 12\.5; critical = 85; \};/, 'one limit of an alert');
	like($first, qr/long_query = \{ warning = "1500ms"; critical = "90s"; \};/, 'limits that are durations');
	like($first, qr/\{ name = "api"; .* instances = 2; workers = 3; engines = 4; pool_size = 5; max_overflow = 6; \}/, 'a pool');
	like($first, qr/\{ name = "b$_ \}/, 'a pool of PgBouncer') for
		'1"; match = ""; instances = 1; databases = 1; pairs = 1; max_db_connections = 0; '
			. 'default_pool_size = 20; reserve_pool_size = 0;',
		'2"; match = ""; instances = 2; databases = 3; pairs = 12; max_db_connections = 60; '
			. 'default_pool_size = 10; reserve_pool_size = 5;',
		'3"; match = ""; instances = 1; databases = 3; pairs = 7; max_db_connections = 0; '
			. 'default_pool_size = 10; reserve_pool_size = 0;';
	like($first, qr/\{ name = "the \\"same\\""; \},$/m, 'a scenario that changes nothing');
	like($first, qr/\{ name = "more"; max_connections = 300; pools = \(
\t\t\{ name = "api"; workers = 7; max_overflow = 0; \},
\t\t\{ name = "one"; connections = 9; \},
\t\t\{ name = "b2"; pairs = 9; max_db_connections = 70; \} \); \}$/m, 'and one that changes some numbers');
	my $second = dump_of('--config=' . file('second.conf', $first));
	is($second, $first, 'what is printed reads back as the same');
	my $defaults = dump_of('--config=/dev/null');
	is(dump_of('--config=' . file('defaults.conf', $defaults)), $defaults, 'and so do the defaults');
	return;
}

# What holds for an order is refused without one, also where a profile could have had it.
sub check_alone {
	my $path = file('alone.conf', <<'END');
max_kills = 5; until = 50; dry_run = true; profiles = { job = { kill_idle = 300; }; look = { count = 1; }; };
END
	for my $option ('--dry-run', '--max-kills=1', '--until=70') {
		my ($name) = $option =~ /^(--[\w-]+)/;
		refused("$option alone", ["--config=$path", $option, '--watch', @$_], qr/$name belongs to an order: --terminate, .*/)
			for [], ['--profile=look'];
		dump_of("--config=$path", $option, @$_) for ['--kill-idle'], ['--profile=job'];
	}
	dump_of("--config=$path"); # which a file may have for all its profiles
	return;
}

# Limits that are ranges or off, however they are given; what comes later counts.
sub check_limits {
	my $path = file('limits.conf', <<'END');
alerts = { utilization = { warning = "10:80"; critical = "85%"; }; churn = { warning = "off"; critical = "off"; };
	long_query = { warning = "~:90"; critical = "@5min:1h"; }; blocked = { critical = 7; }; };
warning = ( "blocked:@2:6", "idle_ratio:7" );
END
	my $dump = dump_of("--config=$path", '--critical=blocked:off', '--critical', 'idle_ratio:~:90%');
	for my $line (
		'utilization = { warning = "10:80"; critical = 85; };', 'churn = { warning = "off"; critical = "off"; };',
		'long_query = { warning = "~:90s"; critical = "@5min:1h"; };', 'blocked = { warning = "@2:6"; critical = "off"; };',
		'idle_ratio = { warning = 7; critical = "~:90"; };',
	) {
		like($dump, qr/^\t\Q$line\E$/m, $line);
	}
	is(dump_of('--config=' . file('again.conf', $dump)), $dump, 'limits read back as the same');
	return;
}

sub check_wrong_profiles {
	my $orders = qr/may stand only in a profile or on the command line: a file that is always read must not end sessions/;
	for my $order ('terminate = true', 'cancel = false', 'kill_idle = 300', 'kill-idle-in-transaction = "5min"',
		'kill_all = true', 'yes = true', 'when = "churn"') {
		my ($name) = $order =~ /^(\S+)/;
		refused_at("interval = 2;\n$order;\n", 2, qr/"$name" $orders/);
		accepted_in_profile("$order;");
	}
	refused_at("profiles = ( );\n", 1, qr/\{ name = \{ \.\.\. \}; \} is expected for "profiles"/);
	refused_at("profiles = { a = 3; };\n", 1, qr/\{ setting = \.\.\.; \} is expected for profile "a"/);
	my $head = "profiles = { good = { interval = 3; };\n bad = {\n";
	refused_at("$head intervall = 3; }; };\n", 3, qr/there is no setting "intervall"/);
	refused_at("$head interval = 0; }; };\n", 3, qr/bad value "0" for interval: .*/);
	refused_at("$head profile = \"good\"; }; };\n", 3, qr/there is no setting "profile"/);
	refused_at("$head profiles = { }; }; };\n", 3, qr/there is no setting "profiles"/);
	refused_at("$head config = \"a\"; }; };\n", 3, qr/there is no setting "config"/);
	refused_at("$head kill_idle = true; }; };\n", 3, qr/true or false is no value for "kill_idle"/);
	refused_at("$head kill_idle = \"soon\"; }; };\n", 3,
		qr/bad value "soon" for kill-idle: must be a duration below 100 years, such as 90s, 5min or 1h30min/);
	refused_at("$head filter = \"shoe=1\"; }; };\n", 3, qr/bad filter, at 1: there is no column shoe/);
	refused_at("$head when = \"poems\"; }; };\n", 3, qr/--when: there is no alert "poems"; .*/);
	refused_at("$head when = \"churn:loud\"; }; };\n", 3, qr/--when: "loud" must be warning or critical/);
	refused_at("$head alerts = { poems = { }; }; }; };\n", 3, qr/there is no alert "poems"/);
	refused_at("keys = { quit = \"Y\"; };\n$head keys = { pause = \"Y\"; }; }; };\n", 4, qr/keys\.\w+: "Y" is already the key of "\w+"/);
	refused_at("$head }; bad = { }; };\n", 3, qr/duplicate setting name/);
	refused('a profile where there is no file', ['--config=/dev/null', '--profile=a'],
		qr/no profile "a": the configuration has none/);
	my $path = file('two.conf', "profiles = { first = { }; second = { }; };\n");
	refused("no profile $_", ["--config=$path", "--profile=$_"], qr/no profile "$_": there are first, second/) for 'third', '', 'profiles';
	return;
}

sub accepted_in_profile {
	my ($order) = @_;
	my $path = file('order.conf', "profiles = { job = { $order }; };\n");
	my ($status, $out, $err) = pgconntop("--config=$path", '--profile=job', '--dump-config');
	is("$status$err", '0', "in a profile: $order");
	return;
}

# What is in a profile comes after both files and before the command line, and what is to be done is
# printed as a profile.
sub check_profiles {
	my $path = file('profiles.conf', <<'END');
host = "a"; interval = 3; filter = "x"; count = 1;
alerts = { churn = { warning = 5; critical = 6; }; };
pools = ( { name = "one"; match = ""; connections = 1; } );
profiles = { prod = { host = "b"; interval = 4; filter = "y"; kill_idle = 300; when = "churn:critical"; yes = true;
		cancel = false; alerts = { churn = { critical = "off"; }; }; keys = { pause = "p"; };
		pools = ( { name = "two"; match = ""; connections = 2; } ); };
	Other_1-2 = { host = "c"; kill_all = true; }; };
END
	my $plain = dump_of("--config=$path");
	like($plain, qr/^host = "a";$/m, 'a profile that is not asked for changes nothing');
	unlike($plain, qr/^\s*kill_\w+ =|profiles|"y"/m, 'nor does it ask for anything');
	my $dump = dump_of("--config=$path", '--profile=prod', '--interval=5');
	for my $line ('host = "b";', 'interval = "5s";', 'count = 1;', 'filter = ( "x", "y" );',
		"\tchurn = { warning = 5; critical = \"off\"; };", "\tpause = \"p\";") {
		like($dump, qr/^\Q$line\E$/m, "with a profile: $line");
	}
	like($dump, qr/^pools = \(\n\t\{ name = "two"; [^\n]*\}\n\);$/m, 'the pools are those of the profile');
	my $orders = "profiles = {\n\tprod = {\n\t\tkill_idle = \"5min\";\n\t\tyes = true;\n\t\twhen = \"churn:critical\";\n\t};\n};\n";
	like($dump, qr/^\Q$orders\E\z/m, 'orders are in a profile');
	is(dump_of('--config=' . file('printed.conf', $dump), '--profile=prod'), $dump, 'and read back as the same');
	like(dump_of("--config=$path", '--profile=Other_1-2'), qr/^host = "c";\n.*^\tOther_1-2 = \{\n\t\tkill_all = true;\n/ms, 'the other one');
	like(dump_of('--config=/dev/null', '--kill-idle-in-transaction=1.5', '--terminate'),
		qr/^\torders = \{\n\t\tterminate = true;\n\t\tkill_idle_in_transaction = "1500ms";\n\t\};\n\};\n\z/m, 'orders of the command line');
	return;
}

# Which of these settings is in force.
sub in_force {
	my ($name, @arguments) = @_;
	my ($value) = dump_of(@arguments) =~ /^\Q$name\E = (.*);$/m;
	return $value;
}

sub check_order {
	SKIP: {
		skip 'this machine has a configuration of its own', 20 if -e '/etc/pgconntop.conf';
		my $mine = 'pgconntop/pgconntop.conf';
		is(in_force('interval'), '"2s"', 'no file at all');
		file(".config/$mine", "interval = 3;\n");
		is(in_force('interval'), '"3s"', 'the one in ~/.config');
		make_path("$home/xdg");
		local $env{XDG_CONFIG_HOME} = "$home/xdg";
		is(in_force('interval'), '"2s"', 'is not read when XDG_CONFIG_HOME is elsewhere');
		file("xdg/$mine", "interval = 4; filter = \"a\";\n");
		is(in_force('interval'), '"4s"', 'where there may be one');
		$env{XDG_CONFIG_HOME} = 'xdg';
		is(in_force('interval'), '"3s"', 'a relative one counts for nothing');
		$env{XDG_CONFIG_HOME} = '';
		is(in_force('interval'), '"3s"', 'nor does an empty one');
		$env{XDG_CONFIG_HOME} = "$home/xdg";
		my $other = file('other.conf', "ascii = true;\n");
		is(in_force('interval', "--config=$other"), '"2s"', '--config reads no other file');
		is(in_force('interval', '--interval=7'), '"7s"', 'the command line wins');
		is(in_force('filter', '--filter=b'), '( "a", "b" )', 'filters add up');
		my $acting = file('acting.conf', "read_only = true; kill_log = \"a\"; protect = \"user=a\";\n");
		is(in_force('protect', "--config=$acting", '--protect=user=b'), '( "user=a", "user=b" )', 'protection adds up');
		is(in_force('kill_log', "--config=$acting", '--kill-log=b'), '"b"', 'there is one log');
		is(in_force('read_only', "--config=$acting"), 'true', 'read-only stays');
		file("xdg/$mine", "intervall = 4;\n");
		refused('a wrong file that nobody named', [], qr/\Q$home\E\/xdg\/\Q$mine\E:1: there is no setting "intervall"/);
		local $env{HOME};
		local $env{XDG_CONFIG_HOME};
		is(in_force('interval'), '"2s"', 'no home at all');
		remove_tree("$home/xdg", "$home/.config");
	}
	return;
}

# The system's file and the user's: in a mount namespace where /etc is ours.
sub check_pair {
	my @inside = ('unshare', '-rm', 'sh', '-c', 'mount --bind "$0" /etc && exec "$@"', "$home/etc",
		$ENV{PGCONNTOP} // "$top/src/pgconntop");
	file('etc/pgconntop.conf', <<'END');
interval = 3; ascii = true; filter = "a"; alerts = { churn = { warning = 5; }; };
pools = ( { name = "one"; match = ""; connections = 1; } );
profiles = { both = { host = "system"; count = 1; filter = "x"; kill_idle = 300; }; ours = { interval = 6; }; };
END
	file('pair/pgconntop/pgconntop.conf', <<'END');
interval = 4; filter = "b"; alerts = { churn = { critical = 50; }; };
pools = ( { name = "two"; match = ""; connections = 2; } );
profiles = { both = { host = "user"; filter = "y"; }; mine = { interval = 7; }; };
END
	my $run = sub { return run_program([@inside, @_], env => { %env, XDG_CONFIG_HOME => "$home/pair" }, timeout => 30) };
	SKIP: {
		skip 'no mount namespaces for us', 5 if ($run->('--version'))[0] ne '0';
		my ($status, $plain, $err) = $run->('--dump-config');
		is("$status$err", '0', 'both files');
		for my $line ('interval = "4s";', 'ascii = true;', 'filter = ( "a", "b" );', "\tchurn = { warning = 5; critical = 50; };") {
			like($plain, qr/^\Q$line\E$/m, "both files: $line");
		}
		like($plain, qr/^pools = \(\n\t\{ name = "two"; [^\n]*\}\n\);$/m, 'the pools are those of the user');
		my (undef, $dump) = $run->('--dump-config', '--profile=both');
		for my $line ('host = "user";', 'count = 1;', 'filter = ( "a", "b", "x", "y" );', "\t\tkill_idle = \"5min\";") {
			like($dump, qr/^\Q$line\E$/m, "a profile of both: $line");
		}
		like(($run->('--dump-config', '--profile=ours'))[1], qr/^interval = "6s";$/m, 'one of the system stands above both');
		like(($run->('--dump-config', '--profile=mine'))[1], qr/^interval = "7s";$/m, 'one of the user');
		like(($run->('--profile=none'))[2], qr/no profile "none": there are both, ours, mine$/, 'all of them are named once');
		file('etc/pgconntop.conf', "profiles = {\n unused = { interval = 0; }; };\n");
		($status, undef, $err) = $run->('--dump-config');
		like("$status $err", qr{^1 pgconntop: /etc/pgconntop.conf:2: bad value "0" for interval}, 'each is checked');
	}
	return;
}

check_wrong_settings();
check_wrong_acting();
check_wrong_syntax();
check_wrong_alerts();
check_wrong_pools();
check_wrong_bouncers();
check_wrong_scenarios();
check_wrong_keys_and_colors();
check_round_trip();
check_alone();
check_limits();
check_wrong_profiles();
check_profiles();
check_order();
check_pair();
done_testing();
