# SPDX-License-Identifier: PostgreSQL
# --check: what a monitoring system is told of every kind of trouble, with which status, in time.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use IO::Socket::INET;
use lib $FindBin::Bin;
use Check;
use PgClient;
use PgServer;
use Test::More;

my $dir = tempdir(CLEANUP => 1);

sub check_levels {
	my ($server) = @_;
	my $answer = answers($server, 0, qr/^1 of 17 slots used \(5\.9 %\), 16 free: active 1$/, 'nobody there');
	my $labels = join ' ', sort keys %{ $answer->{figures} };
	is_deeply($answer->{figures}{used}, { value => 1, unit => '', warning => '', critical => '', least => 0, most => 20 },
		'the used slots');
	is($answer->{figures}{$_}{value}, 0, "$_ is there, and 0") for qw(idle in_transaction aborted refused churn);
	is($answer->{figures}{pool_plan}{value}, undef, 'what is not known is U');
	like($answer->{details}, qr/^\S+: PostgreSQL \S+ primary, max_connections 20, via client\npgconntop has 1: active 1\n\z/,
		'lines for who looks closer');
	my $load = $server->load('--idle=11');
	$answer = answers($server, 1, qr/^utilization 70\.6 %: idle has 11 \(limit 70\.0 %\); idle 91\.7 %: .*; 12 of 17 slots used/,
		'at 70 %');
	is_deeply([@{ $answer->{figures}{utilization} }{qw(value unit warning critical)}], ['70.59', '%', 70, 85], 'its figure');
	like($answer->{details}, qr/^WARNING utilization: .*\nWARNING idle_ratio: .*\nnext: no session is idle for over .*\nidle has 11: idle 11\n/m, 'what fired, who has them');
	is(join(' ', sort keys %{ $answer->{figures} }), $labels, 'the labels stay the same');
	my $more = $server->load('--idle=3');
	answers($server, 2, qr/^utilization 88\.2 %: .* \(limit 85\.0 %\); /, 'above 85 %');
	return;
}

sub check_limits {
	my ($server) = @_;
	my @calm = ('--warning=idle_ratio:off');
	my $open = PgClient->new($server);
	$open->query('begin');
	my @open = map { ("--$_=idle_in_transaction:0", "--$_=long_transaction:0") } qw(warning critical);
	answers($server, 2, qr/^idle in transaction/, 'an open transaction', args => \@open);
	answers($server, 0, qr/^2 of 17/, 'which nobody asks for', args => [@open, '--warning=all:off', '--critical=all:off',
		'--warning=utilization:70', '--critical=utilization:85']);
	answers($server, 2, qr/^utilization 11\.8 %/, 'but for the slots', args => [@open, '--warning=all:off',
		'--critical=all:off', '--critical=utilization:10']);
	answers($server, 3, qr/^warning=all:5: all of them can only be off/, 'all at 5', args => ['--warning=all:5']);
	$open->close;
	my $load = $server->load('--idle=11');
	answers($server, 0, qr/^12 of 17/, 'other limits', args => ['--warning=utilization:80', @calm]);
	answers($server, 2, qr/^utilization 70\.6 %.*\(limit 60\.0 %\)/, 'a lower one', args => ['--critical=utilization:60', @calm]);
	my $answer = answers($server, 1, qr/^utilization/, 'within a range',
		args => ['--warning=utilization:@50:75', '--critical=utilization:~:99', @calm]);
	is_deeply([@{ $answer->{figures}{utilization} }{qw(warning critical)}], ['@50:75', '~:99'], 'ranges are the figure\'s');
	answers($server, 0, qr/^12 of/, 'not within', args => ['--warning=utilization:@80:90', @calm]);
	answers($server, 2, qr/^idle in transaction|^utilization/, 'too few', args => ['--critical=utilization:90:', @calm]);
	return;
}

# Sessions until one is refused.
sub fill {
	my ($server, @opt) = @_;
	my ($session, @sessions);
	push @sessions, $session while !($session = PgClient->try($server, @opt))->error;
	return @sessions;
}

