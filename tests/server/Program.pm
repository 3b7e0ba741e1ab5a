# SPDX-License-Identifier: PostgreSQL
# Programs that a test starts, and waiting for things with a limit. Nothing outlives the test:
# neither its end, nor die, nor Ctrl-C, nor kill -9.
#
#   my ($status, $out, $err) = run_program([$pgconntop, '--help'], timeout => 10);
#   my $program = Program->start([$pgconntop, '--watch'], env => { TERM => 'dumb' });
#   wait_ok { $program->out =~ /Slots/ } 10, 'the first report';
#   $program->signal('TERM');
#   is($program->wait(5), 0);
package Program;
use strict;
use warnings;

use Encode ();
use Exporter qw(import);
use File::Copy qw(copy);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Handle;
use POSIX qw(WNOHANG);
use Test::More ();
use Time::HiRes qw(time);

our @EXPORT = qw(program_for_all resident run_program sanitized slurp wait_ok wait_until);

# Seconds, where the caller names none.
use constant TIMEOUT => 60;

my $owner = $$;
my %running; # pid => Program
my $scratch; # directory of inputs and outputs
my $guard;   # pipe to the guard
my $count = 0;

# The outside must not change what tests see: no PG* but our own, no translations.
delete @ENV{ grep { /^PG[A-Z]/ && $_ ne 'PGCONNTOP' } keys %ENV };
delete $ENV{LANGUAGE};
$ENV{LC_ALL} = 'C.UTF-8';

# END does the rest.
my %signals = (HUP => 1, INT => 2, TERM => 15);
for my $name (keys %signals) {
	$SIG{$name} ||= sub { exit 128 + $signals{$name} };
}

# Resident memory of a process, in kB; undef where the system does not say.
sub resident {
	my ($pid) = @_;
	open my $in, '<', "/proc/$pid/status" or return;
	local $/;
	return (<$in> =~ /^VmRSS:\s+(\d+) kB/m)[0];
}

# Whether pgconntop is built with sanitizers: what they keep says nothing about its own memory.
sub sanitized { return slurp($ENV{PGCONNTOP}) =~ /__asan_init/ }

# True as soon as the block is; false, with a diagnosis, when it was not for so many seconds.
sub wait_until (&;$$) {
	my ($condition, $seconds, $what) = @_;
	my $end = time + ($seconds //= TIMEOUT);
	my $nap = 0.001;
	while (1) {
		my $late = time >= $end;
		my $result = $condition->();
		return $result if $result;
		last if $late;
		select undef, undef, undef, $nap;
		$nap = $nap < 0.01 ? $nap * 2 : 0.02;
	}
	Test::More::diag("waited $seconds s in vain" . (defined $what ? " for $what" : ''));
	return;
}

# wait_until as a test of its own: wait_ok { ... } 10, 'what shall come true'.
sub wait_ok (&$$) {
	my ($condition, $seconds, $what) = @_;
	my $result = &wait_until($condition, $seconds, $what);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::ok($result, $what);
}

# The bytes of a file; '' if there is none.
sub slurp {
	my ($path) = @_;
	open my $in, '<:raw', $path or return '';
	local $/;
	return scalar(<$in>) // '';
}

sub _scratch {
	if (!$scratch) {
		$scratch = tempdir('pgconntop-test-XXXXXX', TMPDIR => 1);
		guard_add("dir $scratch");
	}
	return $scratch;
}

# A copy of pgconntop that every account may run: the sources may lie in a home of their own.
sub program_for_all {
	my $path = _scratch() . '/pgconntop';
	copy($ENV{PGCONNTOP}, $path) or die "$path: $!\n";
	chmod 0755, $path, $scratch or die "$path: $!\n";
	return $path;
}

# Runs to the end: (exit status, stdout, stderr). The status is 128 + N after signal N, and
# 'timeout' when it had to be killed. Options: those of start, and timeout in seconds.
sub run_program {
	my ($argv, %opt) = @_;
	my $timeout = delete $opt{timeout};
	my $program = Program->start($argv, %opt);
	my $status = $program->wait($timeout);
	my @result = ($status, $program->out, $program->err);
	unlink $program->{out}, $program->{err} if !$opt{log};
	return @result;
}

# Starts a program. Options: env (name => value, undef takes the name away), stdin (text; nothing
# by default), dir, account ([uid, gid]), session (true: a session of its own), log (a file for
# stdout and stderr).
sub start {
	my ($class, $argv, %opt) = @_;
	my $base = _scratch() . '/' . ++$count;
	my $self = bless {
		argv => $argv,
		out => $opt{log} // "$base.out",
		err => $opt{log} // "$base.err",
	}, $class;
	my $in = '/dev/null';
	if (defined $opt{stdin}) {
		$in = "$base.in";
		open my $text, '>:raw', $in or die "$in: $!";
		print $text utf8::is_utf8($opt{stdin}) ? Encode::encode('UTF-8', $opt{stdin}) : $opt{stdin};
		close $text or die "$in: $!";
	}
	STDOUT->flush;
	STDERR->flush;
	$self->{pid} = fork // die "fork: $!";
	$self->_exec($in, %opt) if !$self->{pid};
	$running{ $self->{pid} } = $self;
	guard_add("pid $self->{pid}");
	return $self;
}

# Only in the child; never comes back, nor runs what the test has planned for its own end.
sub _exec {
	my ($self, $in, %opt) = @_;
	my $env = $opt{env} // {};
	eval {
		POSIX::setsid() if $opt{session};
		open STDIN, '<', $in or die "$in: $!\n";
		open STDOUT, '>>', $self->{out} or die "$self->{out}: $!\n";
		open STDERR, '>>', $self->{err} or die "$self->{err}: $!\n";
		become($opt{account}) if $opt{account};
		!defined $opt{dir} or chdir $opt{dir} or die "$opt{dir}: $!\n";
		defined $env->{$_} ? $ENV{$_} = $env->{$_} : delete $ENV{$_} for keys %$env;
		no warnings 'exec';
		exec { $self->{argv}[0] } @{ $self->{argv} } or die "$self->{argv}[0]: $!\n";
	};
	syswrite STDERR, $@;
	POSIX::_exit(127);
}

# Gives up root for good.
sub become {
	my ($account) = @_;
	my ($uid, $gid) = @$account;
	$) = "$gid $gid";
	POSIX::setgid($gid) or die "setgid $gid: $!\n";
	POSIX::setuid($uid) or die "setuid $uid: $!\n";
}

