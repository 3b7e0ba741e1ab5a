# SPDX-License-Identifier: PostgreSQL
# How many slots ordinary roles can hold, by each kind of reserve; who shrinks what is free; limits
# of roles and databases.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

use constant PROVIDER => 'rds.rds_superuser_reserved_connections';

# Only an extension can define a setting with a type; so let the view say that there is one.
sub fake_provider {
	my ($observer) = @_;
	my $columns = $observer->query("select string_agg(attname, ', ' order by attnum) from pg_attribute"
		. " where attrelid = 'pg_settings'::regclass and attnum > 0");
	my $provider = PROVIDER;
	my $faked = $columns =~ s/\bname\b/'$provider'/r;
	$observer->query("set allow_system_table_mods = on;
		create or replace view pg_catalog.pg_settings as select $columns from pg_show_all_settings()
		union all select $faked from pg_show_all_settings() where name = 'max_connections'");
	return;
}

# A report, once there are just so many sessions beside its own.
sub report_on {
	my ($server, $observer, $sessions) = @_;
	$observer->wait_for_sessions($sessions);
	my $report = report($server);
	$observer->wait_for_sessions($sessions);
	is($report->{slots}{used}, $sessions + 1, "used: $sessions and we");
	return $report;
}

sub check_reserves {
	my ($server, $reserved) = @_;
	my $observer = PgClient->new($server);
	my $slots = report_on($server, $observer, 1)->{slots};
	is($slots->{max_connections}, 20, 'max_connections');
	is($slots->{superuser_reserved}, 4, 'superuser_reserved_connections');
	is($slots->{reserved}, $reserved, 'reserved_connections');
	is($slots->{usable}, 16 - $reserved, 'usable: what is not reserved');
	is($slots->{free}, $slots->{usable} - 2, 'free: what is not used of that');
	fake_provider($observer);
	my $provided = report_on($server, $observer, 1)->{slots};
	is($provided->{reserved}, $reserved + 3, 'the setting of a provider');
	is($provided->{usable}, 16 - $reserved - 3, 'is taken off, too');
	return;
}

# An ordinary role can hold just the usable slots, and superusers' sessions use them up as well.
sub check_free {
	my ($server, $observer, $usable) = @_;
	my @sessions = map { PgClient->new($server) } 1 .. 3;
	my $slots = report_on($server, $observer, 4)->{slots};
	is($slots->{free}, $usable - 5, "superusers' sessions are not free any more");

	my $session;
	push @sessions, $session while !($session = PgClient->try($server, user => 'app'))->error;
	is($session->error->{C}, '53300', 'no more sessions of an ordinary role');
	is(scalar @sessions, $usable - 1, 'as many as are usable, the observer included');
	$slots = report_on($server, $observer, $usable)->{slots};
	is($slots->{free}, 0, 'none is free, and not less');
	is($slots->{utilization}, ($usable + 1) / $usable, 'utilization is above 100 %');
	push @sessions, map { PgClient->new($server) } 1 .. 3;
	my $report = report_on($server, $observer, $usable + 3);
	is($report->{slots}{free}, 0, 'superusers come further, still none is free');
	sums_ok($report);
	my $alert = named($report->{alerts}, 'utilization');
	is($alert->{level}, 'critical', 'an alert');
	is($alert->{value}, $report->{slots}{utilization}, 'and its value');
	return;
}

sub check_limits {
	my ($server, $observer) = @_;
	$observer->query($_) for 'create role narrow login connection limit 3',
		'create database small connection limit 4', 'create role boss superuser login connection limit 1';
	my @sessions = map { PgClient->new($server, user => 'narrow', database => 'small') } 1 .. 3;
	push @sessions, map { PgClient->new($server, user => 'boss') } 1 .. 2;
	my $report = report_on($server, $observer, 6);
	is(named($report->{users}, 'narrow')->{limit}, 3, 'limit of a role');
	is(named($report->{users}, 'boss')->{limit}, undef, 'superusers have none');
	is(named($report->{users}, 'postgres')->{limit}, undef, 'nor has who has none');
	is(named($report->{databases}, 'small')->{limit}, 4, 'limit of a database');
	my $alert = named($report->{alerts}, 'role_limit');
	is($alert->{level}, 'critical', 'a role at its limit');
	is($alert->{value}, 1, 'value of the alert');
	like($alert->{message}, qr/narrow has 3 of 3/, 'its subject');
	is(named($report->{alerts}, 'database_limit'), undef, 'a database below its limit');
	push @sessions, PgClient->new($server, database => 'small');
	$report = report_on($server, $observer, 7);
	is(named($report->{alerts}, 'database_limit')->{level}, 'critical', 'a database at its limit');
	$observer->query('alter role narrow connection limit 0');
	$report = report_on($server, $observer, 7);
	$alert = named($report->{alerts}, 'role_limit');
	is($alert->{level}, 'critical', 'a role that is let in no more');
	like($alert->{message}, qr/narrow has 3 of 0/, 'its subject');
	$observer->query('alter role narrow connection limit 3');
	return;
}

# The row of a limit in the table of them.
sub limit_of {
	my ($report, $kind, $name) = @_;
	my ($row) = grep { "$_->{kind} $_->{name}" eq "$kind $name" } @{ $report->{limits} };
	return $row ? join ' ', map { $_ // 'null' } @$row{qw(used limit headroom)} : undef;
}

# Who counts against a limit, as the server has it: it is full when it refuses one more. A
# walsender and superusers are among those in the database.
sub check_table {
	my ($server, $observer) = @_;
	my @sessions = (PgClient->new($server, replication => 'database', database => 'small'),
		PgClient->new($server, database => 'small'));
	push @sessions, PgClient->fill($server, user => 'app', database => 'small');
	my $boss = PgClient->new($server, user => 'boss', database => 'small');
	push @sessions, PgClient->fill($server, user => 'narrow');
	$observer->wait_for_sessions($observer->query(
		"select count(*) from pg_stat_activity where backend_type = 'client backend'"));
	my $report = report($server, show => 'limits,summary');
	is(limit_of($report, 'role', 'narrow'), '3 3 0', 'a role that is refused has nothing left');
	is(limit_of($report, 'database', 'small'), '5 4 0', 'nor a database, past which a superuser got in');
	is(limit_of($report, 'role', 'boss'), undef, 'superusers have no limit of their role');
	is(limit_of($report, 'slots', 'usable'), "@{ $report->{slots} }{qw(used usable free)}", 'slots');
	is(limit_of($report, 'walsenders', 'max_wal_senders'), '1 4 3', 'walsenders');
	is(limit_of($report, 'reserve', 'superuser'), '0 4 4', 'what superusers have left');
	my @shares = map { $_->{share} } @{ $report->{limits} };
	is("@shares", join(' ', sort { $b <=> $a } @shares), 'the nearest come first');
	is($report->{limits}[0]{level}, 'critical', 'their level');
	$report = report($server, show => 'limits', login => { user => 'app' });
	is(limit_of($report, 'role', 'narrow'), '3 3 0', 'whoever looks');
	is(limit_of($report, 'walsenders', 'max_wal_senders'), 'null 4 null', 'what may not be seen is not 0');
	my (undef, $metrics) = monitor($server, show => 'limits', format => 'openmetrics');
	like($metrics, qr/^pgconntop_limit_used\{server="[^"]+",kind="role",name="narrow"\} 3$/m, 'metrics');
	return;
}

# A server of many tenants: however many roles have a limit, not all of them are read each time, but
# those that have sessions are.
sub check_many {
	my ($server, $observer) = @_;
	$observer->query("do \$\$ begin for i in 1 .. 1100 loop"
		. " execute 'create role tenant' || i || ' login connection limit 2'; end loop; end \$\$");
	my @sessions = map { PgClient->new($server, user => 'tenant1100') } 1 .. 2;
	my $report = report($server, show => 'limits');
	my $roles = grep { $_->{kind} eq 'role' } @{ $report->{limits} };
	cmp_ok($roles, '>=', 1000, 'many roles have a limit');
	cmp_ok($roles, '<=', 1001, 'but not all are listed');
	is(limit_of($report, 'role', 'tenant1100'), '2 2 0', 'one that has sessions is');
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $reserved = $version >= 160000 ? 2 : 0;
	my $server = PgServer->new(bindir => $bindir, conf => {
		max_connections => 20,
		superuser_reserved_connections => 4,
		PROVIDER, 3,
		$reserved ? (reserved_connections => $reserved) : (),
	});
	check_reserves($server, $reserved);
	$server->restart('immediate', PROVIDER, 0);
	my $observer = PgClient->new($server);
	$observer->query('create role app login');
	check_free($server, $observer, 16 - $reserved);
	check_limits($server, $observer);
	$observer->wait_for_sessions(1);
	check_table($server, $observer);
	$observer->wait_for_sessions(1);
	check_many($server, $observer);
});
done_testing();