sub check_full {
	my ($server) = @_;
	my $observer = PgClient->new($server);
	my @sessions = fill($server, user => 'narrow');
	my $answer = answers($server, 2, qr/^connection limit of the role reached \(53300, InitializeSessionUserId\): .*"narrow"/,
		'a role at its limit', login => { user => 'narrow' }, args => ['--via=client']);
	is($answer->{figures}{refused}{value}, 1, 'it is counted');
	is($answer->{figures}{used}{value}, undef, 'what it could not see is U');
	answers($server, 1, qr/^role limit 100\.0 %: narrow has 2 of 2/, 'seen by another role',
		args => ['--critical=role_limit:off']);
	@sessions = ();
	$observer->wait_for_sessions(1);
	@sessions = fill($server, user => 'app', database => 'small');
	answers($server, 2, qr/^connection limit of the database reached \(53300, CheckMyDatabase\): /,
		'a database at its limit', login => { user => 'app', dbname => 'small' }, args => ['--via=client']);
	push @sessions, fill($server, user => 'app');
	answers($server, 2, qr/^only superuser slots left \(53300, InitPostgres\): /, 'full for a role', login => { user => 'app' },
		args => ['--via=client']);
	$answer = answers($server, 2, qr/^utilization 1\d\d\.\d %/, 'a superuser looks');
	ok(!$answer->{figures}{free}{value}, 'nothing is free');
	$observer->wait_for_sessions(@sessions + 1);
	push @sessions, fill($server);
	for my $user (qw(app postgres)) {
		$answer = answers($server, 2, qr/^all slots in use \(53300, InitProcess\): sorry, too many/, "full for $user",
			login => { user => $user }, args => ['--via=client']);
		like($answer->{details}, qr/^\S+: free a slot on the server host: sudo -u postgres pgconntop --kill-idle, or kill -TERM/, 'what to do');
	}
	return;
}

# The command of the advice goes to the same server, without any password.
sub check_next {
	my ($server) = @_;
	my ($host, $port) = ($server->host, $server->port);
	my $open = PgClient->new($server, user => 'app');
	$open->query('begin');
	wait_ok { $server->psql("select count(*) from pg_stat_activity where state = 'idle in transaction'") == 1 } 20, 'it is open';
	my @cases = (
		[['-h', $host, '-p', $port, '-U', 'postgres'], "-h $host -p $port -U postgres"],
		[["host=$host password='a\\' b' port=$port user = postgres sslpassword=x"], "-d 'host=$host port=$port user = postgres'"],
		[["postgresql://postgres:geheim\@127.0.0.1:$port/postgres?connect_timeout=5"],
			"-d 'postgresql://postgres\@127.0.0.1:$port/postgres?connect_timeout=5'"],
		[["postgresql://postgres\@127.0.0.1:$port/postgres?password=geheim"], '...'],
		[["host=$host port=$port user=postgres application_name='it''s'"], undef],
		[['-h', "$host,$host", '-p', $port, '-U', 'postgres', '--via=client'], "-h $host,$host -p $port -U postgres --via=client"],
	);
	for my $case (@cases) {
		my ($args, $words) = @$case;
		my $answer = check(undef, args => ['--critical=idle_in_transaction:0', @$args]);
		is($answer->{status}, defined $words ? 2 : 3, "@$args: exit status");
		next if !defined $words;
		my $pid = $open->pid;
		like($answer->{details}, qr/^next: .*: pgconntop \Q$words\E --config=\/dev\/null --terminate --filter pid=$pid$/m, 'the command');
		unlike($answer->{out}, qr/geheim|sslp|a\\/, 'no password');
	}
	check_next_spares($server, $open->pid);
	$open->close;
	return;
}

