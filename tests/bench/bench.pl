#!/usr/bin/perl
# SPDX-License-Identifier: PostgreSQL
# What pgconntop costs, beside a bare libpq program and beside its peers: a table with ratios from
# one run on one throw-away server. README says what is measured and how. Environment as `make
# bench` sets it: PGCONNTOP, LOAD, FLOOR, PG_BINDIRS. Linux only, for it looks into /proc.
use strict;
use warnings;

use FindBin qw($Bin);
use List::Util qw(max);
use Time::HiRes qw(time);
use lib "$Bin/../server";
use PgClient;
use PgServer;

# A program on a terminal of its own, a pseudo-terminal whose other end we hold.
package Terminal;

use POSIX ();
use Time::HiRes qw(time);

BEGIN { Program->import }

use constant {
	COLUMNS => 120,
	ROWS => 40,
	# ioctl numbers, as most of Linux's architectures have them
	TIOCGPTN => 0x80045430,
	TIOCSPTLCK => 0x40045431,
	TIOCSWINSZ => 0x5414,
	QUIET => 0.01, # a screen is complete when nothing more comes for so long
	SLOW => 10,
};

# Starts it. Its time counts from the moment of exec.
sub new {
	my ($class, @argv) = @_;
	my $self = bless { argv => \@argv, text => '', bytes => 0, owner => $$ }, $class;
	open $self->{tty}, '+<', '/dev/ptmx' or die "/dev/ptmx: $!\n";
	my ($unlock, $number, $size) = (pack('i', 0), pack('I', 0), pack('S4', ROWS, COLUMNS, 0, 0));
	ioctl $self->{tty}, TIOCSPTLCK, $unlock or die "TIOCSPTLCK: $!\n";
	ioctl $self->{tty}, TIOCGPTN, $number or die "TIOCGPTN: $!\n";
	ioctl $self->{tty}, TIOCSWINSZ, $size or die "TIOCSWINSZ: $!\n";
	pipe my $in, my $out or die "pipe: $!\n";
	$self->{pid} = fork // die "fork: $!\n";
	_exec('/dev/pts/' . unpack('I', $number), $out, @argv) if !$self->{pid};
	Program::guard_add("pid $self->{pid}");
	close $out;
	my $error = do { local $/; <$in> }; # ends with the exec
	$self->{start} = $self->{last} = time;
	die "$argv[0]: $error\n" if defined $error && $error ne '';
	return $self;
}

# Only in the child; never comes back.
sub _exec {
	my ($path, $out, @argv) = @_;
	eval {
		POSIX::setsid();
		# The first terminal that the leader of a session opens becomes that of the session.
		open my $tty, '+<', $path or die "$path: $!";
		POSIX::dup2(fileno $tty, $_) for 0 .. 2;
		$ENV{TERM} = 'xterm-256color';
		no warnings 'exec';
		exec { $argv[0] } @argv or die $!;
	};
	syswrite $out, $@;
	POSIX::_exit(127);
}

# Takes what it writes for so many seconds, or until the block is true after some output. True if
# it was, or if there was no block.
sub pump {
	my ($self, $seconds, $until) = @_;
	my $end = time + $seconds;
	while ((my $left = $end - time) > 0) {
		vec(my $ready = '', fileno $self->{tty}, 1) = 1;
		next if select($ready, undef, undef, $left) <= 0;
		my $now = time;
		my $count = sysread $self->{tty}, my $chunk, 65536;
		die "$self->{argv}[0] ended; its last words:\n", substr($self->plain, -500), "\n" if !$count;
		$self->{last} = $now;
		$self->{bytes} += $count;
		$self->{text} = substr $self->{text} . $chunk, -100_000;
		return 1 if $until && $until->();
	}
	return !$until;
}

# Waits for text on its terminal, then for the end of this screen. The time of the last byte.
sub pump_until_text {
	my ($self, $pattern) = @_;
	$self->pump(SLOW, sub { $self->plain =~ $pattern })
	    or die "$self->{argv}[0] does not show $pattern, but:\n", $self->plain, "\n";
	1 while $self->pump(QUIET, sub { 1 });
	return $self->{last};
}

# Waits for the end of the next burst of output: a refresh has just been shown.
sub pump_burst {
	my ($self) = @_;
	$self->pump(SLOW, sub { 1 });
	1 while $self->pump(QUIET, sub { 1 });
	return;
}

