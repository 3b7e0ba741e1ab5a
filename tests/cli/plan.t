# SPDX-License-Identifier: PostgreSQL
# --plan: whether configured pools fit a server, without one. The status is the verdict, and
# whatever keeps the program from a verdict must not look like one.
use strict;
use warnings;

use FindBin;
use JSON::PP ();
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Cli;
use Csv;
use Test::More;

my $program = $ENV{PGCONNTOP} // "$top/src/pgconntop";

# A configuration with these pools, each the text behind its name and filter.
sub pools {
	my (@pools) = @_;
	my $n = 0;
	return file('pools.conf', 'pools = (' . join(",\n", map { $n++; qq( { name = "p$n"; match = "user=u$n"; $_ }) } @pools) . ");\n");
}

# What the JSON of a plan says; the status must be this one.
sub plan_of {
	my ($expected, $name, @arguments) = @_;
	my ($status, $out, $err) = pgconntop('--plan', '--format=json', @arguments);
	is("$status$err", $expected, "$name: the status");
	my $plan = JSON::PP->new->utf8->decode($out);
	is(join(' ', sort keys %$plan), 'pool_total pools time version', "$name: nothing of a server");
	return $plan;
}

sub check_figures {
	my @cases = (
		[2, 300, 100, 'workers = 10; engines = 2; pool_size = 5; max_overflow = 10;'],
		[0, 50, 100, 'workers = 5; engines = 2; pool_size = 3; max_overflow = 2;'],
		[0, 18, 100, 'workers = 3; engines = 2; pool_size = 2; max_overflow = 1;'],
		[1, 80, 100, 'workers = 8; engines = 2; pool_size = 3; max_overflow = 2;'],
		[0, 48, 100, 'workers = 8; engines = 2; pool_size = 2; max_overflow = 1;'],
		[1, 160, 200, 'workers = 4; pool_size = 25;', 'pool_size = 25;', 'pool_size = 25;', 'connections = 10;'],
		[0, 30, 100, 'pool_size = 20; max_overflow = 10;'],
		[1, 97, 100, 'connections = 97;'],
		[2, 98, 100, 'connections = 98;'],
		[0, 0, 100, 'connections = 0;'],
		[2, 100, 100, 'default_pool_size = 20; reserve_pool_size = 5; databases = 2; users = 3; max_db_connections = 50;'],
		[0, 50, 100, 'default_pool_size = 20; reserve_pool_size = 5; pairs = 3; databases = 1; max_db_connections = 50;'],
	);
	for my $case (@cases) {
		my ($status, $configured, $slots, @pools) = @$case;
		my $plan = plan_of($status, "$configured of $slots", '--config=' . pools(@pools), "--max-connections=$slots");
		my $total = $plan->{pool_total};
		is("$total->{configured} $total->{usable} $total->{max_connections} $total->{spare}",
			join(' ', $configured, $slots - 3, $slots, $slots - 3 - $configured), "$configured of $slots: the sum");
		is($total->{fits} ? 1 : 0, $status < 2 ? 1 : 0, "$configured of $slots: whether it fits");
		is(scalar @{ $plan->{pools} }, scalar @pools, "$configured of $slots: no row for what no pool claims");
	}
	return;
}

# Nothing was observed: that is not 0.
sub check_unknown {
	my $plan = plan_of(0, 'unknown', '--config=' . pools('pool_size = 5;'), '--max-connections=100');
	my $pool = $plan->{pools}[0];
	is($pool->{configured}, 5, 'what is configured is known');
	for my $key (qw(observed over under peak idle idle_share shared)) {
		ok(exists $pool->{$key} && !defined $pool->{$key}, "$key is null");
	}
	for my $key (qw(unclaimed shared)) {
		ok(exists $plan->{pool_total}{$key} && !defined $plan->{pool_total}{$key}, "so is $key of the sum");
	}
	return;
}

sub check_limits {
	my $config = '--config=' . pools('connections = 70;');
	plan_of(1, 'from the warning on', $config, '--max-connections=103');
	plan_of(0, 'below it', $config, '--max-connections=104');
	plan_of(0, 'a warning of our own', $config, '--max-connections=103', '--warning=utilization:71');
	plan_of(0, 'another alert', $config, '--max-connections=104', '--warning=churn:1');
	is(plan_of(1, 'reserved', $config, '--max-connections=100', '--superuser-reserved=5', '--reserved=10')->{pool_total}{usable},
		85, 'both reserves are taken off');
	is(plan_of(0, 'nothing reserved', $config, '--max-connections=101', '--superuser-reserved=0')->{pool_total}{usable},
		101, 'or none');
	my $all = file('all.conf', slurp(pools('connections = 70;')) . "max_connections = 90; superuser_reserved = 4; reserved = 17;\n");
	is(plan_of(2, 'all of it configured', "--config=$all")->{pool_total}{usable}, 69, 'the configuration says all');
	is(plan_of(1, 'the command line wins', "--config=$all", '--max-connections=91')->{pool_total}{usable}, 70, 'but for this');
	my $bouncer = 'default_pool_size=20; reserve_pool_size=5; databases=2; users=3; max_db_connections=50;';
	my $beside = plan_of(0, 'beside a limit of databases', '--config=' . pools($bouncer, 'pool_size=250;'),
		'--max-connections=505');
	is(join(' ', map { "$_->{fitting_size} $_->{fitting_all}" } @{ $beside->{pools} }), '20 20 326 326',
		'a size that fits is none too large');
	is(plan_of(2, 'a target', "--config=$all", '--target=50')->{pool_total}{target}, 34, '--target holds');
	return;
}

