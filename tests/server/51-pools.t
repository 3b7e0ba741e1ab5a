# SPDX-License-Identifier: PostgreSQL
# Configured connection pools against the sessions that are there, and against the slots.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

my $dir = tempdir(CLEANUP => 1);

# 2 x 3 x 1 x (2 + 1) + 4 + 5 x 1 = 27 connections.
my $config = <<'END';
pools = (
	{ name = "api"; match = "application=web user=app"; instances = 2; workers = 3; engines = 1;
	  pool_size = 2; max_overflow = 1; },
	{ name = "jobs"; match = "application~^worker"; connections = 4; },
	{ name = "late"; match = "application=web|batch"; workers = 5; pool_size = 1; max_overflow = 0; }
);
END

sub write_config {
	my ($text) = @_;
	open my $out, '>', "$dir/conf" or die "$dir/conf: $!";
	print $out $text;
	close $out;
	return "$dir/conf";
}

sub open_sessions {
	my ($server, $count, %opt) = @_;
	return map { PgClient->new($server, %opt) } 1 .. $count;
}

sub check_pools {
	my ($report) = @_;
	my $pools = $report->{pools};
	is_deeply([map { $_->{name} } @$pools[0 .. 2]], [qw(api jobs late)], 'pools in their order');
	is_deeply([map { $_->{configured} } @$pools[0 .. 2]], [18, 4, 5], 'connections that they may open');
	is_deeply([map { $_->{observed} } @$pools[0 .. 2]], [6, 7, 2], 'sessions that are theirs: the first claims');
	is_deeply([map { $_->{over} } @$pools[0 .. 2]], [0, 3, 0], 'sessions above the plan');
	is($report->{pool_total}{configured}, 27, 'all plans together');
	is($report->{pool_total}{usable}, 27, 'against the usable slots');
	ok($report->{pool_total}{fits}, 'they just fit');
	is($report->{pool_total}{unclaimed}, 4, 'sessions of no pool: two, the observer and we');
	my $seen = total(map { $_->{observed} } @$pools[0 .. 2]) + $report->{pool_total}{unclaimed};
	is($seen, $report->{slots}{used}, 'no session is missing');
	is($pools->[0]{fitting_size}, 1, 'the largest pool_size that fits 85 %');
	is(named($report->{alerts}, 'pool_plan'), undef, 'no alert for the plan');
	like(named($report->{alerts}, 'pool_over')->{message}, qr/jobs has 7, planned 4/, 'one for the pool');
	return;
}

# What was there once is known as long as it runs; shares of those that several plans claim.
sub check_peak {
	my ($server, $file) = @_;
	my $watch = Report->watch($server, config => $file, show => 'pools', interval => 0.2);
	my $pool = sub { $_[0]{pools}[0] };
	my $api = { user => 'app', application_name => 'web' };
	{
		my @sessions = open_sessions($server, 3, %$api);
		my $seen = $pool->($watch->wait_for(sub { $pool->($_[0])->{observed} == 3 }, 'three sessions'));
		is("$seen->{peak} $seen->{under} $seen->{shared}", '3 15 3', 'peak, what is not there, what a later plan claims too');
		is(($watch->reports)[-1]{pool_total}{shared}, 3, 'as the sum says too');
		is("$seen->{overlaps} $seen->{common}", 'late 3', 'which one that is');
		like(($watch->reports)[-1]{pool_total}{text}, qr/; with [12] sessions? of no pool .*; api overlaps with late: 3 sessions count/,
			'in words');
		is($seen->{idle_share}, 1, 'all of them are idle');
	}
	my $later = $pool->($watch->wait_for(sub { $pool->($_[0])->{observed} == 0 }, 'none any more'));
	is("$later->{peak} $later->{under}", '3 18', 'the peak stays');
	is($later->{idle_share}, undef, 'none is no share');
	$watch->stop;
	return;
}

# With fewer slots the plans do not fit any more.
sub check_narrow {
	my ($server, $file) = @_;
	$server->restart('immediate', max_connections => 29);
	my $report = report($server, config => $file);
	is($report->{pool_total}{usable}, 26, 'a slot less');
	ok(!$report->{pool_total}{fits}, 'the plans do not fit');
	is($report->{pools}[0]{fitting_size}, 1, 'a smaller pool_size would');
	is(named($report->{alerts}, 'pool_plan')->{level}, 'warning', 'a warning');
	$server->restart('immediate', max_connections => 26);
	is(named(report($server, config => $file)->{alerts}, 'pool_plan')->{level}, 'critical',
		'critical where not even all slots would do');
	return;
}

