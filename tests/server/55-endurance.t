# SPDX-License-Identifier: PostgreSQL
# What runs for days: memory and descriptors of a report every millisecond, with sessions that come
# and go, in every format, and over many lost connections. TEST_DAY=1 takes as many samples as a
# day has seconds.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgServer;
use POSIX ();
use Report;
use Test::More;
use Time::HiRes qw(time);

use constant GROWTH => 256; # kB: what an allocator may find late

my $proc = '/proc/self/status';
plan skip_all => "no $proc" if !-r $proc;

# Starts it with stdout in a pipe; (pid, handle).
sub start {
	my ($server, @args) = @_;
	pipe my $in, my $out or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		close $in;
		open STDOUT, '>&', $out or POSIX::_exit(126);
		open STDIN, '<', '/dev/null' or POSIX::_exit(126);
		open STDERR, '>', '/dev/null' or POSIX::_exit(126); # gaps, where the format has no place for them
		POSIX::setsid();
		exec { $ENV{PGCONNTOP} } $ENV{PGCONNTOP}, '--watch', '--config=/dev/null', @args, $server->connstr
			or POSIX::_exit(127);
	}
	close $out;
	Program::guard_add("pid $pid");
	return ($pid, $in);
}

# Ends it; its status.
sub finish {
	my ($pid) = @_;
	kill 'TERM', $pid;
	waitpid $pid, 0;
	my $status = $?;
	Program::guard_forget("pid $pid");
	return $status;
}

sub check_growth {
	my ($from, $to, $what) = @_;
	SKIP: {
		skip 'sanitizers have memory of their own', 1 if sanitized();
		cmp_ok(($to // 'inf') - ($from // 0), '<', GROWTH, $what);
	}
	return;
}

# Without the connection: at the moment it may be down.
sub descriptors { return scalar grep { (readlink $_) !~ /^socket:/ } glob "/proc/$_[0]/fd/*" }

sub sockets { return scalar grep { (readlink($_) // '') =~ /^socket:/ } glob "/proc/$_[0]/fd/*" }

# So many samples, told by the lines that are like the mark; memory and descriptors after a part of
# them and at the end.
sub check_samples {
	my ($server, $count, $mark, @args) = @_;
	my ($pid, $in) = start($server, '--interval=0.001', @args);
	my ($seen, $rest, @first) = (0, '');
	my $begin = time;
	my $early = $count / 10;
	my $limit = 60 + $count / 100;
	while ($seen < $count && time - $begin < $limit && sysread $in, my $bytes, 1 << 18) {
		$rest .= $bytes;
		my $whole = rindex($rest, "\n") + 1;
		$seen += () = substr($rest, 0, $whole) =~ /$mark/mg;
		$rest = substr $rest, $whole;
		@first = (resident($pid), descriptors($pid), sockets($pid)) if !@first && $seen >= $early;
	}
	my $took = time - $begin;
	my @last = (resident($pid), descriptors($pid), sockets($pid));
	is(finish($pid), 0, "@args: exit status");
	cmp_ok($seen, '>=', $count, "$count samples");
	check_growth($first[0], $last[0], 'memory does not grow');
	is_deeply([@last[1, 2]], [@first[1, 2]], 'nor descriptors');
	diag(sprintf '%s: %d samples in %.1f s, %d kB after %d, %d kB at the end', "@args", $seen, $took,
		$first[0] // 0, $early, $last[0]) if $ENV{TEST_DAY};
	return;
}

# The connection is ended again and again; once the server is restarted as well.
sub check_reconnects {
	my ($server, $times) = @_;
	my $watch = Report->watch($server, show => 'sessions', interval => 0.02);
	my $pid = $watch->pid;
	my $end = sub { # the session that is ours
		$server->psql("select pg_terminate_backend(pid) from pg_stat_activity"
			. " where application_name = 'pgconntop'");
	};
	my @first;
	for my $n (1 .. $times) {
		my $before = (() = $watch->program->err =~ /connection lost/g);
		wait_until { $end->(); (() = $watch->program->err =~ /connection lost/g) > $before } 20
			or return fail("the connection is lost $n times");
		wait_until { sockets($pid) == 1 } 20;
		@first = (resident($pid), descriptors($pid)) if $n == $times / 5;
	}
	$server->restart('immediate');
	$watch->wait_for(sub { defined $_[0]{sessions} }, 'a sample after a restart');
	wait_until { $watch->next_report->{sessions} } 20;
	is(sockets($pid), 1, 'one connection');
	is(descriptors($pid), $first[1], "descriptors after $times lost connections");
	check_growth($first[0], resident($pid), 'memory');
	is($watch->stop, 0, 'exit status');
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 60, log_min_messages => 'fatal' });
my $load = $server->load('--idle=20', '--active=2', '--blocked=3', '--churn=30');
my $json = qr/^\{"version":1/m;
check_samples($server, $ENV{TEST_DAY} ? 86400 : 10000, $json, '--format=json',
	'--show=summary,states,applications,sessions,alerts');
check_samples($server, 1000, qr/^Summary$/m, '--format=text', '--show=summary,sessions,alerts');
check_samples($server, 1000, qr/pgconntop,local/, '--format=csv', '--show=sessions',
	'--columns=pid,application,client,query', '--filter=application=pgconntop');
check_samples($server, 1000, qr/^# EOF$/m, '--format=openmetrics');
undef $load;
check_reconnects($server, 50);
done_testing();
