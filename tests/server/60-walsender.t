# SPDX-License-Identifier: PostgreSQL
# A full server, and the way in by a walsender slot: who gets in, what is seen there, and the exact
# reason of who does not.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

use constant SLOTS => 12;

my %conf = (
	autovacuum_max_workers => 1,
	max_connections => SLOTS,
	max_wal_senders => 2,
	max_worker_processes => 2,
	superuser_reserved_connections => 3,
);

# A report that came this way, with all slots in use and no word on stderr.
sub check_in {
	my ($server, $user, $what) = @_;
	my ($status, $out, $err) = monitor($server, login => { user => $user });
	is($status, 0, "$what gets in");
	is($err, '', 'silently');
	my $report = Report::decode($out);
	is($report->{via}, 'walsender', 'by a walsender slot');
	is($report->{slots}{used}, SLOTS, 'all slots are in use');
	is($report->{slots}{free}, 0, 'none is free');
	is($report->{walsenders}{used}, 1, 'ours is none of them');
	is(named($report->{alerts}, 'refused')->{level}, 'critical', 'an alert says that logins are refused');
	like(named($report->{alerts}, 'refused')->{message}, qr/slots/, 'and why');
	sums_ok($report);
	return $report;
}

sub refused {
	my ($server, $user, $pattern, $what, %opt) = @_;
	return complaint([monitor($server, login => { user => $user, $server->far }, %opt)], 2, $pattern, $what);
}

# Nobody is left behind.
sub check_gone {
	my ($observer) = @_;
	wait_ok { $observer->query('select count(*) from pg_stat_replication') == 0 } 20,
		'our walsender ends with us';
	return;
}

# What ordinary sessions show is there as well: names, queries, who blocks whom.
sub check_contents {
	my ($server, $observer) = @_;
	my ($holder, $waiter, @rest) = PgClient->fill($server, database => 'my shop', application_name => 'web');
	$holder->query('begin; lock table pg_catalog.pg_description');
	$waiter->send_query('begin; lock table pg_catalog.pg_description');
	my $pid = $waiter->pid;
	wait_until { $observer->query("select wait_event_type from pg_stat_activity where pid = $pid") eq 'Lock' } 20, 'a lock';
	my $report = check_in($server, 'postgres', 'a superuser');
	my $session = named($report->{sessions}, $pid);
	is($session->{user}, 'postgres', 'a name of a role');
	is($session->{database}, 'my shop', 'and of a database');
	is_deeply($session->{blocked_by}, [$holder->pid], 'who waits for whom');
	like($session->{query}, qr/lock table/, 'a query');
	is(named($report->{applications}, 'web')->{total}, SLOTS - 1, 'groups');
	$report = check_in($server, 'watcher', 'a role with REPLICATION and pg_monitor');
	is($report->{states}{unknown}, 0, 'it sees all states');
	is(report($server, login => { user => 'seer' })->{states}{unknown}, SLOTS, 'without pg_monitor it does not');
	check_gone($observer);
	return;
}

# Both logins fail: which limit, which right, what was tried.
sub check_not_in {
	my ($server, $observer) = @_;
	my @sessions = PgClient->fill($server);
	my $full = qr/: all slots in use \(53300, InitProcess\): [^;]+; no way in by a walsender slot/;
	refused($server, 'app', qr/$full: role may not take a walsender slot \(42501, InitPostgres\); .*REPLICATION/,
		'a role without REPLICATION');
	my @walsenders = PgClient->fill($server, replication => 'database');
	is(scalar @walsenders, 2, 'all walsender slots are taken');
	refused($server, 'postgres', qr/$full: all walsender slots in use \(53300, InitProcess\), max_wal_senders \d+; .*; .*-TERM/,
		'no walsender slot either');
	refused($server, 'postgres', qr/: all walsender slots in use \(53300, InitProcess\), max_wal_senders \d+: /,
		'nor when it is the only way', via => 'walsender');
	@walsenders = ();
	refused($server, 'postgres', qr/: all slots in use \(53300, InitProcess\): [^;]+; free a slot/,
		'an ordinary login only', via => 'client');
	check_gone($observer);
	@sessions = ();
	$observer->wait_for_sessions(1);
	return;
}