sub check_text {
	my $config = '--config=' . pools('workers = 8; engines = 2; pool_size = 3; max_overflow = 2;');
	my ($status, $out, $err) = pgconntop('--plan', $config, '--max-connections=100');
	is("$status$err", '1', 'text');
	like($out, qr/\APools\nPOOL +PROC +ENG +SIZE +OVFL +MAX +FITS +ALL\np1 +8 +2 +3 +2 +80 +3 +3\n\n/, 'the pools');
	like($out, qr/\nVERDICT +80 of 97 usable \(82\.5 %\): fits with 17 to spare, but past the warning .*; no larger pool_size fits 85 % \(82\)\n\z/,
		'the verdict in words is last');
	unlike($out, qr/SEEN|UNCLAIMED/, 'nothing of sessions');
	my $bouncer = '--config=' . pools('default_pool_size = 20; databases = 2; users = 3; max_db_connections = 50;');
	($status, $out) = pgconntop('--plan', $bouncer, '--max-connections=200');
	like($out, qr/ DBS +DBMAX +MAX .*\np1 +6 +- +20 +0 +2 +50 +100 /, 'PgBouncer, with the limit that it has');
	return;
}

sub check_csv {
	my $config = '--config=' . pools('pool_size = 60;', 'connections = 40;');
	my ($status, $out, $err) = pgconntop('--plan', '--format=csv', $config, '--max-connections=100');
	is("$status$err", '2', 'csv');
	my @rows = read_csv($out);
	is(join(' ', map { $_->{name} } @rows), 'p1 p2', 'a row for each pool');
	is(join(' ', map { $_->{configured} } @rows), '60 40', 'what they open');
	is($rows[0]{observed}, undef, 'nothing is observed');
	like($rows[0]{time}, qr/^\d{4}-\d\d-\d\dT/, 'a time, as always');
	($status, $out) = pgconntop('--plan', '--format=csv', $config, '--max-connections=100', '--columns=name,configured');
	like($out, qr/\Atime,name,configured\r\n[^,]+,p1,60\r\n[^,]+,p2,40\r\n\z/, 'chosen columns');
	my $file = "$home/plan.json";
	($status, $out) = pgconntop('--plan', '--format=json', $config, '--max-connections=100', "--output=$file");
	is("$status$out", '2', 'to a file');
	is(JSON::PP::decode_json(slurp($file))->{pool_total}{configured}, 100, 'the file is whole');
	return;
}

# Scenarios stand beside the pools, or alone; the status is about the pools.
sub check_scenarios {
	my $pools = pools('workers = 8; engines = 2; pool_size = 5; max_overflow = 10;', 'connections = 12;');
	my $config = '--config=' . file('scenarios.conf', slurp($pools) . <<'END');
scenarios = ( { name = "small"; pools = ( { name = "p1"; pool_size = 2; max_overflow = 1; } ); },
    { name = "tight"; pools = ( { name = "p1"; pool_size = 3; max_overflow = 2; } ); },
    { name = "more slots"; max_connections = 300; } );
END
	my ($status, $out, $err) = pgconntop('--plan', '--format=json', $config, '--max-connections=100');
	is("$status$err", '2', 'scenarios: the status is that of what is configured');
	my $plan = JSON::PP->new->utf8->decode($out);
	is(join(' ', sort keys %$plan), 'pool_total pools scenarios time version', 'they come with the pools');
	is_deeply([map { [@$_{qw(name configured usable spare fits verdict pools)}] } @{ $plan->{scenarios} }], [
		['(configured)', 252, 97, -155, JSON::PP::false, 'does not fit', 'p1 240, p2 12'],
		['small', 60, 97, 37, JSON::PP::true, 'fits', 'p1 48, p2 12'],
		['tight', 92, 97, 5, JSON::PP::true, 'fits, but past the warning', 'p1 80, p2 12'],
		['more slots', 252, 297, 45, JSON::PP::true, 'fits, but past the warning', 'p1 240, p2 12'],
	], 'what each would come to');
	($status, $out) = pgconntop('--plan', $config, '--max-connections=100');
	like($out, qr/\nVERDICT  .*\n\nScenarios\nSCENARIO .*\n\(configured\) .*\nsmall +60 +97 +100 +37 +61\.9 % +yes /, 'as text');
	($status, $out) = pgconntop('--plan', '--format=csv', '--show=scenarios', $config, '--max-connections=100');
	is(join(' ', $status, map { "$_->{name}:$_->{spare}" } read_csv($out)), '2 (configured):-155 small:37 tight:5 more slots:45',
		'alone, as CSV');
	($status, $out) = pgconntop('--plan', '--show=scenarios', $config, '--max-connections=100');
	like($out, qr/\AScenarios\n/, 'alone, as text');
	refused('no scenarios', ['--plan', '--show=scenarios', "--config=$pools", '--max-connections=100'],
		qr/no scenarios to plan: describe them in the configuration, .*/, 3);
	return;
}

