# SPDX-License-Identifier: PostgreSQL
# A role that may not see other roles' sessions: what can be known is shown, the rest is unknown and
# not nothing; with pg_monitor all is there.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

# Of ten sessions: our own, two of the same role, seven of others.
sub open_sessions {
	my ($server) = @_;
	my @sessions = map { PgClient->new($server, user => 'app', application_name => 'web') } 1 .. 5;
	$_->query('select 1') for @sessions;
	push @sessions, PgClient->new($server, application_name => 'boss');
	push @sessions, map { PgClient->new($server, user => 'guest', application_name => 'mine') } 1 .. 2;
	$sessions[6]->query('begin');
	push @sessions, PgClient->new($server, replication => 'true');
	$sessions[0]->query('begin; lock table stock');
	push @sessions, PgClient->new($server, user => 'app', application_name => 'waiter');
	$sessions[-1]->send_query('select * from stock');
	my $boss = $sessions[5];
	wait_ok { $boss->query("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") == 1 }
		20, 'all sessions are in place';
	$boss->wait_for_sessions(9);
	return @sessions;
}

sub check_restricted {
	my ($server) = @_;
	my $report = report($server, login => { user => 'guest' });
	is($report->{slots}{used}, 10, 'sessions of all roles are counted');
	is($report->{slots}{free}, 7, 'and missing from the free slots');
	ok($report->{slots}{estimated}, 'the count is called an estimate');
	is($report->{slots}{hidden}, $server->version < 180000 ? 0 : undef,
		'hidden ones are known to be none by locks, which all may see; in the view theirs look like the rest');
	is($report->{states}{unknown}, 7, 'seven states are unknown');
	is($report->{states}{active}, 1, 'our own is active');
	is($report->{states}{idle}, 1, 'one of our role idle');
	is($report->{states}{'idle in transaction'}, 1, 'the other idle in transaction');
	sums_ok($report);
	is(named($report->{applications}, 'web')->{total}, 5, 'applications are known');
	is(named($report->{applications}, 'web')->{states}{idle}, 0, 'but none of theirs is called idle');
	is(named($report->{applications}, 'web')->{oldest_idle_seconds}, undef, 'nor has it an age');
	is(named($report->{users}, 'app')->{total}, 6, 'roles are known');
	is(named($report->{databases}, 'postgres')->{total}, 10, 'databases are known');
	is(total(map { $_->{total} } grep { $_->{name} !~ /^\(/ } @{ $report->{clients} }), 3,
		'clients are known of our role only');
	return $report;
}

sub check_sessions {
	my ($report, @sessions) = @_;
	my $theirs = named($report->{sessions}, $sessions[1]->pid);
	is($theirs->{user}, 'app', "the role of another role's session");
	is($theirs->{state}, 'unknown', 'its state');
	my @unknown = qw(backend_start client age_seconds query_seconds transaction_seconds wait_event query
		blocked_by);
	is_deeply([grep { defined $theirs->{$_} } @unknown], [], 'null is what is unknown');
	my $mine = named($report->{sessions}, $sessions[6]->pid);
	is($mine->{query}, 'begin', "the query of our role's session");
	is($mine->{client}, 'local', 'and its client');
	my $named = grep { ($_->{query} // '') =~ /privilege/ } @{ $report->{sessions} };
	is($named, 0, 'no query is made up');
	return;
}

# The hint comes once, and not among the data.
sub check_hint {
	my ($server) = @_;
	my ($status, $out, $err) = monitor($server, login => { user => 'guest' }, count => 3);
	is($status, 0, 'exit status');
	my @hints = $err =~ /grant pg_monitor/gi;
	is(scalar @hints, 1, 'one message says what to grant');
	($status, $out, $err) = monitor($server, count => 2);
	is($err, '', 'none to whom it does not concern');
	return;
}

sub check_monitor {
	my ($server, $boss) = @_;
	$boss->wait_for_sessions(9);
	my $report = report($server, login => { user => 'watcher' });
	is($report->{slots}{used}, 10, 'with pg_monitor: all sessions');
	ok(!$report->{slots}{estimated}, 'counted exactly');
	is($report->{walsenders}{used}, 1, 'walsenders');
	is($report->{states}{unknown}, 0, 'no state is unknown');
	is($report->{states}{idle}, 6, 'idle ones');
	is(named($report->{clients}, 'local')->{total}, 10, 'clients');
	my ($waiter) = grep { $_->{application} eq 'waiter' } @{ $report->{sessions} };
	is($waiter->{query}, 'select * from stock', 'queries');
	is(scalar @{ $waiter->{blocked_by} }, 1, 'who blocks whom');
	sums_ok($report);
	return;
}

# A right that everybody has by default.
sub check_forbidden {
	my ($server) = @_;
	$server->psql('revoke execute on function pg_stat_get_activity(int) from public');
	complaint([monitor($server, login => { user => 'guest' })], 3,
		qr/permission denied for function pg_stat_get_activity/, 'a statement that is not allowed');
	my ($status, $out) = monitor($server, login => { user => 'guest' }, count => 2);
	my @errors = $out =~ /"error":"[^"]*permission denied/g;
	is(scalar @errors, 2, 'said in the data when there is more to come');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
	$server->psql('create role app login; create role guest login; create role watcher login;'
		. ' grant pg_monitor to watcher; create table stock (id int); alter table stock owner to app');
	my @sessions = open_sessions($server);
	my $report = check_restricted($server);
	check_sessions($report, @sessions);
	check_hint($server);
	check_monitor($server, $sessions[5]);
	check_forbidden($server);
});
done_testing();