sub pid { return $_[0]{pid} }
sub out { return slurp($_[0]{out}) }
sub err { return slurp($_[0]{err}) }

# Its status as run_program gives it; undef while it runs.
sub status {
	my ($self) = @_;
	if (!defined $self->{status} && waitpid($self->{pid}, WNOHANG) != 0) {
		$self->{status} = $? & 127 ? 128 + ($? & 127) : $? >> 8;
		delete $running{ $self->{pid} };
		guard_forget("pid $self->{pid}");
	}
	return $self->{status};
}

# To the program alone, by name; not once it has ended, for its number may be another's by then.
sub signal {
	my ($self, $name) = @_;
	return !defined $self->status && CORE::kill($name, $self->{pid});
}

# Waits for its end; kills it when that takes longer. The status, or 'timeout'.
sub wait {
	my ($self, $seconds) = @_;
	return $self->{status} if wait_until { defined $self->status } $seconds,
	    "the end of @{$self->{argv}}";
	$self->kill;
	return 'timeout';
}

# Ends it at once.
sub kill {
	my ($self) = @_;
	$self->signal('CONT');
	$self->signal('KILL');
	wait_until { defined $self->status } 10, 'the end of a killed program';
	return;
}

# The guard is a process that waits for our end. What it was told of and not told to forget by
# then, a "dir PATH" or a "pid NUMBER", it takes away.
sub guard_add {
	my ($what) = @_;
	_start_guard() if !$guard;
	print $guard "+$what\n";
	return;
}

sub guard_forget {
	my ($what) = @_;
	print $guard "-$what\n" if $guard && $$ == $owner;
	return;
}

sub _start_guard {
	pipe my $in, $guard or die "pipe: $!";
	STDOUT->flush;
	STDERR->flush;
	my $pid = fork // die "fork: $!";
	if ($pid) {
		close $in;
		$guard->autoflush(1);
		return;
	}
	$SIG{$_} = 'IGNORE' for qw(INT TERM HUP QUIT PIPE);
	POSIX::setsid();
	# Whoever reads what the test prints must not wait for us.
	POSIX::close($_) for grep { $_ != fileno $in } 0 .. 255;
	my %left;
	while (<$in>) {
		chomp;
		/^\+(.*)/ ? $left{$1} = 1 : delete $left{ substr $_, 1 };
	}
	eval { _take_away(keys %left) };
	POSIX::_exit(0);
}

# SIGQUIT is the immediate shutdown of a PostgreSQL server, and the end of most else.
sub _take_away {
	my @pids = map { /^pid (\d+)/ } @_;
	CORE::kill 'CONT', @pids;
	CORE::kill 'QUIT', @pids;
	my $end = time + 6;
	while (time < $end && grep { CORE::kill 0, $_ } @pids) {
		select undef, undef, undef, 0.02;
	}
	CORE::kill 'KILL', @pids;
	remove_tree(map { /^dir (.+)/ } @_);
	return;
}

END {
	if ($$ == $owner) {
		local $?;
		$_->kill for values %running;
		remove_tree($scratch) if $scratch;
		guard_forget("dir $scratch") if $scratch;
	}
}

1;
