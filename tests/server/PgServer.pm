# SPDX-License-Identifier: PostgreSQL
# A throw-away PostgreSQL server for a test: in a directory of its own, on a Unix socket there and
# a free port of 127.0.0.1, under an unprivileged account when the test runs as root. The superuser
# is `postgres`, its password (auth => 'scram-sha-256') `secret`.
#
#   PgServer::each_version(sub {
#       my ($bindir) = @_;
#       my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
#       my $load = $server->load('--idle=5');
#       is($server->psql('select 6 * 7'), 42);
#       my ($status, $out, $err) = run_program([$ENV{PGCONNTOP}, $server->connstr]);
#   });
package PgServer;
use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use Scalar::Util qw(weaken);
use Test::More ();
use lib dirname(__FILE__);
use Program;

our @EXPORT = @Program::EXPORT;

use constant {
	IPC_RMID => 0,
	PASSWORD => 'secret',
	START_TIMEOUT => 60,
	STOP_TIMEOUT => 30,
};

my %modes = (smart => 'TERM', fast => 'INT', immediate => 'QUIT');

# Small and quick; nobody will miss the data.
my %default_conf = (
	dynamic_shared_memory_type => 'mmap', # leaves nothing behind after kill -9
	fsync => 'off',
	full_page_writes => 'off',
	lc_messages => 'C',
	listen_addresses => '127.0.0.1',
	log_line_prefix => '%m [%p] ',
	max_wal_senders => 4,
	shared_buffers => '16MB',
	synchronous_commit => 'off',
);

my %live; # servers to take away at the end, by directory
my $owner = $$;

# Where servers are installed, oldest first: PG_BINDIRS (colons between), else what the system has.
sub bindirs {
	my @dirs = split /:/, $ENV{PG_BINDIRS} // '';
	if (@dirs) {
		-x "$_/postgres" or die "PG_BINDIRS: there is no $_/postgres\n" for @dirs;
	} else {
		my ($status, $out) = run_program(['pg_config', '--bindir']);
		chomp $out;
		@dirs = (split(/:/, $ENV{PATH}), glob('/usr/lib/postgresql/*/bin /usr/pgsql-*/bin'));
		unshift @dirs, $out if $status == 0;
	}
	my %seen;
	@dirs = grep { -x "$_/initdb" && -x "$_/postgres" && !$seen{ abs_path("$_/postgres") }++ } @dirs;
	return sort { version_of($a) <=> version_of($b) } @dirs;
}

