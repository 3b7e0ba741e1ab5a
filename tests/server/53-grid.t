# SPDX-License-Identifier: PostgreSQL
# When samples are taken: the first at once, the others on the grid of the interval; a server that is
# late makes a gap that is told, and never a pile-up; a signal waits for the sample under way.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use List::Util qw(min);
use PgServer;
use POSIX ();
use Report;
use Test::More;
use Time::HiRes qw(time);
use Time::Local qw(timegm);

sub seconds_of {
	my ($time) = @_;
	my ($y, $mo, $d, $h, $mi, $s) = $time =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):([\d.]+)Z$/ or die $time;
	return timegm(0, $mi, $h, $d, $mo - 1, $y) + $s;
}

# Samples at 20 ms stay where the first one has put the grid.
sub check_grid {
	my ($server) = @_;
	my $start = time;
	my @reports = report($server, show => 'summary', interval => 0.02, count => 250);
	my @times = map { seconds_of($_->{time}) } @reports;
	is(scalar @reports, 250, 'as many as were asked for');
	cmp_ok($times[0] - $start, '<', 2, 'the first one at once');
	is($reports[0]{churn}{opened_per_second}, undef, 'of which no rate is known');
	ok(defined $reports[1]{churn}{opened_per_second}, 'but of the second');
	# Each one is late by as much as the machine is busy, and none is early: the least late ones
	# show the grid, and it does not move.
	my $skipped = 0;
	my @late = map { $skipped += $reports[$_]{skipped} // 0; $times[$_] - 0.02 * ($_ + $skipped) } 1 .. $#times;
	cmp_ok(abs(min(@late[$#late / 2 .. $#late]) - min(@late[0 .. $#late / 2])), '<', 0.01, 'no drift');
	return;
}

sub check_gap {
	my ($server) = @_;
	my $watch = Program->start([$ENV{PGCONNTOP}, qw(--watch --interval=0.1 --show=states),
		'--config=/dev/null', $server->connstr], session => 1);
	wait_ok { $watch->out =~ /^---.*^---/ms } 20, 'reports before';
	$server->freeze;
	my $start = time;
	wait_until { time - $start > 1 } 5;
	my $frozen = () = $watch->out =~ /^---/mg;
	$server->thaw;
	my $after = '';
	wait_ok { ($after) = $watch->out =~ /^(--- [^\n]+left out: the server answered late[^\n]*\n.*^---.*)/ms }
		20, 'a gap that is told';
	my ($missed) = $after =~ /\((\d+) samples? left out/;
	cmp_ok($missed, '>', 5, 'with the number of samples');
	cmp_ok($missed, '<', 100, 'in reason');
	wait_ok { (() = $watch->out =~ /^---/mg) >= $frozen + 5 } 20, 'it goes on';
	my $took = time - $start;
	my $all = () = $watch->out =~ /^---/mg;
	cmp_ok($all - $frozen, '<=', $took * 10 - $missed + 3, 'and nothing piled up');
	like($watch->out, qr/^--- \S+\n/m, 'a report without a gap says nothing of one');
	$watch->signal('TERM');
	is($watch->wait(20), 0, 'exit status');
	is($watch->err, '', 'nothing on stderr');
	return;
}

# A sample that is under way when the signal comes is given; not one that does not come in 2 s, nor
# after a second signal.
sub check_signal {
	my ($server, $signal, $thaw) = @_;
	my $watch = Report->watch($server, show => 'states', interval => 0.2);
	$watch->wait_for(sub { 1 }, "SIG$signal: a report before");
	$server->freeze;
	my $frozen = time;
	wait_until { time - $frozen > 0.5 } 5;
	my $before = $watch->count;
	my $start = time;
	$watch->program->signal($signal);
	if ($thaw) {
		wait_until { time - $start > 0.3 } 5;
		is($watch->program->status, undef, 'the sample under way is waited for');
		$server->thaw;
	}
	is($watch->program->wait(20), 0, 'exit status');
	my $took = time - $start;
	$server->thaw;
	is($watch->count, $before + ($thaw ? 1 : 0), $thaw ? 'the sample is there' : 'no report is made up');
	cmp_ok($took, '<', 4, 'the end is in time');
	cmp_ok($took, '>', 1.5, 'the server had its time') if !$thaw;
	is($watch->program->err, '', 'nothing on stderr');
	return;
}

sub check_second_signal {
	my ($server) = @_;
	my $watch = Report->watch($server, show => 'states', interval => 0.2);
	$watch->wait_for(sub { 1 }, 'a report before two signals');
	$server->freeze;
	my $frozen = time;
	wait_until { time - $frozen > 0.5 } 5;
	my $start = time;
	$watch->program->signal('INT');
	wait_until { time - $start > 0.2 } 5;
	is($watch->program->status, undef, 'the first one waits');
	$watch->program->signal('TERM');
	is($watch->program->wait(20), 0, 'exit status');
	cmp_ok(time - $start, '<', 1.5, 'the second one does not');
	$server->thaw;
	return;
}

# A reader that does not read holds nothing up but the reports.
sub check_slow_reader {
	my ($server) = @_;
	pipe my $in, my $out or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		close $in;
		open STDOUT, '>&', $out or POSIX::_exit(126);
		open STDIN, '<', '/dev/null';
		POSIX::setsid();
		exec { $ENV{PGCONNTOP} } $ENV{PGCONNTOP}, qw(--watch --interval=0.01 --format=text),
			'--show=summary,sessions', '--config=/dev/null', $server->connstr or POSIX::_exit(127);
	}
	Program::guard_add("pid $pid");
	close $out;
	my ($bytes, $since) = (0, time);
	wait_ok { # it has not grown for a while
		my $size = pack 'i', 0;
		ioctl $in, 0x541B, $size; # FIONREAD
		$size = unpack 'i', $size;
		($bytes, $since) = ($size, time) if $size != $bytes;
		$bytes > 16384 && time - $since > 1;
	} 20, 'a pipe that is full';
	kill 'TERM', $pid;
	my $start = time;
	my $status;
	wait_ok { waitpid($pid, POSIX::WNOHANG()) == $pid && defined($status = $?) } 10,
		'SIGTERM ends it while nobody reads';
	is($status, 0, 'with success');
	cmp_ok(time - $start, '<', 4, 'in time');
	kill 'KILL', $pid if !defined $status;
	Program::guard_forget("pid $pid");
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
check_grid($server);
check_gap($server);
check_signal($server, 'TERM', 1);
check_signal($server, 'INT', 0);
check_second_signal($server);
check_slow_reader($server);
done_testing();
