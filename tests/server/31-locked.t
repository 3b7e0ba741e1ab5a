# SPDX-License-Identifier: PostgreSQL
# Somebody holds the catalogs of roles and databases locked, for views on the sessions hang then:
# samples still come in time, with the names that were known before.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

use constant IN_TIME => 3; # seconds for a sample on a slow machine; a hang is one of 10

sub seconds_of {
	my ($time) = @_;
	my ($h, $m, $s) = $time =~ /T(\d+):(\d+):([\d.]+)Z/;
	return $h * 3600 + $m * 60 + $s;
}

# A session that holds both locks, and the proof that they bite.
sub lock_catalogs {
	my ($server, $observer) = @_;
	my $locker = PgClient->new($server, application_name => 'locker');
	$locker->query('begin; lock table pg_authid, pg_database in access exclusive mode');
	eval { $observer->query("set lock_timeout = '20ms'; select * from pg_stat_activity") };
	like($@, qr/^55P03/, 'the view on the sessions hangs');
	return $locker;
}

sub check_samples {
	my ($server, $watch, $observer) = @_;
	$watch->wait_for(sub { $_[0]{slots} }, 'a report before');
	my $guest = PgClient->new($server, user => 'guest', database => 'shop', application_name => 'late');
	$watch->wait_for(sub { named($_[0]{users} // [], 'guest') }, 'all names are known');
	my $locker = lock_catalogs($server, $observer);
	my $report;
	for my $n (1 .. 5) {
		my $start = time;
		$report = $watch->next_report;
		cmp_ok(time - $start, '<', IN_TIME, "report $n while they are locked");
	}
	is($report->{error}, undef, 'it is a sample');
	is(named($report->{users}, 'guest')->{total}, 1, 'with names of roles');
	is(named($report->{databases}, 'shop')->{total}, 1, 'and of databases');
	is(named($report->{sessions}, $locker->pid)->{state}, 'idle in transaction', 'who locks is seen');
	sums_ok($report);
	return ($locker, $guest);
}

# While it sleeps, somebody comes whose name it cannot look up any more.
sub check_unknown_name {
	my ($server, $watch, $observer) = @_;
	my $sessions = sub { grep { ($_->{application} // '') eq 'new' } @{ $_[0]{sessions} // [] } };
	$watch->program->signal('STOP');
	my $guest = PgClient->new($server, user => 'stranger', application_name => 'new');
	my $oid = $observer->query("select oid from pg_roles where rolname = 'stranger'");
	my $locker = lock_catalogs($server, $observer);
	my $start = time;
	$watch->program->signal('CONT');
	my $report = $watch->wait_for($sessions, 'a session whose role is not known yet');
	cmp_ok(time - $start, '<', IN_TIME, 'is shown in time');
	is(($sessions->($report))[0]{user}, "oid $oid", 'with the number of the role');
	sums_ok($report);
	$start = time;
	$watch->next_report;
	cmp_ok(time - $start, '<', IN_TIME, 'and so is the next one');
	$locker->close;
	$watch->wait_for(sub { grep { $_->{user} eq 'stranger' } $sessions->($_[0]) },
		'its name comes when it can be read');
	return;
}

# Logins hang then. That is said, and not mistaken for a server that is full, or gone.
sub check_login {
	my ($server, $observer) = @_;
	my $locker = lock_catalogs($server, $observer);
	complaint([monitor($server, 'connect-timeout' => '0.5s', login => { tcp => $_ })], 2,
		qr/: the server answers, but no login gets through: .*; .*pg_authid/, 'a new login, TCP ' . ($_ ? 'yes' : 'no'))
		for 0, 1;
	# One that goes on does so with the login that it has: the server is not filled with more.
	my $watch = Report->watch($server, interval => 0.2, 'connect-timeout' => '0.3s');
	my $gone_on = 0;
	$watch->wait_for(sub { ($_[0]{error} // '') =~ /no login gets through/ && ++$gone_on == 8 }, 'told again and again');
	my $waiting = sub { $observer->query('select count(*) from pg_locks where not granted') };
	# The three logins of reports that ended are still there, for nobody tells the server.
	wait_ok { $waiting->() <= 3 } 20, 'a login hangs once';
	$locker->close;
	$watch->wait_for(sub { $_[0]{slots} }, 'it is in when the lock is gone');
	is($watch->stop, 0, 'exit status');
	return;
}

my $newest = (PgServer::bindirs())[-1];
PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
	$server->psql('create role guest login; create role stranger login; create database shop');
	my $observer = PgClient->new($server);
	my $watch = Report->watch($server);
	my ($locker, $guest) = check_samples($server, $watch, $observer);
	$locker->close;
	check_unknown_name($server, $watch, $observer) if $bindir eq $newest;
	check_login($server, $observer);
	is($watch->stop, 0, 'exit status');
	my @reports = $watch->reports;
	is(scalar(grep { $_->{error} } @reports), 0, 'no sample failed');
	my @times = map { seconds_of($_->{time}) } @reports;
	is(scalar(grep { $times[$_] - $times[$_ - 1] > IN_TIME } 1 .. $#times), 0, 'none came late');
});
done_testing();