# Of the server in a directory, as server_version_num: 150020. A beta of 19 is 190000.
sub version_of {
	my ($bindir) = @_;
	my (undef, $out) = run_program(["$bindir/postgres", '-V']);
	$out =~ /\(PostgreSQL\) (\d+)(?:\.(\d+))?/ or die "$bindir/postgres -V says: $out\n";
	return $1 * 10000 + ($2 // 0);
}

# A subtest for each version; the code gets the bindir and the version. It makes no plan, and its
# death fails that subtest alone.
sub each_version {
	my ($code) = @_;
	my @dirs = bindirs();
	Test::More::plan(skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)') if !@dirs;
	for my $dir (@dirs) {
		my $version = version_of($dir);
		Test::More::subtest('PostgreSQL ' . int($version / 10000) => sub {
			eval { $code->($dir, $version); 1 } or Test::More::fail("died: $@");
			Test::More::done_testing();
		});
	}
	return;
}

# The account of the server: undef is our own.
sub _account {
	return if $> != 0;
	for my $name (qw(postgres nobody)) {
		my (undef, undef, $uid, $gid) = getpwnam $name or next;
		return [$uid, $gid];
	}
	die "a server cannot run as root, and there is neither an account postgres nor nobody\n";
}

# Starts a server. Options: bindir (default: the newest), conf (settings), auth ('trust'), encoding
# ('UTF8'), locale ('C'), initdb_extra (list), start (0: not yet).
sub new {
	my ($class, %opt) = @_;
	my $self = $class->_make_place($opt{bindir}, $opt{conf});
	my $password_file = "$self->{dir}/password";
	open my $out, '>', $password_file or die "$password_file: $!";
	print $out PASSWORD, "\n";
	close $out;
	$self->_run('initdb', '-D', $self->data, '-U', 'postgres', '-A', $opt{auth} // 'trust',
		"--pwfile=$password_file", '-E', $opt{encoding} // 'UTF8', '--locale=' . ($opt{locale} // 'C'),
		'--no-sync', @{ $opt{initdb_extra} // [] });
	$self->start if $opt{start} // 1;
	return $self;
}

# The directory of a German locale, made if that can be, which a server speaks that has lc_messages
# de_DE.UTF-8 and finds it in LOCPATH; undef for none.
sub german {
	my $dir = tempdir(CLEANUP => 1);
	chmod 0755, $dir;
	run_program([qw(localedef -i de_DE -f UTF-8), "$dir/de_DE.UTF-8"]);
	return -e "$dir/de_DE.UTF-8/LC_MESSAGES" ? $dir : undef;
}

# A hot standby of this server, in a place of its own. Options: conf.
sub standby {
	my ($self, %opt) = @_;
	my $standby = ref($self)->_make_place($self->bindir, { %{ $self->{conf} }, %{ $opt{conf} // {} } });
	delete $standby->{conf}{port};
	$standby->_run('pg_basebackup', '-D', $standby->data, '-d', $self->connstr, '-R', '-X', 'stream',
		'--checkpoint=fast', '--no-sync');
	$standby->start;
	return $standby;
}

# The object and its directories. The path is short, for that of a socket may have 107 bytes.
sub _make_place {
	my ($class, $bindir, $conf) = @_;
	my $self = bless { account => scalar _account(), conf => { %{ $conf // {} } } }, $class;
	$self->{bindir} = $bindir // (bindirs())[-1] // die "no PostgreSQL server found\n";
	$self->{version} = version_of($self->{bindir});
	my $parent = $ENV{TMPDIR} // '/tmp';
	$parent = '/tmp' if length $parent > 60 || $> == 0;
	$self->{dir} = tempdir('pgct-XXXXXX', DIR => $parent);
	weaken($live{ $self->{dir} } = $self);
	Program::guard_add("dir $self->{dir}");
	chown @{ $self->{account} }, $self->{dir} or die "chown $self->{dir}: $!" if $self->{account};
	return $self;
}

# Runs a program of the server's installation under its account; dies if that fails.
sub _run {
	my ($self, $name, @args) = @_;
	my ($status, $out, $err) = run_program(["$self->{bindir}/$name", @args],
		account => $self->{account}, dir => $self->{dir}, timeout => 120);
	$status eq '0' or die "$name: status $status\n$out$err";
	return $out;
}

sub bindir { return $_[0]{bindir} }
sub version { return $_[0]{version} }
sub major { return int($_[0]{version} / 10000) }
sub data { return "$_[0]{dir}/data" }
sub host { return $_[0]{dir} }
sub port { return $_[0]{port} }
sub pid { return $_[0]{postmaster} && $_[0]{postmaster}->pid }
sub log_file { return "$_[0]{dir}/log" }
sub log { return slurp($_[0]->log_file) }

# A connection string: of the superuser over the Unix socket, or with tcp => 1 over TCP; the other
# options are libpq's.
sub connstr {
	my ($self, %opt) = @_;
	my $host = delete $opt{tcp} ? '127.0.0.1' : $self->host;
	my %all = (host => $host, port => $self->port, user => 'postgres', dbname => 'postgres', %opt);
	s/([\\'])/\\$1/g for values %all;
	return join ' ', map { "$_='$all{$_}'" } sort keys %all;
}

# Options of connstr with which it looks like a server on another machine.
sub far { return (host => 'far', hostaddr => '0.0.0.0') }

# The same as environment.
sub env {
	my ($self, %opt) = @_;
	my $host = delete $opt{tcp} ? '127.0.0.1' : $self->host;
	return (PGHOST => $host, PGPORT => $self->port, PGUSER => 'postgres', PGDATABASE => 'postgres',
		%opt);
}

# Runs statements; what they print, unaligned and without headers. Dies if one fails. Options:
# those of connstr, timeout.
sub psql {
	my ($self, $sql, %opt) = @_;
	my ($status, $out, $err) = $self->psql_rc($sql, %opt);
	$status eq '0' or die "psql: status $status\n$err";
	chomp $out;
	return $out;
}

# The same, but gives (exit status, stdout, stderr).
sub psql_rc {
	my ($self, $sql, %opt) = @_;
	my $psql = -x "$self->{bindir}/psql" ? "$self->{bindir}/psql" : 'psql';
	my $timeout = delete $opt{timeout};
	return run_program([$psql, qw(-X -A -t -q -w -v ON_ERROR_STOP=1 -f - -d), $self->connstr(%opt)],
		stdin => $sql, env => { PGPASSWORD => PASSWORD, PGCONNECT_TIMEOUT => 30 }, timeout => $timeout);
}

sub _write_conf {
	my ($self) = @_;
	my %conf = (%default_conf, unix_socket_directories => $self->host, port => $self->port,
		%{ $self->{conf} });
	my $conf = $self->data . '/postgresql.conf';
	if (slurp($conf) !~ /^include 'pgserver\.conf'/m) {
		open my $out, '>>', $conf or die "$conf: $!";
		print $out "include 'pgserver.conf'\n";
		close $out or die "$conf: $!";
	}
	open my $out, '>', $self->data . '/pgserver.conf' or die "pgserver.conf: $!";
	for my $name (sort keys %conf) {
		print $out "$name = '", $conf{$name} =~ s/'/''/gr, "'\n";
	}
	close $out or die "pgserver.conf: $!";
	return;
}

sub _free_port {
	my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "no port: $@";
	return $socket->sockport;
}

# Starts it; somebody may take the port that was free a moment ago, so there are several tries.
sub start {
	my ($self) = @_;
	die "the server runs already\n" if $self->{postmaster};
	for my $try (1 .. 5) {
		$self->{port} = _free_port() if !$self->{port} || $try > 1;
		$self->_write_conf;
		my $old = length $self->log;
		$self->{postmaster} = Program->start(["$self->{bindir}/postgres", '-D', $self->data],
			account => $self->{account}, dir => $self->{dir}, session => 1, log => $self->log_file);
		return if $self->_wait_for_start;
		my $new = substr $self->log, $old;
		$self->{postmaster}->kill;
		delete $self->{postmaster};
		die "the server did not start:\n$new" if $new !~ /Address already in use/;
	}
	die "no free port in five tries\n";
}

sub _wait_for_start {
	my ($self) = @_;
	my $pid = $self->pid;
	my $state = wait_until {
		return 'dead' if defined $self->{postmaster}->status;
		my @lines = split /\n/, slurp($self->data . '/postmaster.pid');
		@lines >= 8 && $lines[0] == $pid && $lines[7] =~ /^(?:ready|standby)/ && 'ready';
	} START_TIMEOUT, 'the start of a server';
	return $state && $state eq 'ready';
}

# Stops it: fast, smart or immediate. True if it went that way; else it is gone all the same.
sub stop {
	my ($self, $mode) = @_;
	my $postmaster = $self->{postmaster} or return 1;
	my $signal = $modes{ $mode //= 'fast' } or die "there is no mode $mode\n";
	$self->thaw;
	$postmaster->signal($signal);
	my $ok = wait_until { defined $postmaster->status } STOP_TIMEOUT, "a $mode shutdown";
	return $self->kill9 if !$ok;
	delete $self->{postmaster};
	return 1;
}

# Starts it anew, with changed settings if there are any (undef: the default again).
sub restart {
	my ($self, $mode, %conf) = @_;
	my $ok = $self->stop($mode);
	$self->configure(%conf);
	$self->start;
	return $ok;
}

# Changes settings: for the next start or reload.
sub configure {
	my ($self, %conf) = @_;
	defined $conf{$_} ? $self->{conf}{$_} = $conf{$_} : delete $self->{conf}{$_} for keys %conf;
	$self->_write_conf if $self->{port};
	return;
}

sub reload {
	my ($self, %conf) = @_;
	$self->configure(%conf);
	return $self->{postmaster}->signal('HUP');
}

# Makes a primary of a standby.
sub promote {
	my ($self) = @_;
	open my $out, '>', $self->data . '/promote' or die "promote: $!";
	close $out;
	$self->{postmaster}->signal('USR1');
	return wait_until { $self->psql('select pg_is_in_recovery()') eq 'f' } START_TIMEOUT, 'promotion';
}

# Stops all processes of the server in their tracks.
sub freeze {
	my ($self) = @_;
	$self->{postmaster}->signal('STOP');
	kill 'STOP', $self->_children;
	return;
}

sub thaw {
	my ($self) = @_;
	return if !$self->{postmaster} || defined $self->{postmaster}->status;
	kill 'CONT', $self->_children;
	$self->{postmaster}->signal('CONT');
	return;
}

# Gone in no time, as in a crash. False, so that stop can say so.
sub kill9 {
	my ($self) = @_;
	my $postmaster = delete $self->{postmaster} or return 0;
	my @children = $self->_children($postmaster->pid);
	my ($id) = slurp($self->data . '/postmaster.pid') =~ /^ *\d+ +(\d+)$/m;
	$postmaster->kill;
	kill 'KILL', @children;
	wait_until { !grep { kill 0, $_ } @children } 10, 'the end of killed server processes';
	shmctl $id, IPC_RMID, 0 if defined $id;
	return 0;
}

# Numbers of the server's processes but the first. They do not change hands while that one lives.
sub _children {
	my ($self, $parent) = @_;
	$parent //= $self->pid;
	my @children;
	if (-r '/proc/self/stat') {
		for my $stat (map { slurp($_) } glob '/proc/[0-9]*/stat') {
			push @children, $1 if $stat =~ /^(\d+) \(.*\) \S (\d+) /s && $2 == $parent;
		}
	} else {
		my (undef, $out) = run_program([qw(ps -A -o pid= -o ppid=)]);
		push @children, $1 while $out =~ /^\s*(\d+)\s+$parent\s*$/mg;
	}
	return @children;
}

# Starts the load program (environment LOAD) on the server and waits until its sessions stand. They
# end with the object that this gives, or by its stop.
sub load {
	my ($self, @args) = @_;
	return PgServer::Load->_start($self, @args);
}

sub _clean {
	my ($self) = @_;
	return if !delete $live{ $self->{dir} };
	$self->stop('immediate');
	remove_tree($self->{dir});
	Program::guard_forget("dir $self->{dir}");
	return;
}

sub DESTROY {
	my ($self) = @_;
	local ($?, $@, $!);
	$self->_clean if $$ == $owner && $self->{dir};
	return;
}

END {
	if ($$ == $owner) {
		local $?;
		$_->_clean for grep { defined } values %live;
	}
}

# The load program at work.
package PgServer::Load;
use strict;
use warnings;

BEGIN { Program->import }

sub _start {
	my ($class, $server, @args) = @_;
	my $load = $ENV{LOAD} // die "LOAD does not name the load program\n";
	my $ready = "$server->{dir}/load" . ++$server->{loads};
	my $program = Program->start([$load, '--conninfo=' . $server->connstr, "--ready=$ready", @args],
		env => { PGPASSWORD => PgServer::PASSWORD });
	my $self = bless { program => $program, owner => $$ }, $class;
	wait_until { -e $ready || defined $program->status } undef, 'the sessions of the load program';
	-e $ready or die 'the load program did not get ready: ', $program->err, "\n";
	@$self{qw(standing refused)} = slurp($ready) =~ /(\d+)/g;
	return $self;
}

sub pid { return $_[0]{program}->pid }

# How many of its sessions stood, and how many the full server had refused, when it got ready.
sub standing { return $_[0]{standing} }
sub refused { return $_[0]{refused} }

# Ends its sessions; its exit status.
sub stop {
	my ($self) = @_;
	$self->{program}->signal('TERM');
	return $self->{program}->wait(20);
}

sub DESTROY {
	my ($self) = @_;
	local ($?, $@, $!);
	$self->stop if $$ == $self->{owner} && !defined $self->{program}->status;
	return;
}

1;