# Its last output without control sequences.
sub plain {
	my ($self) = @_;
	return $self->{text} =~ s/\e(?:\[[0-9;?<=>]*[a-zA-Z]|[()].|[=>78M])//gr;
}

sub forget { $_[0]{text} = ''; return }

# Types a key. Seconds until the first byte of the answer, undef if there was none in time.
sub key {
	my ($self, $key, $limit) = @_;
	my $sent = time;
	syswrite $self->{tty}, $key;
	return if !$self->pump($limit, sub { 1 });
	return $self->{last} - $sent;
}

sub pid { return $_[0]{pid} }

sub stop {
	my ($self) = @_;
	my $pid = delete $self->{pid} or return;
	for my $signal (qw(TERM TERM KILL)) {
		CORE::kill $signal, $pid;
		my $end = time + 2;
		while (time < $end && (my $done = waitpid $pid, POSIX::WNOHANG()) >= 0) {
			if ($done == $pid) {
				Program::guard_forget("pid $pid");
				return;
			}
			eval { $self->pump(0.01) };
		}
	}
	return;
}

sub DESTROY {
	my ($self) = @_;
	local ($?, $@, $!);
	$self->stop if $$ == $self->{owner};
	return;
}

package main;

use constant {
	INTERVAL => 0.2, # seconds between the refreshes whose cost is measured
	REFRESHES => 60, # of them
	SLOTS => 2100,
	ACTIVE => 10,   # sessions that run something, beside the idle ones
	FRAMES => 7,    # starts of which the median counts
	KEYS => 50,
	SETTLE => 2.5,  # seconds after which a screen at an interval of 2 s is in its stride
	QUIET_TIME => 8,
	BESIDE_TIME => 6,
};

# How to write a number that is measured in ms, bytes per second or kB (of 1024, as in /proc).
my %units = (
	'ms' => sub { sprintf '%.2f ms', $_[0] },
	'B/s' => sub { sprintf '%.2f kB/s', $_[0] / 1000 },
	'kB' => sub { sprintf '%.1f MB', $_[0] / 1024 },
);

my $server;
my @over;  # limits that were not kept
my @notes; # what makes the figures doubtful

sub median {
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[@sorted / 2];
}

# --- the table

sub print_row {
	my $row = sprintf '%-35s %8s %10s %10s %6s %8s %s', map { $_ // '' } @_[0 .. 6];
	print $row =~ s/ +$//r, "\n";
	return;
}

# A line of the table. Options: floor (what the floor took), limit (of the number), times (limit of
# its ratio to the floor).
sub report {
	my ($what, $sessions, $unit, $number, %opt) = @_;
	my $write = $units{$unit};
	my $ratio = $opt{floor} && $number / $opt{floor};
	my ($limit, $verdict);
	if ($opt{limit} || $opt{times}) {
		$limit = $opt{limit} ? $write->($opt{limit}) =~ s/\.0+ / /r : "$opt{times} x";
		$verdict = ($opt{limit} ? $number > $opt{limit} : $ratio > $opt{times}) ? 'OVER' : 'ok';
		push @over, "$what, $sessions sessions" if $verdict ne 'ok';
	}
	print_row($what, $sessions, $opt{floor} && $write->($opt{floor}), $write->($number),
		$ratio && sprintf('%.2f', $ratio), $limit, $verdict);
	return;
}

# --- processes

# CPU time of a process so far in ms. stat has it in hundredths of a second only.
sub cpu_ms {
	my ($pid) = @_;
	my $ns = 0;
	for my $file (glob "/proc/$pid/task/*/schedstat") {
		$ns += (split ' ', slurp($file))[0] // 0;
	}
	return $ns / 1e6;
}

# Resident memory of a process in kB: all, and what it does not share with files.
sub memory_kb {
	my ($pid) = @_;
	my %kb = slurp("/proc/$pid/smaps_rollup") =~ /^(\w+):\s+(\d+) kB/mg;
	return @kb{qw(Rss Anonymous)};
}

sub pgconntop {
	my ($interval, $database, @args) = @_;
	return ($ENV{PGCONNTOP}, '--config=/dev/null', "--interval=$interval", @args,
		$server->connstr(dbname => $database));
}

sub start_live {
	my ($interval, $database) = @_;
	my $live = Terminal->new(pgconntop($interval, $database));
	$live->{first_frame} = $live->pump_until_text(qr{ \d+/\d+ .* free}s) - $live->{start};
	return $live;
}

# --- the floor

# What pgconntop asks of this server, from the server's own mouth: the statement on the activity;
# and this without the way it cuts queries, which is the bare function scan.
sub statements {
	my $before = length $server->log;
	my ($status, undef, $err) = run_program([pgconntop(1, 'postgres', qw(--watch --count=1))],
		env => { PGOPTIONS => '-c log_statement=all' });
	$status eq '0' or die "$ENV{PGCONNTOP}: status $status\n$err";
	substr($server->log, $before) =~ /(SELECT pid, [^;]* FROM \S*pg_stat_get_activity\(NULL\))/
	    or die "the log has no statement on the activity\n";
	my $same = $1;
	my $bare = $same =~ s/\S*\bsubstr\(.*?\bquery\b.*?, \d+\)/query/r;
	$same ne $bare or die "the statement does not cut queries: $same\n";
	return ($same, $bare);
}

# Settings as pgconntop's, or it would get other bytes.
sub start_floor {
	my ($statement) = @_;
	return Program->start([$ENV{FLOOR}, '--interval=' . INTERVAL, '--count=' . REFRESHES,
			$server->connstr, $statement],
		env => { PGCLIENTENCODING => 'SQL_ASCII', PGTZ => 'UTC',
			PGOPTIONS => '-c bytea_output=escape' });
}

# Its CPU time per refresh in ms: its own, its backend's.
sub floor_result {
	my ($floor) = @_;
	my $status = $floor->wait(30);
	my %result = $floor->out =~ /(\w+) (-?[\d.]+)/g;
	$status eq '0' or die "$ENV{FLOOR}: status $status\n", $floor->err;
	$result{server_us} > 0 or die "$ENV{FLOOR} cannot see the CPU time of its backend\n";
	return { client => $result{client_us} / 1000, server => $result{server_us} / 1000 };
}

# --- against the floor

# A database that nobody else uses had as many transactions as refreshes, or pgconntop left some
# out.
sub check_refreshes {
	my ($database) = @_;
	my $count = $server->psql("select xact_commit from pg_stat_database where datname = '$database'");
	push @notes, "$database: $count transactions in " . REFRESHES . ' refreshes'
	    if $count < REFRESHES;
	return;
}

# A screen, a report and two floors at once, each a quarter of the interval after the other: what
# else the machine does hits them alike. CPU in ms per refresh, memory in kB.
sub measure_cost {
	my ($sessions, $same, $bare) = @_;
	my $database = "live$sessions";
	$server->psql("create database $database");
	my $live = start_live(INTERVAL, $database);
	my $wait_turn = sub {
		my $due = $live->{start} + INTERVAL * $_[0] / 4;
		$due += INTERVAL while $due < time;
		$live->pump($due - time);
	};
	my $backend = $server->psql("select pid from pg_stat_activity where datname = '$database'");
	$wait_turn->(1);
	my $watch = Program->start([pgconntop(INTERVAL, 'postgres', '--watch',
				'--show=summary,applications')]);
	$wait_turn->(2);
	my $same_floor = start_floor($same);
	$wait_turn->(3);
	my $bare_floor = start_floor($bare);
	$live->pump_burst;
	my %pids = (screen => $live->pid, server => $backend, watch => $watch->pid);
	my %cpu = map { $_ => cpu_ms($pids{$_}) } keys %pids;
	$live->pump(INTERVAL * REFRESHES / 2);
	my @memory = map { [memory_kb($_->pid)] } $live, $same_floor;
	$live->pump(INTERVAL * REFRESHES / 2);
	$cpu{$_} = (cpu_ms($pids{$_}) - $cpu{$_}) / REFRESHES for keys %pids;
	my %result = (%cpu, same => floor_result($same_floor), bare => floor_result($bare_floor),
		memory => $memory[0], floor_memory => $memory[1]);
	$watch->signal('TERM');
	$watch->wait(10);
	$live->stop;
	check_refreshes($database);
	return \%result;
}

sub report_cost {
	my ($sessions, @statements) = @_;
	my $active = $server->load('--active=' . ACTIVE);
	my $cost = measure_cost($sessions, @statements);
	my $limited = $sessions == 1000;
	report('client CPU per refresh, screen', $sessions, 'ms', $cost->{screen},
		floor => $cost->{same}{client}, $limited ? (times => 3) : ());
	report('client CPU per refresh, --watch', $sessions, 'ms', $cost->{watch},
		floor => $cost->{same}{client});
	report('server CPU per refresh, bare scan', $sessions, 'ms', $cost->{server},
		floor => $cost->{bare}{server}, times => 1.2);
	report('server CPU per refresh, same query', $sessions, 'ms', $cost->{server},
		floor => $cost->{same}{server});
	report('resident memory', $sessions, 'kB', $cost->{memory}[0],
		floor => $cost->{floor_memory}[0], $limited ? (limit => 10 * 1024) : ());
	report('of this not shared with files', $sessions, 'kB', $cost->{memory}[1],
		floor => $cost->{floor_memory}[1]);
	return;
}

require "$Bin/batch.pl";
require "$Bin/ways.pl";

# From exec to the end of the first screen with data.
sub report_first_frame {
	my ($sessions) = @_;
	my @times = map { start_live(2, 'postgres')->{first_frame} * 1000 } 1 .. FRAMES;
	report('first frame, median of ' . FRAMES, $sessions, 'ms', median(@times), limit => 100);
	return;
}

# --- on the terminal

# Milliseconds from keys to the first bytes that answer, undef where none came in a second; the
# server stands still meanwhile.
sub frozen_keys {
	my ($terminal, $count, @keys) = @_;
	my @times;
	$server->freeze;
	$terminal->pump(SETTLE); # until it waits for an answer
	for my $i (0 .. $count - 1) {
		my $seconds = $terminal->key($keys[$i % @keys], 1);
		push @times, defined $seconds ? $seconds * 1000 : undef;
		$terminal->pump(0.02);
	}
	$server->thaw;
	return @times;
}

# All sessions are idle.
sub report_quiet {
	my ($sessions) = @_;
	my $live = start_live(2, 'postgres');
	$live->pump(SETTLE);
	my $bytes = $live->{bytes};
	$live->pump(QUIET_TIME);
	report('bytes to an unchanging screen', $sessions, 'B/s', ($live->{bytes} - $bytes) / QUIET_TIME,
		limit => 2000);
	my @times = sort { $a <=> $b } map { $_ // 1000 } frozen_keys($live, KEYS, qw(j k));
	report('key, server stopped, median of ' . KEYS, $sessions, 'ms', median(@times), limit => 16);
	report('key, server stopped, 19 of 20', $sessions, 'ms', $times[0.95 * @times], limit => 16);
	report('key, server stopped, slowest', $sessions, 'ms', $times[-1]);
	return;
}

# How many sessions are left, to one who looks.
sub herd_left {
	my ($watcher) = @_;
	return $watcher->query(
		q{SELECT count(*) FROM pg_stat_get_activity(NULL) WHERE application_name = 'herd'});
}

# The least it can take: one statement that ends so many sessions, until the last one is gone, in ms.
sub measure_bare_act {
	my ($sessions, $watcher) = @_;
	my $herd = $server->load("--idle=$sessions", '--idle-app=herd');
	my $start = time;
	$watcher->query(q{SELECT count(pg_terminate_backend(pid)) FROM pg_stat_get_activity(NULL)
		WHERE application_name = 'herd'});
	select undef, undef, undef, 0.01 while herd_left($watcher) > 0 && time - $start < 20;
	return (time - $start) * 1000;
}

# From the number typed to the last of so many sessions gone, and keys (^L, until the screen begins
# anew) meanwhile. A connection of our own counts who is left.
sub report_act {
	my ($sessions) = @_;
	my $watcher = PgClient->new($server, application_name => 'watcher');
	my $floor = measure_bare_act($sessions, $watcher);
	my $herd = $server->load("--idle=$sessions", '--idle-app=herd');
	my $live = Terminal->new(pgconntop(2, 'postgres', '--kill-log=' . $server->host . '/kill.log'));
	$live->pump_until_text(qr{ \d+/\d+ .* free}s);
	for my $keys ('3', '/', "application=herd\r", '*', 'K', $sessions) {
		syswrite $live->{tty}, $keys;
		$live->pump(SETTLE / 4);
	}
	my ($start, $left, @times) = (time, $sessions);
	syswrite $live->{tty}, "\r";
	while ($left > 0 && time - $start < 20) {
		$live->forget;
		my $sent = time;
		syswrite $live->{tty}, "\x0c";
		push @times, $live->pump(1, sub { $live->{text} =~ /\e\[2J|\e\[H\e\[J/ })
		    ? ($live->{last} - $sent) * 1000 : 1000;
		select undef, undef, undef, 0.01;
		$left = herd_left($watcher);
	}
	report('terminated, the last one gone', $sessions, 'ms', (time - $start) * 1000, floor => $floor, limit => 1000);
	@times = sort { $a <=> $b } @times;
	report('key meanwhile, median of ' . @times, $sessions, 'ms', median(@times), limit => 16);
	report('key meanwhile, slowest', $sessions, 'ms', $times[-1]);
	return;
}

# --- beside its peers

# Programs, what their first screen has, and a key that they answer.
sub peers {
	my @login = ('-h', $server->host, '-p', $server->port, qw(-U postgres -d postgres));
	return (
		[pgconntop => [pgconntop(1, 'postgres')], qr{ \d+/\d+ .* free}s, 'j'],
		[pg_top => ['pg_top', '-s', 1, @login], qr/\d+ processes:.*COMMAND/s, 'h'],
		[pg_activity => ['pg_activity', '--refresh', 1, @login],
			qr/Sessions: *\d+.*RUNNING QUERIES/s, 'h'],
	);
}

sub measure_peer {
	my ($argv, $pattern, $key) = @_;
	my $terminal = Terminal->new(@$argv);
	my $first = $terminal->pump_until_text($pattern) - $terminal->{start};
	$terminal->pump_burst for 1 .. 2;
	my ($cpu, $bytes) = (cpu_ms($terminal->pid), $terminal->{bytes});
	$terminal->pump(BESIDE_TIME);
	$cpu = (cpu_ms($terminal->pid) - $cpu) / BESIDE_TIME;
	$bytes = ($terminal->{bytes} - $bytes) / BESIDE_TIME;
	my ($memory) = memory_kb($terminal->pid);
	my @times = frozen_keys($terminal, 3, $key);
	my $answer = (grep { !defined } @times) ? 'none in 1 s' : $units{ms}->(max(@times));
	return ($units{ms}->($cpu), $units{'B/s'}->($bytes), $units{kB}->($memory),
		$units{ms}->($first * 1000), $answer);
}

# The lines of a table.
sub beside {
	my ($sessions) = @_;
	my $active = $server->load('--active=' . ACTIVE);
	my $format = "%-12s %12s %12s %12s %12s  %s\n";
	my @lines = ("Beside its peers: $sessions sessions, a refresh each second\n",
		sprintf $format, 'PROGRAM', 'CLIENT CPU', 'TO TERMINAL', 'RESIDENT', 'FIRST FRAME',
		'KEY, SERVER STOPPED');
	for (peers()) {
		my ($name, @how) = @$_;
		my $path = $how[0][0];
		my $there = -x $path || grep { -x "$_/$path" } split /:/, $ENV{PATH};
		my @figures = $there ? eval { measure_peer(@how) } : ();
		my $why = $there ? $@ =~ s/\n.*//sr : 'not installed';
		$server->thaw;
		push @lines, @figures ? sprintf $format, $name, @figures : "$name: $why\n";
	}
	return @lines;
}

# --- all of it

sub check_place {
	-r '/proc/self/schedstat' && -r '/proc/self/smaps_rollup' && -e '/dev/ptmx'
	    or die "the bench needs Linux with /proc/PID/schedstat and smaps_rollup\n";
	for my $name (qw(PGCONNTOP LOAD FLOOR)) {
		-x ($ENV{$name} // '') or die "the environment's $name is no program (use make bench)\n";
	}
	return;
}

sub print_place {
	my ($model) = slurp('/proc/cpuinfo') =~ /^model name\s*: (.*)/m;
	my $count = () = slurp('/proc/cpuinfo') =~ /^processor\s*:/mg;
	my ($load) = slurp('/proc/loadavg') =~ /(\S+)/;
	my $major = $server->major;
	print "PostgreSQL $major, $count x ", $model // 'CPU', ", load $load before\n\n";
	return;
}

sub run {
	my ($idle, @loads, @beside) = (0);
	check_place();
	$server = PgServer->new(bindir => (PgServer::bindirs())[0], conf => { max_connections => SLOTS });
	my @statements = statements();
	print_place();
	print_row(qw(MEASURE SESSIONS FLOOR PGCONNTOP RATIO LIMIT));
	report_act(500);
	for my $sessions (100, 1000, 2000) {
		push @loads, $server->load('--idle=' . ($sessions - ACTIVE - $idle));
		$idle = $sessions - ACTIVE;
		report_cost($sessions, @statements);
		report_first_frame($sessions);
		next if $sessions != 1000;
		push @notes, report_batch($server, $sessions, $statements[0]);
		report_quiet($sessions);
		@beside = beside($sessions);
	}
	report_ways($server, 2000);
	print "\n", @beside, "\n";
	print "doubtful: $_\n" for @notes;
	print "over its limit: $_\n" for @over;
	print "all limits kept\n" if !@over;
	return;
}

$| = 1;
my $start = time;
run();
undef $server;
printf "%.0f s\n", time - $start;