# On a server that is not full, and around the limits of roles and databases.
sub check_wanted {
	my ($server, $observer) = @_;
	is(report($server)->{via}, 'client', 'an ordinary login where there is a slot');
	my $report = report($server, via => 'walsender');
	is($report->{via}, 'walsender', 'a walsender slot when it is wanted');
	is($report->{slots}{used}, 1, 'which takes none of the others');
	my $session = PgClient->new($server, user => 'narrow', database => 'small');
	is(report($server, login => { user => 'narrow' })->{via}, 'walsender', 'around the limit of a role');
	is(report($server, login => { user => 'watcher', dbname => 'small' })->{via}, 'walsender',
		'and that of a database');
	check_gone($observer);
	return;
}

# Sessions that authenticate take slots, and do not show before 18.
sub check_stalled {
	my ($server, $observer) = @_;
	my @sessions = PgClient->fill($server, user => 'app');
	my @stalled = map { PgClient->stall($server, tcp => 1, user => 'slow') } 1 .. 3;
	$_->wait_for('R') for @stalled;
	$observer->query("select 1");
	my $watch = Report->watch($server);
	my $report = $watch->wait_for(sub { $_[0]{slots} && ($_[0]{states}{starting} // 0) == 3 }, 'all are found');
	is($report->{via}, 'walsender', 'by a walsender slot');
	is($report->{slots}{used}, SLOTS, 'they explain the missing slots');
	is($report->{slots}{hidden}, $server->major < 18 ? 3 : 0, 'as hidden ones');
	sums_ok($report);
	is($watch->stop, 0, 'exit status');
	check_gone($observer);
	return;
}

sub check_no_walsenders {
	my ($server) = @_;
	$server->restart('fast', max_wal_senders => 0);
	my @sessions = PgClient->fill($server);
	refused($server, 'postgres', qr/: all slots in use .*; no way in by a walsender slot: .*max_wal_senders.* \(53300, InitProcess\); /,
		'a server without walsender slots');
	return;
}

sub check_language {
	my ($bindir, $dir) = @_;
	my $server = do {
		local $ENV{LOCPATH} = $dir;
		PgServer->new(bindir => $bindir, conf => { %conf, lc_messages => 'de_DE.UTF-8' });
	};
	my (undef, undef, $words) = $server->psql_rc('select 1 / 0');
	SKIP: {
		skip 'the server has no German words', 2 if $words !~ /Division durch Null/;
		$server->psql('create role app login');
		my @sessions = PgClient->fill($server);
		is(report($server)->{via}, 'walsender', 'in, whatever the words');
		refused($server, 'app', qr/: all slots in use .*zu viele .*may not take a walsender slot \(42501, InitPostgres\)/,
			'a missing right');
	}
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = PgServer->new(bindir => $bindir, start => 0, conf => \%conf);
	my $hba = $server->data . '/pg_hba.conf';
	my $rest = slurp($hba);
	open my $out, '>', $hba or die "$hba: $!";
	print $out "host all slow 127.0.0.1/32 scram-sha-256\n$rest";
	close $out;
	$server->start;
	my $observer = PgClient->new($server);
	$observer->query($_) for 'create role app login', "create role slow login password 'secret'",
		'create role watcher login replication in role pg_monitor, pg_signal_backend',
		'create role seer login replication', 'create role narrow login replication connection limit 1',
		'create database "my shop"', 'create database small connection limit 1';
	$observer->wait_for_sessions(1);
	check_contents($server, $observer);
	$observer->wait_for_sessions(1);
	check_not_in($server, $observer);
	check_wanted($server, $observer);
	$observer->wait_for_sessions(1);
	check_stalled($server, $observer);
	$observer->close;
	check_no_walsenders($server);
});
SKIP: {
	my $dir = PgServer::german();
	skip 'localedef makes no German locale', 1 if !$dir;
	subtest 'another language' => sub { check_language((PgServer::bindirs())[0], $dir) };
}
done_testing();