# It takes what protects along, and gives no command for whom that spares, nor for what may not be done.
sub check_next_spares {
	my ($server, $pid) = @_;
	my @now = ('--critical=idle_in_transaction:0');
	my $next = sub {
		my ($login, @args) = @_;
		return (check($server, login => $login, args => [@now, @args])->{details} =~ /^next: (.*)$/m)[0];
	};
	like($next->({}, '--protect=user=etl', "--protect=application~'it s'"),
		qr/: pgconntop -d .* --config=\/dev\/null --protect=user=etl '?--protect=\S*it s\S* --terminate --filter pid=$pid\z/,
		'what protects is given again');
	like($next->({}, "--protect=pid=$pid"), qr/^pid $pid is idle in a transaction for [^:]*; protected: look before you end it\z/,
		'no command for whom it spares');
	my @many = map { "--protect=user=" . 'x' x 50 . $_ } 1 .. 4;
	like($next->({}, @many), qr/: pgconntop \.\.\. --config=\/dev\/null \Q@many\E --terminate/, 'before the way to the server');
	like($next->({}, @many, @many), qr/^pid $pid is idle in a transaction for [^:;]*\z/, 'and no command without it');
	like($next->({}, '--read-only'), qr/^pid $pid is idle in a transaction for [^:;]*\z/, 'none when nothing may be done');
	like($next->({ user => 'mon' }), qr/^pid $pid is idle.*; role mon may not end it: GRANT pg_signal_backend TO mon\z/,
		'none without the right to');
	my $dump = PgClient->new($server, application_name => 'pg_dump');
	$dump->query($_) for 'begin', 'select pg_advisory_xact_lock(7)';
	my $waits = PgClient->new($server);
	$waits->send_query('select pg_advisory_xact_lock(7)');
	wait_ok {
		($next->({}, '--critical=blocked:1') // '') =~
			/^pid @{[ $dump->pid ]} \(pg_dump\), idle in transaction for .*, holds up 1 session; protected: look before/
	} 20, 'nor for a backup';
	$_->close for $waits, $dump;
	return;
}

sub check_hostile {
	my ($server) = @_;
	my $name = "a|used=0;;;|\x1b[2J\xffb";
	my $long = 'x' x 70;
	my @sessions = map { PgClient->new($server, application_name => $_) } ($name, $long) x 6;
	my $answer = check($server);
	ok(defined $answer->{figures}{used}{value}, 'a name with bars does not break the figures');
	unlike($answer->{out}, qr/[^\x20-\x7e\n\xc2-\xf4\x80-\xbf]/, 'nor the terminal');
	return;
}

sub check_rights {
	my ($server) = @_;
	my $session = PgClient->new($server);
	my $answer = answers($server, 0, qr/^2 of 17 slots used .*unknown 1/, 'a role that may not see all', login => { user => 'app' });
	is($answer->{figures}{$_}{value}, undef, "$_ is not known") for qw(long_transaction idle_in_transaction blocked);
	like($answer->{details}, qr/^.*grant pg_monitor to role app$/m, 'and says so');
	my @long = ('--critical=long_query:1h');
	my $why = qr/long_query is unknown: our role may not see what all sessions do; grant it pg_monitor; 2 of 17/;
	answers($server, 3, qr/^$why/, 'a limit that cannot be judged', login => { user => 'app' }, args => \@long);
	answers($server, 0, qr/^2 of 17/, 'by who can', args => \@long);
	answers($server, 0, qr/^2 of 17/, 'not when it is off', login => { user => 'app' }, args => [@long, '--critical=long_query:off']);
	answers($server, 2, qr/^utilization .*; $why/, 'worse comes first', login => { user => 'app' },
		args => [@long, '--critical=utilization:1']);
	answers($server, 3, qr/^pool_over is unknown: no pools are configured; exhaustion|^exhaustion is unknown: it takes samples of some minutes; pool_over/,
		'nor what a check never knows', args => ['--warning=pool_over:1', '--critical=exhaustion:5min']);
	my @many = map { PgClient->new($server) } 1 .. 9;
	$answer = check($server, login => { user => 'app' });
	is($answer->{figures}{idle_ratio}{value}, undef, 'of unknown states no ratio is told');
	$answer = check($server, login => { user => 'app' }, args => ['--warning=idle_ratio:off']);
	is($answer->{figures}{idle_ratio}{value}, undef, 'nor where nobody asks for it');
	$_->close for @many;
	$server->psql('revoke execute on function pg_catalog.pg_stat_get_activity(integer) from public');
	answers($server, 3, qr/^sample: permission denied for function pg_stat_get_activity/, 'a statement that is denied',
		login => { user => 'app' });
	$server->psql('grant execute on function pg_catalog.pg_stat_get_activity(integer) to public');
	return;
}

sub check_silence {
	my ($server) = @_;
	$server->freeze;
	my $answer = answers($server, 2, -d '/proc/self' ? qr/^the server is stopped \(SIGSTOP\): nothing within 900 ms, kill -CONT \d+ continues it$/
		: qr/^connected, but no answer: nothing within 900 ms$/, 'a frozen server', args => ['--timeout=1s']);
	cmp_ok($answer->{time}, '>=', 0.9, 'after its time');
	cmp_ok($answer->{time}, '<', 5, 'in time');
	like($answer->{details}, qr/and continue it|look at its host/, 'what to do');
	my $program = Program->start([$ENV{PGCONNTOP}, '--config=/dev/null', '--check', $server->connstr], session => 1);
	my $proc = '/proc/' . $program->pid;
	wait_ok {
		!-d '/proc/self' || slurp("$proc/cmdline") =~ /--check/ && slurp("$proc/status") =~ /^SigCgt:\s*\S*[4567cdef]...$/m
	} 20, 'it handles signals';
	$program->signal('TERM');
	is($program->wait(20), 3, 'ended by a signal: UNKNOWN');
	like($program->out, qr/^PGCONNTOP UNKNOWN - ended by a signal \|/, 'and says so');
	$server->thaw;
	my $silent = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "no port: $@";
	$answer = answers(undef, 2, qr/^connected, but no answer: nothing within 450 ms$/, 'who accepts and says nothing',
		args => ['--timeout=0.5s', '-h', '127.0.0.1', '-p', $silent->sockport]);
	cmp_ok($answer->{time}, '<', 4, 'in time');
	return;
}

# Somebody holds the catalog of roles: logins hang, and the server is not full.
sub check_locked {
	my ($server) = @_;
	my $locker = PgClient->new($server);
	$locker->query('begin; lock table pg_authid, pg_database in access exclusive mode');
	my $answer = answers($server, 2, qr/^the server answers, but no login gets through: nothing within 1\.8 s$/, 'a locked catalog',
		args => ['--timeout=2s']);
	like($answer->{details}, qr/may hold pg_authid or pg_database locked/, 'what it may be');
	$locker->query('rollback');
	return;
}

# Freezes it between the two samples of a check.
sub check_late_silence {
	my ($server) = @_;
	my $program = Program->start([$ENV{PGCONNTOP}, '--config=/dev/null', '--check', '--timeout=4s', $server->connstr], session => 1);
	my $watcher = PgClient->new($server);
	wait_ok { $watcher->query("select count(*) from pg_stat_activity where application_name = 'pgconntop' and state = 'idle'") eq '1' }
		20, 'the first sample';
	$server->freeze;
	is($program->wait(20), 2, 'a server that stops while it is looked at');
	like($program->out, qr/^PGCONNTOP CRITICAL - no answer in 4 s \|/, 'what it says');
	$server->thaw;
	return;
}

sub check_down {
	my ($server) = @_;
	my $session = PgClient->new($server);
	kill 'TERM', $server->pid;
	wait_ok { PgClient->try($server)->error } 20, 'the server lets nobody in any more';
	answers($server, 2, qr/^server not ready \(57P03\b.*shutting down/, 'a server that shuts down');
	$session->close;
	$server->stop('fast');
	my $answer = answers($server, 2, qr/^server not reached: /, 'nobody is there');
	cmp_ok($answer->{time}, '<', 5, 'at once');
	answers(undef, 2, qr/^server not reached: .*Connection refused/, 'a port where nobody listens',
		args => ['-h', '127.0.0.1', '-p', $server->port]);
	return;
}

# A server that recovers, and lets nobody in before it has: a standby that is not hot goes on so.
sub check_recovering {
	my ($server) = @_;
	open my $signal, '>', $server->data . '/standby.signal' or die "standby.signal: $!";
	close $signal;
	$server->configure(hot_standby => 'off');
	$server->start;
	my $answer = answers($server, 2, qr/^server not ready \(57P03\b.*(?:starting up|not accepting connections)/, 'a server that recovers');
	like($answer->{details}, qr/: it is starting, stopping or recovering: its log says how far it is$/m, 'what to do');
	$server->stop('fast');
	return;
}

# Our own errors.
sub check_own {
	my ($server) = @_;
	my @login = ('-h', '127.0.0.1', '-p', $server->port, '-d', 'postgres');
	my %env = (HOME => $dir);
	open my $out, '>', "$dir/wrong.conf" or die "$dir: $!";
	print $out "nonsense = 1;\n";
	close $out;
	my @cases = (
		['a wrong password', qr/^password refused or missing/, { PGPASSWORD => 'wrong' }, '-U', 'shy', @login],
		['no password', qr/^password refused or missing/, {}, '-U', 'shy', @login],
		['to be asked', qr/^password refused or missing/, {}, '-W', '-U', 'shy', @login],
		['no such role', qr/^login not allowed \(28000/, {}, '-U', 'nobody here', @login],
		['no such database', qr/^no such database.* \(3D000/, {}, @login[0 .. 3], '-U', 'postgres', '-d', 'nowhere'],
		['no encryption', qr/^no agreement on encryption/, { PGSSLMODE => 'require' }, '-U', 'postgres', @login],
		['an unknown option', qr/^unknown option --nonsense; see/, {}, '--nonsense'],
		['a wrong value', qr/^bad value "soon" for timeout/, {}, '--timeout=soon'],
		['a wrong limit', qr/nonsense/, {}, '--warning=nonsense:3'],
		['a wrong port', qr/invalid port number/, {}, '-p', '70000'],
		['too many arguments', qr/^too many arguments: "c"/, {}, 'a', 'b', 'c'],
		['a wrong configuration', qr/wrong\.conf:1: /, {}, "--config=$dir/wrong.conf"],
	);
	for my $case (@cases) {
		my ($what, $pattern, $env, @args) = @$case;
		my $answer = answers(undef, 3, $pattern, $what, args => \@args, env => { %env, %$env });
		cmp_ok($answer->{time}, '<', 8, "$what: at once");
	}
	is_deeply([run_program([$ENV{PGCONNTOP}, '--nonsense', '--che'])],
		[3, "PGCONNTOP UNKNOWN - unknown option --nonsense; see pgconntop --help\n", ''], 'wrong before the word is read');
	my ($status, $out_text) = run_program([$ENV{PGCONNTOP}, '--check', '--help']);
	like("$status $out_text", qr/^0 .*^Usage: /ms, '--help is help');
	return;
}

# A reader that is gone is no status of the server; an OK that cannot be written is none.
sub check_readers {
	my ($server) = @_;
	my @gone = ($^X, '-e', 'pipe R, W; close R; open STDOUT, ">&", \*W; exec @ARGV', $ENV{PGCONNTOP}, '--config=/dev/null', '--check');
	my $load = $server->load('--idle=13', '--active=1');
	is((run_program([@gone, $server->connstr]))[0], 2, 'CRITICAL, whoever reads it');
	is((run_program([@gone, '--critical=utilization:off', $server->connstr]))[0], 1, 'WARNING');
	is((run_program([@gone, '--nonsense']))[0], 3, 'UNKNOWN');
	$load->stop;
	$load = undef;
	is((run_program([@gone, $server->connstr]))[0], 0, 'OK');
	my @closed = ('sh', '-c', 'exec "$@" >&-', 'sh', $ENV{PGCONNTOP}, '--config=/dev/null');
	is((run_program([@closed, '--check', $server->connstr]))[0], 3, 'nowhere to write to');
	is((run_program([@closed, '--check', '--critical=utilization:1', $server->connstr]))[0], 2, 'CRITICAL nevertheless');
	is((run_program([@closed, '--watch', '--count=1', $server->connstr]))[0], 1, 'which is an error for reports');
	# But for the question who is there, which logins that hung have asked before.
	unlike($server->log, qr/invalid message|protocol(?! 4\.0)/, 'the server gets nothing of it');
	SKIP: {
		skip 'no /dev/full', 1 if !-c '/dev/full';
		is((run_program(['sh', '-c', 'exec "$@" >/dev/full', 'sh', $ENV{PGCONNTOP}, '--config=/dev/null', '--check', $server->connstr]))[0],
			3, 'a full disk');
	}
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, start => 0, conf => { max_connections => 20 });
	my $hba = $server->data . '/pg_hba.conf';
	my $rest = slurp($hba);
	open my $out, '>', $hba or die "$hba: $!";
	print $out "host all shy 127.0.0.1/32 scram-sha-256\n$rest";
	close $out;
	$server->start;
	$server->psql($_) for 'create role app login', 'create role narrow login connection limit 2',
		'create role mon login', 'grant pg_monitor to mon', "create role shy login password 'right'", 'create database small connection limit 2';
	check_levels($server);
	check_limits($server);
	check_next($server);
	check_full($server);
	check_hostile($server);
	check_rights($server);
	check_silence($server);
	check_locked($server);
	check_late_silence($server);
	check_own($server);
	check_readers($server);
	check_down($server);
	check_recovering($server);
});
done_testing();
