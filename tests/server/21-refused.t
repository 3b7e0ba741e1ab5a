# SPDX-License-Identifier: PostgreSQL
# A full server and an ordinary login: each limit is told from the others, in one line with what to do,
# in any language.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

my %conf = (
	autovacuum_max_workers => 1,
	max_connections => 8,
	max_wal_senders => 2,
	max_worker_processes => 0,
	superuser_reserved_connections => 1,
);

sub refused {
	my ($server, $login, $pattern, $what) = @_;
	return complaint([monitor($server, via => 'client', login => $login)], 2, $pattern, $what);
}

sub check_slots {
	my ($server, $observer) = @_;
	my @sessions = PgClient->fill($server, user => 'app');
	if ($server->major >= 16) {
		refused($server, { user => 'app' },
			qr/: only reserved slots left \(53300, InitPostgres\): .*"pg_use_reserved_connections".*; .*member/,
			'the reserve of pg_use_reserved_connections');
		$observer->wait_for_sessions(@sessions + 1);
		push @sessions, PgClient->fill($server, user => 'preferred');
		refused($server, { user => 'preferred' },
			qr/: only superuser slots left \(53300, InitPostgres\): .*; .*as a superuser/,
			'the reserve of superusers, for who may use the other');
	} else {
		refused($server, { user => 'app' },
			qr/: only superuser slots left \(53300, InitPostgres\): .*; .*as a superuser/,
			'the reserve of superusers');
	}
	$observer->wait_for_sessions(@sessions + 1);
	push @sessions, PgClient->fill($server);
	is(scalar @sessions, 7, 'the server is full, with the observer');
	refused($server, { user => $_ }, qr/: all slots in use \(53300, InitProcess\): .*; .*kill -TERM/,
		"all slots in use, for $_") for qw(postgres app);
	return \@sessions;
}

# While it goes on, the refusal is in the data; it gets in as soon as there is a slot.
sub check_watch {
	my ($server, $sessions) = @_;
	my $watch = Report->watch($server, via => 'client');
	my $failed = $watch->wait_for(sub { defined $_[0]{error} }, 'a report of the refusal');
	is_deeply([sort keys %$failed], [qw(error time version)], 'without any figures');
	like($failed->{error}, qr/all slots in use \(53300, InitProcess\)/, 'that names the limit');
	pop @$sessions;
	my $report = $watch->wait_for(sub { defined $_[0]{slots} }, 'then it gets in');
	is($report->{slots}{used}, 8, 'and counts');
	is($watch->stop, 0, 'exit status');
	return;
}

sub check_limits {
	my ($server, $observer) = @_;
	my @sessions = PgClient->fill($server, user => 'narrow');
	my $limit = qr/connection limit of the role reached \(53300, InitializeSessionUserId\)/;
	refused($server, { user => 'narrow' }, qr/: $limit: .*"narrow".*; .*another role/, 'limit of a role');
	@sessions = ();
	$observer->wait_for_sessions(1);
	@sessions = PgClient->fill($server, user => 'app', database => 'small');
	$limit = qr/connection limit of the database reached \(53300, CheckMyDatabase\)/;
	refused($server, { user => 'app', dbname => 'small' }, qr/: $limit: .*"small".*; .*another database/,
		'limit of a database');
	$observer->wait_for_sessions(3);
	is(report($server, login => { replication => 'database' })->{slots}{used}, 3,
		'a replication connection takes no slot, and can be used');
	@sessions = PgClient->fill($server, replication => 'database');
	refused($server, { replication => 'database' },
		qr/: all walsender slots in use \(53300, InitProcess\), max_wal_senders \d+: .*; .*without replication/,
		'limit of replication connections');
	return;
}

# Clients that connect and say nothing: there may be twice as many as there are processes.
sub check_children {
	my ($server) = @_;
	my $routine = $server->major < 17 ? 'ProcessStartupPacket' : 'BackendInitialize';
	my @silent;
	wait_ok {
		push @silent, eval { PgClient->knock($server) } || () if @silent < 30;
		my $error = eval { PgClient->try($server)->error };
		@silent == 30 && $error && $error->{R} eq $routine
	} 30, 'clients that have not said who they are';
	refused($server, {}, qr/: too many clients that are still logging in \(53300, $routine\): .*; .*wait for/,
		'their limit');
	return;
}

sub check_language {
	my ($bindir, $dir) = @_;
	my $server = do {
		local $ENV{LOCPATH} = $dir;
		PgServer->new(bindir => $bindir, conf => { %conf, lc_messages => 'de_DE.UTF-8' });
	};
	my ($status, $out, $words) = $server->psql_rc('select 1 / 0');
	SKIP: {
		skip 'the server has no German words', 3 if $words !~ /Division durch Null/;
		my $observer = PgClient->new($server);
		$observer->query('create role app login; create role narrow login connection limit 1');
		$observer->wait_for_sessions(1);
		my @sessions = PgClient->fill($server, user => 'narrow');
		my $limit = qr/connection limit of the role reached \(53300, InitializeSessionUserId\)/;
		refused($server, { user => 'narrow' }, qr/: $limit: zu viele .*; .*role/, 'a limit, in German');
		$observer->wait_for_sessions(2);
		push @sessions, PgClient->fill($server, user => 'app');
		refused($server, { user => 'app' }, qr/: only superuser slots left \(53300, InitPostgres\): die .*; .*superuser/,
			'another');
		$observer->wait_for_sessions(@sessions + 1);
		push @sessions, PgClient->fill($server);
		refused($server, { user => 'app' }, qr/: all slots in use \(53300, InitProcess\): .*zu viele .*; .*kill -TERM/,
			'a third');
	}
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => {
		%conf, $version >= 160000 ? (reserved_connections => 1) : (),
	});
	my $observer = PgClient->new($server);
	$observer->query($_) for 'create role app login', 'create role narrow login connection limit 2',
		'create database small connection limit 2';
	$observer->query('create role preferred login in role pg_use_reserved_connections') if $version >= 160000;
	my $sessions = check_slots($server, $observer);
	check_watch($server, $sessions);
	$sessions = undef;
	$observer->wait_for_sessions(1);
	check_limits($server, $observer);
	$observer->close;
	check_children($server);
});
SKIP: {
	my $dir = PgServer::german();
	skip 'localedef makes no German locale', 1 if !$dir;
	subtest 'another language' => sub { check_language((PgServer::bindirs())[0], $dir) };
}
done_testing();
