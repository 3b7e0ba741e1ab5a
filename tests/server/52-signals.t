# SPDX-License-Identifier: PostgreSQL
# Reports that are ended, by a signal or because nobody reads them any more: quietly, at once, and
# without a session left on the server.
use strict;
use warnings;

use FindBin;
use IO::Socket::INET;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

use constant AT_ONCE => 3; # seconds, on a slow machine

sub ours {
	my ($observer) = @_;
	return $observer->query("select count(*) from pg_stat_activity where application_name = 'pgconntop'");
}

sub check_signal {
	my ($server, $observer, $signal) = @_;
	my $watch = Report->watch($server, show => 'summary', interval => 60);
	$watch->wait_for(sub { 1 }, "SIG$signal: a report");
	is(ours($observer), 1, 'a session');
	my $start = time;
	is($watch->stop($signal), 0, 'exit status');
	cmp_ok(time - $start, '<', AT_ONCE, 'at once');
	wait_ok { ours($observer) == 0 } 20, 'the session is gone';
	is($watch->program->err, '', 'and nothing said about it');
	is(scalar(my @reports = $watch->reports), 1, 'the data are whole');
	return;
}

# Where there is no answer, nor a server.
sub check_waiting {
	my ($server) = @_;
	my $watch = Report->watch($server, show => 'summary');
	$watch->wait_for(sub { 1 }, 'a report before');
	$server->freeze;
	my $start = time;
	is($watch->stop, 0, 'it can be ended while the server does not answer');
	cmp_ok(time - $start, '<', AT_ONCE, 'at once');
	$server->thaw;

	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5, Timeout => 20) or die $@;
	my $login = 'host=127.0.0.1 user=app port=' . $listener->sockport;
	$watch = Report->watch(undef, args => [$login]);
	my $socket = $listener->accept or die "accept: $!";
	sysread $socket, my $packet, 1;
	$start = time;
	is($watch->stop, 0, 'while it logs in');
	cmp_ok(time - $start, '<', AT_ONCE, 'at once');
	$listener->close;
	$watch = Report->watch(undef, args => [$login]);
	$watch->wait_for(sub { defined $_[0]{error} }, 'nobody is there');
	$start = time;
	is($watch->stop, 0, 'while it waits for a server');
	cmp_ok(time - $start, '<', AT_ONCE, 'at once');
	return;
}

# A reader that takes two lines and goes, as head does.
sub check_reader {
	my ($server, $observer) = @_;
	my $program = $ENV{PGCONNTOP};
	my @args = ('--watch', '--interval=0.1', '--format=json', '--config=/dev/null', $server->connstr);
	my $script = '{ "$@"; echo "status $?" >&2; } | { read a; read b; }';
	my ($status, $out, $err) = run_program(['sh', '-c', $script, 'sh', $program, @args], timeout => 20);
	is($err, "status 0\n", 'EPIPE: quiet, and no failure');
	wait_ok { ours($observer) == 0 } 20, 'EPIPE: the session is gone';
	SKIP: {
		skip 'no /dev/full', 2 if !-w '/dev/full';
		($status, $out, $err) = run_program(['sh', '-c', 'exec "$@" >/dev/full', 'sh', $program, @args],
			timeout => 20);
		is($status, 1, 'a full disk is a failure');
		like($err, qr/\Apgconntop: cannot write: [^\n]+\n\z/, 'and says so');
	}
	return;
}

# Reports without terminal and options.
sub check_plain {
	my ($server) = @_;
	my ($status, $out, $err) = run_program([$ENV{PGCONNTOP}, '--config=/dev/null', $server->connstr],
		session => 1, timeout => 20);
	is($status, 0, 'without a terminal: exit status');
	like($out, qr/\ASummary\n.*^States\n.*^Applications\n.*^Alerts\n/ms, 'one report as text');
	is(scalar(my @all = $out =~ /^Summary$/mg), 1, 'and no more');
	is($err, '', 'nothing on stderr');
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
my $observer = PgClient->new($server);
check_signal($server, $observer, $_) for qw(TERM INT HUP);
check_reader($server, $observer);
check_plain($server);
check_waiting($server);
done_testing();
