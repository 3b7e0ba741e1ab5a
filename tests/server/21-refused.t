# SPDX-License-Identifier: PostgreSQL
# A full server: each limit is told from the others, in one line with what to do, in any language.
use strict;
use warnings;

use File::Temp qw(tempdir);
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

# Sessions until one is refused; what is left is full for that kind.
sub fill {
	my ($server, @opt) = @_;
	my ($session, @sessions);
	push @sessions, $session while !($session = PgClient->try($server, @opt))->error;
	return @sessions;
}

sub refused {
	my ($server, $login, $pattern, $what) = @_;
	return complaint([monitor($server, login => $login)], 2, $pattern, $what);
}

sub check_slots {
	my ($server) = @_;
	my @sessions = fill($server, user => 'app');
	if ($server->major >= 16) {
		refused($server, { user => 'app' },
			qr/: only reserved slots left \(53300, InitPostgres\): .*"pg_use_reserved_connections".*; .*member/,
			'the reserve of pg_use_reserved_connections');
		push @sessions, fill($server, user => 'preferred');
		refused($server, { user => 'preferred' },
			qr/: only superuser slots left \(53300, InitPostgres\): .*; .*as a superuser/,
			'the reserve of superusers, for who may use the other');
	} else {
		refused($server, { user => 'app' },
			qr/: only superuser slots left \(53300, InitPostgres\): .*; .*as a superuser/,
			'the reserve of superusers');
	}
	push @sessions, fill($server);
	is(scalar @sessions, 8, 'the server is full');
	refused($server, { user => $_ }, qr/: all slots in use \(53300, InitProcess\): .*; .*kill -TERM/,
		"all slots in use, for $_") for qw(postgres app);
	return \@sessions;
}

# While it goes on, the refusal is in the data; it gets in as soon as there is a slot.
sub check_watch {
	my ($server, $sessions) = @_;
	my $watch = Report->watch($server);
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
	my ($server) = @_;
	my @sessions = fill($server, user => 'narrow');
	refused($server, { user => 'narrow' },
		qr/: connection limit of the role reached \(53300, InitializeSessionUserId\): .*"narrow".*; .*another role/,
		'limit of a role');
	@sessions = fill($server, user => 'app', database => 'small');
	refused($server, { user => 'app', dbname => 'small' },
		qr/: connection limit of the database reached \(53300, CheckMyDatabase\): .*"small".*; .*another database/,
		'limit of a database');
	wait_ok { report($server, login => { replication => 'database' })->{slots}{used} == 2 } 20,
		'a replication connection takes no slot, and can be used';
	@sessions = fill($server, replication => 'database');
	refused($server, { replication => 'database' },
		qr/: all replication slots of max_wal_senders in use \(53300, InitProcess\): .*; .*without replication/,
		'limit of replication connections');
	return;
}

# Clients that connect and say nothing: there may be twice as many as there are processes.
sub check_children {
	my ($server) = @_;
	my @silent = map { PgClient->knock($server) } 1 .. 60;
	my $routine = $server->major < 17 ? 'ProcessStartupPacket' : 'BackendInitialize';
	refused($server, {}, qr/: too many clients that are still logging in \(53300, $routine\): .*; .*wait for/,
		'limit of clients that have not said who they are');
	return;
}

# A locale that the server can speak, made if need be; undef if there is none.
sub foreign_locale {
	my $dir = tempdir(CLEANUP => 1);
	chmod 0755, $dir;
	my ($status) = run_program([qw(localedef -i de_DE -f UTF-8), "$dir/de_DE.UTF-8"]);
	return $dir if -e "$dir/de_DE.UTF-8/LC_MESSAGES";
	return;
}

sub check_language {
	my ($bindir, $dir) = @_;
	local $ENV{LOCPATH} = $dir;
	my $server = PgServer->new(bindir => $bindir, conf => { %conf, lc_messages => 'de_DE.UTF-8' });
	my ($status, $out, $words) = $server->psql_rc('select 1 / 0');
	SKIP: {
		skip 'the server has no German words', 3 if $words !~ /Division durch Null/;
		$server->psql('create role app login; create role narrow login connection limit 1');
		my @sessions = fill($server, user => 'narrow');
		refused($server, { user => 'narrow' },
			qr/: connection limit of the role reached \(53300, InitializeSessionUserId\): zu viele .*; .*role/,
			'a limit, in German');
		push @sessions, fill($server, user => 'app');
		refused($server, { user => 'app' }, qr/: only superuser slots left \(53300, InitPostgres\): die .*; .*superuser/,
			'another');
		push @sessions, fill($server);
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
	$server->psql('create role app login; create role narrow login connection limit 2;'
		. ' create database small connection limit 2');
	$server->psql('create role preferred login in role pg_use_reserved_connections') if $version >= 160000;
	my $sessions = check_slots($server);
	check_watch($server, $sessions);
	$sessions = undef;
	wait_ok { report($server)->{slots}{used} == 1 } 20, 'all slots are free again';
	check_limits($server);
	check_children($server);
});
SKIP: {
	my $dir = foreign_locale();
	skip 'localedef makes no German locale', 1 if !$dir;
	subtest 'another language' => sub { check_language((PgServer::bindirs())[0], $dir) };
}
done_testing();
