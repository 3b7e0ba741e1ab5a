# SPDX-License-Identifier: PostgreSQL
# Which server /proc is about: found by socket, port, data directory; refused in words when it is
# not to be seen. What another account sees; a server that is stopped, or goes away; titles that are
# cut off.
use strict;
use warnings;

use FindBin;
use IO::Socket::INET;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

plan skip_all => 'there is no /proc/PID/stat here' if !-r '/proc/self/stat';

sub proc {
	my ($server, @args) = @_;
	return report($server, args => ['--via=proc', @args]);
}

sub refused {
	my ($pattern, $what, @args) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return complaint([monitor(undef, args => ['--via=proc', @args])], 2, qr/no server process to be seen: $pattern/,
		$what);
}

sub check_found {
	my ($server, $other) = @_;
	my @sessions = map { PgClient->new($server) } 1 .. 3;
	is(proc($server)->{slots}{used}, 3, 'by the directory of its socket');
	is(report(undef, args => ['--via=proc', '-h', '127.0.0.1', '-p', $server->port])->{slots}{used}, 3, 'by its port');
	my $report = report(undef, args => ['--via=proc', '-h', $server->host, '-p', $server->port,
		'--pgdata=' . $server->data]);
	is($report->{slots}{used}, 3, 'by its data directory');
	is($report->{server}{port}, $server->port, 'which knows the port');
	is(proc($other)->{slots}{used}, 0, 'it is not the other one');
	return;
}

sub check_refused {
	my ($server, $other) = @_;
	my $dir = $server->host;
	refused(qr/far may be another machine/, 'another machine', '-h', 'far');
	refused(qr/no server listens on the socket \Q$dir\E/, 'no such socket', '-h', $dir, '-p', 1);
	refused(qr/no server here has a Unix socket for port 1/, 'no such port', '-h', 'localhost', '-p', 1);
	refused(qr/there is no \Q$dir\E.postmaster\.pid/, 'no data directory', "--pgdata=$dir");
	refused(qr/--pgdata=\S+: No such file/, 'nothing at all', "--pgdata=$dir/none");
	# What other servers, and others than servers, have left there.
	my $false = "$dir/false";
	my %pids = ("$$\n$false\n" => qr/process $$ is perl/, '-1' => qr/.*does not name a server's process/,
		"4194304\n" => qr/.*is not to be seen in .proc/, $other->pid . "\n" => qr/process \d+ (?:works in|belongs to)/);
	mkdir $false or die "$false: $!";
	for my $text (sort keys %pids) {
		open my $out, '>', "$false/postmaster.pid" or die "$false: $!";
		print $out $text;
		close $out or die "$false: $!";
		refused($pids{$text}, 'a wrong postmaster.pid', "--pgdata=$false");
	}
	return;
}

# Neither its data directory nor its port make a server the one that a login goes to.
sub check_meant {
	my ($server, $other) = @_;
	my $full = PgServer->new(conf => { max_connections => 5, superuser_reserved_connections => 0, max_wal_senders => 0 });
	my @taken = PgClient->fill($full);
	my @sessions = map { PgClient->new($other) } 1 .. 3;
	my ($dir, $port, $data) = ($other->host, $other->port, $other->data);
	my $why = qr/--pgdata=\Q$data\E is the server of port $port, but the connection goes to \S+: for that server give -h \Q$dir\E -p $port,/;
	refused($why, 'another server is full', "--pgdata=$data", $full->connstr);
	refused($why, 'another port', "--pgdata=$data", '-h', $dir, '-p', $full->port);
	refused($why, 'another directory', "--pgdata=$data", '-h', $full->host, '-p', $port);
	refused($why, 'another machine', "--pgdata=$data", '-h', 'far', '-p', $port);
	complaint([monitor($full, args => ["--pgdata=$data"])], 2, qr/all slots in use.*no way in by \/proc: $why/, 'nor by a refusal');
	for my $way (qw(auto proc)) {
		my ($status) = run_program([$ENV{PGCONNTOP}, qw(--kill-idle=0s --yes --config=/dev/null), "--kill-log=$dir/kill.log", "--via=$way",
			"--pgdata=$data", $full->connstr], session => 1);
		is($status, 2, "nobody is ended by $way");
	}
	is($_->query('select 1'), 1, 'a session of the other one goes on') for @sessions;
	my @at = ('-h', '127.0.0.1', '-p', $port);
	is(report(undef, args => ['--via=proc', "--pgdata=$data", @at])->{slots}{used}, 3, 'its own port of this machine');
	SKIP: {
		my $tunnel = IO::Socket::INET->new(LocalAddr => '127.0.0.2', LocalPort => $port, Listen => 1)
			or skip 'no second loopback address', 3;
		$at[1] = '127.0.0.2';
		refused($why, 'a tunnel at that port', "--pgdata=$data", @at);
		refused(qr/on port $port of 127\.0\.0\.2 listens another program than the server of that port here/,
			'also without a data directory', @at);
	}
	return;
}

