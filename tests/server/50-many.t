# SPDX-License-Identifier: PostgreSQL
# A thousand sessions: counted right, reported in time, in little memory.
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
	SERVER_MB => 2500, # free memory that so many sessions want
	SESSIONS => 1000,
};

sub start_server {
	my ($bindir) = @_;
	my ($free) = slurp('/proc/meminfo') =~ /^MemAvailable:\s+(\d+) kB/m;
	return (undef, "the sessions need " . SERVER_MB . ' MB of memory')
		if defined $free && $free < SERVER_MB * 1024;
	my $server = eval { PgServer->new(bindir => $bindir, conf => { max_connections => SESSIONS + 20 }) };
	return (undef, "no server of that size: $@") if !$server;
	my $load = eval {
		$server->load('--application=web', '--idle=' . SESSIONS * 0.6, '--application=worker',
			'--idle=' . SESSIONS * 0.3, '--idle-in-transaction=' . SESSIONS * 0.1);
	};
	return (undef, "not so many sessions: $@") if !$load || $load->standing != SESSIONS;
	return ($server, $load);
}

sub check_counts {
	my ($report) = @_;
	is($report->{slots}{used}, SESSIONS + 1, 'used');
	is(named($report->{applications}, 'web')->{total}, SESSIONS * 0.6, 'one application');
	is(named($report->{applications}, 'worker')->{total}, SESSIONS * 0.4, 'the other');
	is($report->{states}{idle}, SESSIONS * 0.9, 'idle');
	is($report->{states}{'idle in transaction'}, SESSIONS * 0.1, 'idle in transaction');
	sums_ok($report);
	my %pids = map { $_->{pid} => 1 } @{ $report->{sessions} };
	is(scalar keys %pids, SESSIONS + 1, 'each session is there once');
	is(named($report->{alerts}, 'utilization')->{level}, 'critical', 'an alert');
	return;
}

sub check_time {
	my ($server) = @_;
	my $best = 1e9;
	for (1 .. 3) {
		my $start = time;
		monitor($server, show => 'summary,states,applications,sessions');
		my $took = time - $start;
		$best = $took if $took < $best;
	}
	cmp_ok($best, '<', 1, 'seconds for a report, login and all');
	return;
}

sub check_memory {
	my ($server, $show, $most) = @_;
	SKIP: {
		skip 'sanitizers have memory of their own', 5 if sanitized();
		skip 'the system does not say how much memory a program has', 5 if !resident($$);
		my $watch = Report->watch($server, show => $show, interval => 0.1);
		my @kb;
		for my $count (5, 15) {
			wait_ok { $watch->count >= $count } 20, "$show: $count reports";
			push @kb, resident($watch->pid);
		}
		is($watch->stop, 0, 'exit status');
		cmp_ok($kb[0], '<', $most, 'kB of memory after some reports');
		cmp_ok($kb[1] - $kb[0], '<', 1024, 'and hardly more after some more');
	}
	return;
}

# What one comes for: the few that are the matter.
sub check_selection {
	my ($server) = @_;
	my $session = PgClient->new($server, application_name => 'needle');
	$session->send_query('select pg_sleep(1000)');
	wait_ok {
		@{ report($server, show => 'sessions', args => ['--filter=state=active needle'])->{sessions} } == 1
	} 20, 'the one session of a filter';
	my $report = report($server, show => 'sessions', sort => '-age', limit => 5);
	is(scalar @{ $report->{sessions} }, 5, 'the first sessions of an order');
	my @ages = map { $_->{age_seconds} } @{ $report->{sessions} };
	is_deeply(\@ages, [sort { $b <=> $a } @ages], 'in that order');
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my ($server, $load) = start_server($bindir);
plan skip_all => $load if !$server;
check_counts(scalar report($server));
check_time($server);
check_memory($server, 'summary,states,applications,alerts', 12 * 1024);
check_memory($server, 'summary,sessions', 16 * 1024);
check_selection($server);
done_testing();
