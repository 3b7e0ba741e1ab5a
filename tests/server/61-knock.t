# SPDX-License-Identifier: PostgreSQL
# In by a walsender slot: the ordinary slot is taken as soon as there is one, also in a storm of
# others, and after a connection was lost while the server was full.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

use constant {
	SLOTS => 20,
	MANY => 100,
	STORM => 200, # logins a second
};

my %conf = (
	autovacuum_max_workers => 1,
	max_connections => SLOTS,
	max_worker_processes => 2,
	superuser_reserved_connections => 3,
);

sub via {
	my ($watch, $via, $what, $seconds) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return $watch->wait_for(sub { ($_[0]{via} // '') eq $via }, $what, $seconds);
}

# Exactly one session of ours, and no walsender.
sub check_alone {
	my ($observer) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	wait_ok { $observer->query('select count(*) from pg_stat_replication') == 0 } 20,
		'our walsender is gone';
	is($observer->query("select backend_type from pg_stat_activity where application_name = 'pgconntop'"),
		'client backend', 'there is one session of ours');
	return;
}

# Logins at a steady rate for as long as it lives: sessions are kept, or ended at once.
sub storm {
	my ($server, $keep) = @_;
	my $code = 'use PgClient; my $server = bless { host => shift, port => shift }, "main"; my ($rate, $keep) = @ARGV;'
		. 'sub host { $_[0]{host} } sub port { $_[0]{port} } my @kept; while (1) {'
		. 'my $client = PgClient->try($server, application_name => "storm");'
		. 'push @kept, $client if $keep && !$client->error; select undef, undef, undef, 1 / $rate }';
	return Program->start([$^X, '-I', $FindBin::Bin, '-e', $code, $server->host, $server->port, STORM, $keep]);
}

sub check_hand_over {
	my ($server, $observer) = @_;
	my @sessions = PgClient->fill($server);
	my $watch = Report->watch($server);
	my $report = via($watch, 'walsender', 'in by a walsender slot');
	is($observer->query('select count(*) from pg_stat_replication'), 1, 'which shows on the server');
	is(named($report->{alerts}, 'refused')->{level}, 'critical', 'an alert while the ordinary login fails');
	pop @sessions;
	$report = via($watch, 'client', 'an ordinary slot when there is one');
	is($report->{slots}{used}, SLOTS, 'it counts');
	is(named($report->{alerts}, 'refused'), undef, 'the alert is over');
	check_alone($observer);
	return ($watch, \@sessions);
}

# The session is ended while somebody takes its slot; then the walsender, too.
sub check_lost {
	my ($observer, $server, $watch, $sessions) = @_;
	my $end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgconntop'";
	$observer->query($end);
	wait_until { push @$sessions, PgClient->fill($server); @$sessions == SLOTS - 1 } 20, 'a full server';
	via($watch, 'walsender', 'lost while the server is full: by a walsender slot');
	my $pid = $observer->query('select pid from pg_stat_replication');
	$observer->query($end);
	wait_ok { my $new = $observer->query('select pid from pg_stat_replication'); $new && $new ne $pid } 20,
		'lost again: by another one';
	via($watch, 'walsender', 'reports go on');
	pop @$sessions;
	via($watch, 'client', 'back to an ordinary slot');
	check_alone($observer);
	is($watch->stop, 0, 'exit status');
	return;
}

sub check_storm {
	my ($server, $keep) = @_;
	$server->restart('fast', max_connections => MANY);
	my $observer = PgClient->new($server, replication => 'database');
	my @sessions = PgClient->fill($server);
	my $watch = Report->watch($server);
	my $storm = storm($server, $keep);
	via($watch, 'walsender', 'in by a walsender slot');
	my $start = time;
	@sessions = $keep ? () : @sessions[5 .. MANY - 1];
	via($watch, 'client', 'an ordinary slot', 5);
	note sprintf 'after %.2f s', time - $start;
	$observer->query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'storm'");
	$storm->kill;
	is($watch->stop, 0, 'exit status');
	return;
}

sub check_standby {
	my ($server) = @_;
	my $standby = $server->standby;
	my @sessions = PgClient->fill($standby);
	my $watch = Report->watch($standby);
	my $report = via($watch, 'walsender', 'a hot standby: by a walsender slot');
	ok($report->{server}{in_recovery}, 'it is in recovery');
	pop @sessions;
	via($watch, 'client', 'and then an ordinary one');
	is($watch->stop, 0, 'exit status');
	return;
}

# It lets nobody in any more, and ends when all have gone: the other way goes on, and says so.
sub check_shutdown {
	my ($server) = @_;
	my @sessions = PgClient->fill($server);
	my $watch = Report->watch($server);
	via($watch, 'walsender', 'a full server');
	kill 'TERM', $server->pid;
	wait_ok { $watch->program->err =~ /an ordinary login fails: server not ready \(57P03\b.*shutting down/ } 20,
		'that shuts down: it is told';
	via($watch, 'walsender', 'and the reports go on');
	is($watch->stop, 0, 'exit status');
	$server->stop('fast');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => \%conf);
	my $observer = PgClient->new($server);
	check_lost($observer, $server, check_hand_over($server, $observer));
	$observer->close;
	check_standby($server);
	subtest 'a storm that takes what is free' => sub { check_storm($server, 1) };
	subtest 'a storm that comes and goes' => sub { check_storm($server, 0) };
	check_shutdown($server);
});
done_testing();