# The same pools with other numbers, and with other slots than the 26 of this server.
sub check_scenarios {
	my ($server) = @_;
	my $file = write_config($config . <<'END');
scenarios = ( { name = "less"; pools = ( { name = "api"; max_overflow = 0; } ); },
	{ name = "more"; max_connections = 50; pools = ( { name = "api"; pool_size = 9; } ); } );
END
	my $scenarios = report($server, config => $file, show => 'scenarios')->{scenarios};
	is(join(' ', map { "$_->{name}:$_->{configured}:$_->{usable}:$_->{spare}" } @$scenarios),
		'(configured):27:23:-4 less:21:23:2 more:69:47:-22', 'scenarios against the slots of the server');
	is_deeply(report($server, show => 'scenarios')->{scenarios}, [], 'none without configuration');
	return;
}

# Whether a session is of a pool is unknown where what its match asks for cannot be seen; what does
# not depend on that is known.
sub check_unseen {
	my ($server) = @_;
	my $file = write_config(<<'END');
pools = ( { name = "web"; match = "user=app"; connections = 3; }, { name = "far"; match = "client=10.0.0.9"; connections = 10; },
	{ name = "jobs"; match = "application=worker user=app"; connections = 5; }, { name = "rest"; match = "user=postgres"; connections = 0; } );
END
	my @sessions = (open_sessions($server, 4, user => 'app', application_name => 'worker'), open_sessions($server, 1));
	my $seen = sub { join ' ', map { $_->{name} . ':' . ($_->{observed} // '-') . ':' . ($_->{over} // '-') } @{ $_[0]{pools} } };
	my $report = report($server, config => $file);
	is($seen->($report), 'web:4:1 far:0:0 jobs:0:0 rest:2:2 (unclaimed):0:-', 'who sees all');
	$report = report($server, config => $file, login => { user => 'plain' });
	is($seen->($report), 'web:4:1 far:-:- jobs:0:0 rest:-:- (unclaimed):1:-', 'a role that does not see clients');
	like(named($report->{alerts}, 'pool_over')->{message}, qr/web has 4, planned 3/, 'what is known is told');
	is($report->{pools}[1]{under}, undef, 'what is not there is unknown too');
	$report = report($server, config => write_config(<<'END'), args => ['--via=proc']);
pools = ( { name = "web"; match = "application=worker"; connections = 3; }, { name = "rest"; match = "user=postgres"; connections = 0; } );
END
	is($seen->($report), 'web:-:- rest:-:- (unclaimed):-:-', 'by /proc no applications are seen');
	is($report->{pool_total}{unclaimed}, undef, 'so nobody knows how many are of no pool');
	is(named($report->{alerts} // [], 'pool_over'), undef, 'and none is over its plan');
	return;
}

sub check_broken {
	my ($server) = @_;
	my $file = write_config($config =~ s/user=app/usr=app/r);
	complaint([monitor($server, config => $file)], 1, qr/conf:2\b.*there is no column usr/,
		'a wrong match names file, line and reason');
	$file = write_config($config =~ s/workers = 5/workers = "five"/r);
	complaint([monitor($server, config => $file)], 1, qr/conf:5\b.*workers/, 'a wrong type as well');
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30 });
my $observer = PgClient->new($server);
$observer->query('create role app login; create role plain login');
my $file = write_config($config);
{
	my @sessions = (
		open_sessions($server, 6, user => 'app', application_name => 'web'),
		open_sessions($server, 7, application_name => 'worker-1'),
		open_sessions($server, 1, application_name => 'web'),
		open_sessions($server, 1, application_name => 'batch'),
		open_sessions($server, 2, user => 'app', application_name => 'psql'),
	);
	$observer->wait_for_sessions(18);
	my $report = report($server, config => $file);
	check_pools($report);
	sums_ok($report);
	is_deeply(report($server)->{pools}, [], 'no pools without configuration');
}
$observer->wait_for_sessions(1);
check_peak($server, $file);
check_narrow($server, $file);
check_scenarios($server);
check_unseen($server);
check_broken($server);
done_testing();