# What is no verdict has a status of its own, also where the rest of the program has another.
sub check_refused {
	my $config = '--config=' . pools('pool_size = 5;');
	my $full = '--max-connections=100';
	refused('no pools', ['--plan', $full], qr/no pools to plan: describe them in the configuration, .*/, 3);
	refused('no slots', ['--plan', $config], qr/no slots to plan for: give --max-connections=N, .*/, 3);
	refused('only reserves', ['--plan', $config, '--max-connections=5', '--reserved=2'],
		qr/max_connections 5 must be above the 5 that are reserved: no server starts so/, 3);
	refused('a bad number', ['--plan', $config, '--max-connections=many'], qr/bad value "many" for max-connections: .*/, 3);
	refused('too many', ['--plan', $config, '--max-connections=262144'], qr/bad value "262144" for max-connections: .*/, 3);
	refused('a bad option', ['--plan', '--shoe'], qr/unknown option --shoe; .*/, 3);
	refused('the same, shortened', ['--pl', '--shoe'], qr/unknown option --shoe; .*/, 3);
	refused('elsewhere it is 1', ['--shoe'], qr/unknown option --shoe; .*/, 1);
	my $wrong = file('wrong.conf', "max_connections = 100;\npools = ( 3 );\n");
	refused('a wrong configuration', ['--plan', "--config=$wrong"], qr/\Q$wrong\E:2: a pool is .*/, 3);
	refused('no configuration', ['--plan', "--config=$home/none.conf"], qr/cannot read .*/, 3);
	refused('metrics', ['--plan', $config, $full, '--format=openmetrics'], qr/--format=openmetrics has no plans: .*/, 3);
	refused('a column', ['--plan', $config, $full, '--columns=pid'], qr/no table of the report has a column "pid"/, 3);
	refused('a filter', ['--plan', $config, $full, '--filter=user=a'], qr/--filter selects sessions, and --plan has none/, 3);
	for my $other (qw(--kill-all --kill-idle --terminate --yes)) {
		refused("with $other", ['--plan', $config, $full, $other], qr/--plan asks no server: .*/, 3);
	}
	refused('no directory', ['--plan', $config, $full, "--output=$home/none/a"], qr/cannot write .*/, 3);
	return;
}

# A reader that is gone does not change the verdict, a disk that is full does.
sub check_output {
	my $config = pools('pool_size = 5;');
	my $plan = qq("$program" --plan --config="$config" --max-connections=100);
	is((run_program(['sh', '-c', "{ $plan; echo \$? >&2; } | :"], env => \%env))[2], "0\n", 'nobody reads it');
	SKIP: {
		skip '/dev/full is not there', 1 if !-c '/dev/full';
		my ($status, $out, $err) = run_program(['sh', '-c', "$plan >/dev/full"], env => \%env);
		like("$status$err", qr/\A3pgconntop: cannot write: .+\n\z/, 'it cannot be written');
	}
	return;
}

# The manual's example stops a deployment where it should.
sub check_example {
	my ($section) = slurp("$top/doc/pgconntop.1") =~ /^\.SH PLANS\n(.*?)^\.SH /ms;
	my ($script) = $section =~ /^\.EX\n(pgconntop .*?)^\.EE$/ms;
	$script =~ s/\\-/-/g;
	like($script, qr/ --config=pools\.conf --max-connections=200$/m, 'the example of the manual');
	$script =~ s/^pgconntop/"$program"/;
	for my $case ([100, 0], [150, 0], [198, 1]) {
		my ($connections, $expected) = @$case;
		pools("connections = $connections;");
		my ($status) = run_program(['sh', '-c', "cd $home\n${script}echo deployed"], env => \%env);
		is($status, $expected, "$connections connections: " . ($expected ? 'stopped' : 'deployed'));
	}
	file('pools.conf', "pools = ( );\n");
	my ($status) = run_program(['sh', '-c', "cd $home\n${script}echo deployed"], env => \%env);
	is($status, 1, 'no verdict: stopped');
	return;
}

check_figures();
check_unknown();
check_limits();
check_text();
check_csv();
check_scenarios();
check_refused();
check_output();
check_example();
done_testing();
