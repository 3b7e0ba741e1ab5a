# SPDX-License-Identifier: PostgreSQL
# The helpers themselves, on each server version: when this fails, look here first.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgServer;
use Test::More;
use Time::HiRes qw(time);

sub count_sessions {
	my ($server, $application) = @_;
	return $server->psql("select count(*) from pg_stat_activity where application_name = '$application'");
}

sub check_programs {
	my ($status, $out, $err) = run_program(['sh', '-c', 'cat; echo problem >&2; exit 3'], stdin => "text\n");
	is_deeply([$status, $out, $err], [3, "text\n", "problem\n"], 'status and output of a program');
	is((run_program(['sh', '-c', 'kill -TERM $$']))[0], 128 + 15, 'a program that dies of a signal');
	is((run_program(['/nowhere/program']))[0], 127, 'a program that does not exist');
	($status, $out) = run_program(['sh', '-c', 'echo "$A$B"'], env => { A => 1, B => undef });
	is($out, "1\n", 'environment of a program');
	my $start = time;
	is((run_program(['sleep', '100'], timeout => 0.2))[0], 'timeout', 'a program that takes too long');
	cmp_ok(time - $start, '<', 10, 'is killed');
	return;
}

sub check_login {
	my ($server, $version) = @_;
	is($server->psql('show server_version_num') >= $version, 1, 'psql and the version');
	is($server->psql('select 1; select 2', tcp => 1), "1\n2", 'two statements over TCP');
	is($server->psql('show max_connections'), 30, 'settings');
	my ($status, $out, $err) = $server->psql_rc('select 1 / 0');
	is($status, 3, 'a failing statement');
	like($err, qr/division by zero/, 'and its message');
	ok(!eval { $server->psql('select 1 / 0') }, 'psql dies of it');
	return;
}

sub check_load {
	my ($server) = @_;
	my $load = $server->load('--idle=5', '--idle-app=sleeper', '--blocked=2');
	is($load->standing, 8, 'the load program says that all its sessions stand');
	is(count_sessions($server, 'sleeper'), 5, 'five idle sessions');
	wait_ok {
		$server->psql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") == 2
	} 10, 'two blocked sessions';
	is($load->stop, 0, 'the load program ends');
	wait_ok { count_sessions($server, 'sleeper') == 0 } 10, 'and its sessions with it';
	# The slot of a session that just ended may be taken for a moment still.
	wait_ok {
		$load = $server->load('--user=app', '--idle=29');
		my $full = $load->standing == 27 && $load->refused == 2;
		$load->stop if !$full;
		$full
	} 20, 'as many ordinary sessions as there are slots, and the others are refused';
	return;
}

sub check_freeze {
	my ($server) = @_;
	$server->freeze;
	is(($server->psql_rc('select 1', timeout => 0.5))[0], 'timeout', 'a frozen server does not answer');
	$server->thaw;
	is($server->psql('select 1'), 1, 'a thawed one does');
	return;
}

sub check_restart {
	my ($server) = @_;
	my ($pid, $port) = ($server->pid, $server->port);
	ok($server->restart('fast', max_connections => 40), 'restart');
	isnt($server->pid, $pid, 'another process');
	is($server->port, $port, 'the same port');
	is($server->psql('show max_connections'), 40, 'another setting');
	$server->reload(log_min_duration_statement => 0);
	wait_ok { $server->psql('show log_min_duration_statement') eq '0' } 10, 'reload';
	ok($server->stop('immediate'), 'stop');
	is(($server->psql_rc('select 1'))[0], 2, 'nobody is there then');
	$server->start;
	$server->freeze;
	$server->kill9;
	$server->start;
	like($server->log, qr/not properly shut down/, 'kill9 is a crash');
	return;
}

sub check_standby {
	my ($server) = @_;
	my $standby = $server->standby;
	is($standby->psql('select pg_is_in_recovery()'), 't', 'a standby');
	ok($standby->promote, 'is promoted');
	return;
}

check_programs();
PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30 });
	my $dir = $server->host;
	check_login($server, $version);
	$server->psql('create role app login');
	check_load($server);
	check_freeze($server);
	check_restart($server);
	check_standby($server);
	undef $server;
	ok(!-e $dir, 'nothing is left');

	$server = PgServer->new(bindir => $bindir, auth => 'scram-sha-256', encoding => 'LATIN1');
	is($server->psql('show server_encoding'), 'LATIN1', 'encoding, and a login with a password');
	is(($server->psql_rc('select 1', password => 'wrong'))[0], 2, 'none with a wrong one');
});
done_testing();