# In a pid namespace of our own the server is not to be seen; nor is one in there to be taken.
sub check_namespaces {
	my ($server) = @_;
	my @unshare = qw(unshare --pid --fork --mount-proc);
	SKIP: {
		skip 'no pid namespaces for us', 2 if (run_program([@unshare, 'true']))[0] ne '0';
		my @look = ($ENV{PGCONNTOP}, qw(--watch --count=1 --via=proc --config=/dev/null));
		complaint([run_program([@unshare, @look, $server->connstr])], 2, qr/in another pid namespace, such as a container/,
			'out of a pid namespace');
		complaint([run_program([@unshare, @look, '--pgdata=' . $server->data])], 2, qr/is not to be seen in .proc/,
			'also by the data directory');
	}
	return;
}

# A server in a pid namespace of its own, as in a container: its processes are to be seen, under numbers
# that its own files do not know.
sub check_container {
	my ($server) = @_;
	SKIP: {
		my $account = $server->{account} or skip 'only root makes pid namespaces', 4;
		my @in = (qw(unshare --pid --fork --kill-child setpriv --clear-groups), "--reuid=$account->[0]", "--regid=$account->[1]");
		skip 'no pid namespaces for us', 4 if (run_program([@in, 'true']))[0] ne '0';
		$server->stop;
		my ($bindir, $data, $dir) = ($server->bindir, $server->data, $server->host);
		my $program = Program->start([@in, "$bindir/postgres", '-D', $data], dir => $dir, session => 1, log => "$dir/log.in");
		wait_until { slurp("$data/postmaster.pid") =~ /^ready/m } 60, 'the server in there';
		refused(qr/process \d+ is in a pid namespace of its own, a container's; run pgconntop .* inside its container/, 'a server in there', '-h', $dir, '-p', $server->port);
		refused(qr/process \d+ is [^;]*, not a server|is not to be seen in .proc/, 'also by its data directory', "--pgdata=$data");
		my $session = PgClient->new($server);
		is(report($server)->{via}, 'client', 'a login is possible as ever');
		$session->close;
		my $pid = $program->pid;
		kill 'INT', slurp("/proc/$pid/task/$pid/children") =~ /\d+/g;
		is($program->wait(30), 0, 'it ends');
	}
	return;
}

# Another account sees who there is, and is told whom it takes to act.
sub check_account {
	my ($server) = @_;
	SKIP: {
		my ($account) = grep { defined && $_->[0] != (stat $server->data)[4] }
			map { my @entry = getpwnam $_; @entry ? [@entry[2, 3]] : undef } qw(nobody daemon bin);
		skip 'no other account for us', 9 if $> != 0 || !$account;
		my @sessions = PgClient->new($server);
		chmod 0755, $server->host or die "chmod: $!";
		my $program = program_for_all();
		my ($status, $out, $err) = run_program([$program, qw(--watch --count=1 --via=proc --config=/dev/null
			--format=json --show=summary), $server->connstr], account => $account, dir => '/');
		is($status, 0, "another account\n$err");
		my $report = Report::decode($out);
		is($report->{slots}{used}, 1, 'sees sessions');
		is($report->{slots}{max_connections}, undef, 'and no limit, which is in files that it may not read');
		my $owner = getpwuid((stat $server->data)[4]);
		like($err, qr/be $owner or root: sudo -u $owner pgconntop/, 'it is told who may end them');
		($status, undef, $err) = run_program([$program, qw(--kill-idle=0s --yes --until=10 --via=proc
			--config=/dev/null), $server->connstr], account => $account, dir => '/');
		is($status, 3, 'a utilization to stop at cannot be met');
		like($err, qr/^pgconntop: how many slots are usable is unknown: --until cannot be met$/m, 'and it says why');
		($status, $out) = run_program([$program, qw(--check --via=proc --config=/dev/null), $server->connstr],
			account => $account, dir => '/');
		is($status, 3, 'nor is it known whether all is well');
		like($out, qr/^PGCONNTOP UNKNOWN - utilization is unknown: how many slots are usable is not known; 1 slots used/, 'and it says why');
		$sessions[0]->query('begin');
		($status, $out) = run_program([$program, qw(--check --via=proc --critical=idle_in_transaction:0
			--protect=user=nobody --config=/dev/null), $server->connstr], account => $account, dir => '/');
		my $pid = $sessions[0]->pid;
		like($out, qr/^next: .*: sudo -u $owner pgconntop -d '[^\n]+' --via=proc --protect=user=nobody --terminate --filter pid=$pid$/m,
			'the command takes the right account, and what protects');
	}
	return;
}

sub check_stopped {
	my ($server) = @_;
	my @sessions = map { PgClient->new($server) } 1 .. 3;
	$server->freeze;
	my ($status, $out, $err) = monitor($server, args => ['--via=proc']);
	is($status, 0, 'a stopped server');
	is(Report::decode($out)->{slots}{used}, 3, 'has its sessions');
	my $pid = $server->pid;
	like($err, qr/process $pid is stopped by a signal: .* kill -CONT $pid/, 'and it is said');
	$server->thaw;
	return;
}

sub check_standby {
	my ($server) = @_;
	my $standby = $server->standby;
	my @sessions = map { PgClient->new($standby) } 1 .. 2;
	my $report = proc($standby);
	ok($report->{server}{in_recovery}, 'a standby');
	is($report->{slots}{used}, 2, 'with its own sessions');
	$report = proc($server);
	ok(defined $report->{server}{in_recovery} && !$report->{server}{in_recovery}, 'a primary');
	is($report->{walsenders}{used}, 1, 'which feeds it');
	return;
}

sub check_lost {
	my ($server) = @_;
	my $watch = Report->watch($server, args => ['--via=proc']);
	$watch->wait_for(sub { ($_[0]{via} // '') eq 'proc' }, 'in');
	$server->stop('immediate');
	$watch->wait_for(sub { ($_[0]{error} // '') =~ /the server's process \d+ is gone/ }, 'the server goes');
	$server->start;
	$watch->{seen} = $watch->count;
	$watch->wait_for(sub { ($_[0]{via} // '') eq 'proc' }, 'and comes back');
	$watch->stop;
	return;
}

# Without arguments and environment there is little room for titles.
sub check_cut {
	my ($server) = @_;
	my $long = 'a' x 40;
	$server->psql("create role $long login superuser; create database $long");
	$server->stop;
	my ($bindir, $data, $dir) = ($server->bindir, $server->data, $server->host);
	my $program = Program->start(['env', '-i', "$bindir/postgres", '-D', $data], account => $server->{account},
		dir => $dir, session => 1, log => "$dir/log.cut");
	wait_until { slurp("$data/postmaster.pid") =~ /^ready/m } 60, 'the server without environment';
	my @sessions = (PgClient->new($server, user => $long, database => $long), PgClient->new($server));
	my $report;
	wait_until { $report = proc($server); (named($report->{sessions}, $sessions[1]->pid) // {})->{state} eq 'idle' } 20, 'titles';
	my ($cut, $whole) = map { named($report->{sessions}, $_->pid) } @sessions;
	is($cut->{state}, 'unknown', 'of a title that is cut off the state is unknown');
	is($cut->{user}, undef, 'and the role');
	is($whole->{state}, 'idle', 'of a short one it is known');
	is($report->{slots}{used}, 2, 'both count');
	@sessions = ();
	$program->signal('INT');
	$program->wait(30);
	return;
}

my $server = PgServer->new;
my $other = PgServer->new;
check_found($server, $other);
check_refused($server, $other);
check_meant($server, $other);
check_namespaces($server);
check_container(PgServer->new);
check_account($server);
check_stopped($server);
check_standby($server);
check_lost($server);
check_cut($server);
done_testing();
