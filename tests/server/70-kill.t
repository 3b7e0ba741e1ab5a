# SPDX-License-Identifier: PostgreSQL
# Orders without the screen, on every version: whom they reach and whom never, what they print, what
# the kill log says, and each exit status.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Order;
use PgClient;
use PgServer;
use Test::More;

# The processes of clients, in order of size.
sub pids { return [sort { $a <=> $b } map { $_->pid } @_] }

# Those of a report with an outcome.
sub targets {
	my ($report, $outcome) = @_;
	my @all = grep { !defined $outcome || $_->{outcome} eq $outcome } @{ $report->{targets} };
	return [sort { $a <=> $b } map { $_->{pid} } @all];
}

# What belongs together, and what does not: nothing is connected to.
sub check_usage {
	my ($server) = @_;
	my @web = clients($server, 2, 'web');
	my @cases = (
		[['--terminate', '--yes'], qr/--terminate needs a --filter/],
		[['--cancel', '--yes'], qr/--cancel needs a --filter/],
		[['--terminate', '--yes', '--filter= '], qr/filter|selects nothing/],
		[['--terminate', '--cancel', '--filter=pid=1', '--yes'], qr/--terminate and --cancel cannot be given/],
		[['--kill-idle', '--kill-all', '--yes'], qr/--kill-idle and --kill-all cannot be given/],
		[['--kill-all', '--yes', '--read-only'], qr/--read-only/],
		[['--kill-all', '--yes', '--limit=1'], qr/--max-kills=N/],
		[['--kill-all', '--yes', '--format=openmetrics'], qr/--format=openmetrics cannot/],
		[['--kill-all', '--yes', '--when=load'], qr/there is no alert "load"/],
		[['--kill-all', '--yes', '--when=utilization:high'], qr/"high" must be warning or critical/],
		[['--kill-all', '--yes', '--filter=pid='], qr/filter/],
		[['--kill-all', '--watch'], qr/--watch with --kill-all cannot ask.*--yes/],
		[['--yes'], qr/--yes belongs to an order/],
		[['--kill-all', '--yes', '--when=idle_ratio:critical'],
			qr/--when=idle_ratio:critical would never act: .* give one with --critical=idle_ratio:LIMIT/],
		(map { [['--kill-all', '--yes', "--when=$_"], qr/--when=$_ would never act: that alert takes more than one sample; give --watch/] }
			qw(churn exhaustion)),
		[['--cancel', '--filter=pid=1', '--yes', '--until=50'], qr/--until cannot be given with --cancel, which frees no slot/],
		[['--kill-all', '--yes', '--watch', '--when=churn', '--warning=churn:off', '--critical=churn:off'],
			qr/--when=churn:warning would never act: .* give one with --warning=churn:LIMIT/],
		[['--when=utilization'], qr/--when belongs to an order/],
	);
	for my $case (@cases) {
		my ($args, $why) = @$case;
		my ($status, $out, $err) = order($server, @$args);
		is($status, 1, "@$args: exit status");
		is($out, '', 'no data');
		like($err, $why, 'why');
		like($err, qr/\Apgconntop: [^\n]+\n\z/, 'in one line');
	}
	my ($status, $out) = order($server, '--kill-all', '--yes', '--check');
	is($status, 3, 'a check only looks');
	like($out, qr/--check, which only looks/, 'and says so');
	is(alive($server, @web), 2, 'nobody was hurt');
	ok(!-e kill_log($server), 'there is no log of nothing');
	send_home($server, @web);
	return;
}

# Without a terminal there is nobody to ask; a dry run only shows whom it would be.
sub check_look {
	my ($server) = @_;
	my @web = clients($server, 3, 'web');
	my ($status, $out, $err) = order($server, '--kill-idle=0s');
	is($status, 1, 'no terminal and no --yes: exit status');
	like($err, qr/nothing was done.*--yes/, 'says so');
	like($out, qr/^ *$_ .*\bweb\b.*\bnot tried\b/m, "shows whom it would be: $_") for @{ pids(@web) };
	like($out, qr/^Nothing was done: no --yes and no terminal\. It would terminate 3 sessions; utilization/m, 'in words');
	($status, my $report) = acted($server, '--kill-idle=0s', '--dry-run', '--yes');
	is($status, 0, 'a dry run: exit status');
	is_deeply(targets($report, 'not tried'), pids(@web), 'its targets');
	is_deeply($report->{outcomes}, { 'not tried' => 3 }, 'its outcomes');
	ok($report->{dry_run}, 'it is one');
	is($report->{slots_before}{used} - $report->{slots_after}{used}, 3, 'what would come free');
	is(alive($server, @web), 3, 'all live');
	ok(!-e kill_log($server), 'there is no log of nothing');
	($status, $report) = acted($server, '--kill-idle=1h', '--yes');
	is($status, 5, 'nobody is so old: exit status');
	is_deeply($report->{targets}, [], 'no targets');
	is_deeply($report->{outcomes}, {}, 'no outcomes');
	($status, $out) = order($server, '--kill-idle=1h', '--yes');
	like($out, qr/\ANothing to terminate; utilization [\d.]+ %\n/, 'in words');
	send_home($server, @web);
	return;
}

# Each order reaches those it names, and the log has them all.
sub check_orders {
	my ($server) = @_;
	my ($idle, $busy, $open, $failed) = clients($server, 4, 'web');
	$open->query('begin');
	$failed->query('begin');
	eval { $failed->query('select 1/0') };
	$busy->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $busy) eq 'active' } 20, 'a query runs';

	my ($status, $report) = acted($server, '--cancel', '--filter=application=web', '--yes');
	is($status, 0, '--cancel: exit status');
	is_deeply(targets($report, 'ended'), pids($busy), 'the query that runs');
	is($report->{action}, 'cancel', 'its action');
	is($report->{spared}{'without a query to cancel'}, 3, 'the others have none');
	is(alive($server, $idle, $busy, $open, $failed), 4, 'all live');

	($status, $report) = acted($server, '--kill-idle-in-transaction=0s', '--yes');
	is($status, 0, '--kill-idle-in-transaction: exit status');
	is_deeply(targets($report, 'ended'), pids($open, $failed), 'those in a transaction, aborted or not');
	is($report->{policy}, 'idle-in-transaction', 'its policy');
	is($report->{slots_before}{used} - $report->{slots_after}{used}, 2, 'their slots are free');

	$busy->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $busy) eq 'active' } 20, 'a query runs again';
	($status, $report) = acted($server, '--kill-idle=0s', '--yes');
	is_deeply(targets($report), pids($idle), '--kill-idle: the idle one');
	my ($one) = clients($server, 1, 'other');
	($status, my $out) = order($server, '--terminate', '--filter=pid=' . $one->pid, '--yes');
	my $pid = $one->pid;
	is($status, 0, '--terminate: exit status');
	like($out, qr/\A *PID +USER.*\n *$pid .*\bother\b.*\bended\b.*\n1 of 1 ended; utilization/, 'as text');
	is(alive($server, $busy), 1, 'the other one lives');
	($status, $out) = order($server, '--kill-all', '--yes', '--format=csv');
	is($status, 0, '--kill-all: exit status');
	my @lines = split /\r\n/, $out;
	like($lines[0], qr/^time,pid,backend_start,user,database,application,client,state,age_seconds,outcome,note$/,
		'a header');
	my $busy_pid = $busy->pid;
	like($lines[1], qr/^[^,]+Z,$busy_pid,[^,]+Z,postgres,postgres,web,local,active,[\d.]+,ended,$/, 'a line');
	is(alive($server, $busy), 0, 'whatever it runs');

	my @log = entries(kill_log($server));
	my $ended = pids($idle, $busy, $busy, $open, $failed, $one);
	is_deeply(outcomes(@log)->{ended}, $ended, 'the log has all outcomes');
	is_deeply(pids(map { bless { pid => $_->{pid} }, 'PgClient' } grep { $_->{event} eq 'intent' } @log), $ended,
		'and all intents');
	my %policies = map { ("$_->{action} $_->{policy}" => 1) } @log;
	is_deeply([sort keys %policies], ['cancel chosen', 'terminate all', 'terminate chosen', 'terminate idle',
		'terminate idle-in-transaction'], 'and how they were chosen');
	return;
}

# The oldest first; not more than they may be.
sub check_limits {
	my ($server) = @_;
	my @web = map { clients($server, 1, 'web') } 1 .. 6;
	my $report = acted($server, '--kill-idle=0s', '--max-kills=2', '--yes');
	is_deeply(targets($report, 'ended'), pids(@web[0, 1]), '--max-kills: the oldest');
	is($report->{spared}{'beyond the most to end'}, 4, 'and who is left');
	# 20 slots, 3 of them for superusers, and one is ours: 5 of 17 are 29 %, 3 are 17 %
	$report = acted($server, '--kill-idle=0s', '--until=20', '--yes');
	is_deeply(targets($report, 'ended'), pids(@web[2, 3]), '--until: as many as are needed');
	cmp_ok($report->{slots_after}{utilization}, '<=', 0.2, 'it is there');
	my ($status) = acted($server, '--kill-idle=0s', '--until=20', '--yes');
	is($status, 5, 'then nobody is in the way');
	is_deeply([alive($server, @web)], [@web[4, 5]], 'the newest live');
	($status, my $report2) = acted($server, '--kill-idle=0s', '--when=utilization', '--yes');
	is($status, 5, '--when: the alert does not stand');
	ok(defined $report2->{stands} && !$report2->{stands}, 'it says so');
	($status, $report2) = acted($server, '--kill-idle=0s', '--when=utilization:critical',
		'--critical=utilization:5', '--warning=utilization:3', '--yes');
	is($status, 0, 'here it does');
	is_deeply(targets($report2, 'ended'), pids(@web[4, 5]), 'and both are ended');
	return;
}

# Whoever is protected can be named alone, and in no other way.
sub check_protected {
	my ($server) = @_;
	my ($dump) = clients($server, 1, 'pg_dump');
	my ($etl) = clients($server, 1, 'etl');
	my @protect = ('--yes', '--protect=application=etl');
	for my $order (['--kill-all'], ['--kill-idle=0s'], ['--terminate', '--filter=application=pg_dump'],
		['--terminate', '--filter=application=etl'], ['--terminate', '--filter=pid=' . $dump->pid . '|1']) {
		my ($status, $report) = acted($server, @$order, @protect);
		is($status, 5, "@$order: nobody");
		ok($report->{spared}{protected}, 'for they are protected');
	}
	# A monitor protects its like.
	my $other = Program->start([argv($server, '--watch', '--interval=60')], session => 1);
	wait_until { $other->out ne '' } 20, 'another monitor';
	my ($status, $report) = acted($server, '--kill-all', @protect);
	is_deeply($report->{targets}, [], 'nor ourselves, nor our like');
	is($report->{spared}{'our own connection'}, 1, 'our own connection');
	is($report->{spared}{protected}, 3, 'theirs');
	$other->signal('TERM');
	is($other->wait(20), 0, 'the other monitor lives');
	for my $client ($dump, $etl) {
		($status, $report) = acted($server, '--terminate', '--filter=pid=' . $client->pid, @protect);
		is($status, 0, 'who is named alone is meant');
		is_deeply(targets($report, 'ended'), pids($client), 'and ended');
	}
	return;
}

# Whose state cannot be seen is left alone; only where his client hides it he can be named.
sub check_unseen {
	my ($server) = @_;
	my ($hidden) = clients($server, 1, 'hidden');
	$hidden->query('set track_activities = off');
	my @yes = ('--yes', '--terminate');
	my ($status, $report) = acted($server, '--filter=application=hidden', @yes);
	is($status, 5, 'an unknown state: exit status');
	is($report->{spared}{'of unknown state'}, 1, 'why');
	($status, $report) = acted($server, '--filter=pid=' . $hidden->pid, @yes);
	is($status, 0, 'named alone: exit status');
	is_deeply(targets($report, 'ended'), pids($hidden), 'he is ended');
	$server->psql('create role nosy login');
	my ($web) = clients($server, 1, 'web');
	($status, $report) = acted($server, { user => 'nosy' }, '--filter=pid=' . $web->pid, @yes);
	is($status, 3, 'a role that sees nothing: exit status');
	is($report->{spared}{'of unknown state'}, 1, 'why');
	is(alive($server, $web), 1, 'he lives');
	send_home($server, $web);
	return;
}

# Whom the role may not end takes no place of those that it may, and frees nothing in what is foretold.
sub check_barred {
	my ($server) = @_;
	$server->psql('create role watch login; grant pg_monitor, pg_signal_backend to watch; create role own login;'
		. ' grant pg_monitor to own; create role hers login; grant hers to own');
	my @sup = clients($server, 2, 'sup');
	my @hers = clients($server, 3, 'web', user => 'hers');
	my $watch = { user => 'watch' };
	my ($status, $report) = acted($server, $watch, '--kill-idle=0s', '--dry-run');
	is_deeply(targets($report, 'not tried'), pids(@hers), 'a dry run names whom it may end');
	is($report->{slots_before}{used} - $report->{slots_after}{used}, 3, 'and the slots of those');
	($status, $report) = acted($server, $watch, '--kill-idle=0s', '--max-kills=1', '--yes');
	is($status, 0, 'the most that are to be ended: exit status');
	is_deeply(targets($report, 'ended'), pids($hers[0]), 'the oldest that it may end');
	is($report->{spared}{'not permitted to this role'}, 2, 'the others are counted');
	my $half = int(100 * ($report->{slots_after}{used} - 1) / $report->{slots_after}{usable}) + 1;
	($status, $report) = acted($server, { user => 'own' }, '--kill-idle=0s', "--until=$half", '--yes');
	is_deeply(targets($report, 'ended'), pids($hers[1]), 'down to a utilization, by a member of their role');
	($status, my ($out, $err)) = order($server, $watch, '--terminate', '--filter=application=sup', '--yes');
	is($status, 3, 'nobody but those: exit status');
	like($out, qr/^Nothing to terminate; .*\nLeft alone: 2 not permitted to this role\nNext: only a superuser may/m, 'why');
	is(scalar(alive($server, @sup)), 2, 'they live');
	return send_home($server, @sup, $hers[2]);
}

# Where there are rows alone the words are on stderr; and why there is nobody.
sub check_words {
	my ($server) = @_;
	my @web = clients($server, 3, 'web');
	my ($status, $out, $err) = order($server, '--kill-idle=0s', '--dry-run', '--max-kills=2', '--format=csv');
	is($status, 0, 'csv: exit status');
	is(scalar(my @rows = $out =~ /\n/g), 3, 'a header and two rows');
	like($err, qr/\Apgconntop: Dry run, nothing was done: it would terminate 2 sessions; utilization [\d.]+ % -> [\d.]+ %
pgconntop: Left alone: 1 more, kept by the limit of 2\n\z/, 'the words');
	($status, $out) = order($server, '--kill-idle=0s', '--when=utilization:critical', '--yes');
	is($status, 5, 'an alert that does not stand: exit status');
	like($out, qr/^\S+Z  utilization is not at critical \([\d.]+ %\): nothing is done$/m, 'it does not wait');
	my $writer = $server->psql("select pid from pg_stat_activity where backend_type = 'walwriter'");
	($status, undef, $err) = order($server, '--terminate', "--filter=pid=$writer", '--yes');
	is("$status $err", "5 pgconntop: pid $writer is no client session: walwriter\n", 'a process of the server');
	my $gone = $web[0]->pid;
	send_home($server, @web);
	($status, undef, $err) = order($server, '--terminate', "--filter=pid=$gone", '--yes');
	is("$status $err", "5 pgconntop: no session has pid=$gone\n", 'one that is gone');
	return;
}

# Nobody is old enough: the age that would do.
sub check_young {
	my ($server) = @_;
	my ($web) = clients($server, 1, 'web');
	my ($status, $out) = order($server, '--kill-idle', '--yes');
	is($status, 5, 'nobody is idle for so long');
	like($out, qr/^Nothing to terminate; .*\nNext: a smaller age: the oldest is idle for /, 'for how long they are');
	return send_home($server, $web);
}

# Who may not, and where the log cannot be written: 3. Some that stay: 4. No way in: 2.
sub check_statuses {
	my ($server) = @_;
	$server->psql('create role app login; grant pg_monitor to app');
	my ($hers) = clients($server, 1, 'web', user => 'app');
	my ($ours) = clients($server, 1, 'web');
	my ($status, $report) = acted($server, { user => 'app' }, '--terminate', '--filter=pid=' . $ours->pid, '--yes');
	is($status, 3, 'denied: exit status');
	is_deeply($report->{outcomes}, { denied => 1 }, 'the outcome');
	like($report->{targets}[0]{note}, qr/superuser/, 'whose rights would do');
	($status, $report) = acted($server, { user => 'app' }, '--terminate', '--filter=application=web', '--yes');
	is($status, 4, 'some are not permitted: exit status');
	is_deeply($report->{outcomes}, { ended => 1 }, 'the outcomes');
	is($report->{spared}{'not permitted to this role'}, 1, 'they are left alone');
	is_deeply([alive($server, $hers, $ours)], [$ours], 'one lives');

	($status, $report, my $err) = acted($server, '--kill-idle=0s', '--yes', '--kill-log=/nowhere/at/all');
	is($status, 3, 'no log: exit status');
	is_deeply($report->{outcomes}, { 'not tried' => 1 }, 'nothing is tried');
	like($err, qr/cannot write the kill log \/nowhere\/at\/all/, 'it is said');
	is(alive($server, $ours), 1, 'he lives');

	my $query = PgClient->new($server, application_name => 'stopped');
	$query->query('select 1');
	kill 'STOP', $query->pid;
	($status, $report) = acted($server, '--terminate', '--filter=application=stopped', '--yes');
	kill 'CONT', $query->pid;
	is($status, 4, 'one that does not end: exit status');
	is_deeply($report->{outcomes}, { 'still there' => 1 }, 'the outcome');

	my ($out);
	($status, $out, $err) = order($server, { user => 'nobody_of_that_name' }, '--kill-all', '--yes');
	is($status, 2, 'no way in: exit status');
	is($out, '', 'no data');
	like($err, qr/\Apgconntop: .*nobody_of_that_name/, 'why');
	send_home($server, $ours);
	return;
}

# What could not be told is not done; what was done is told on stderr when the report is lost.
sub check_untold {
	my ($server) = @_;
	my @web = clients($server, 2, 'web');
	my @cases = (
		['exec "$@" >/dev/full', [], qr/cannot write: No space left/],
		['exec "$@" >&-', [], qr/cannot write: standard output is closed/],
		['exec "$@"', ['--output=/nowhere/at/all'], qr{cannot write beside /nowhere/at/all: No such file}],
		['exec "$@" >/dev/full', ['--watch'], qr/cannot write: No space left/],
	);
	for my $case (@cases) {
		my ($script, $args, $why) = @$case;
		my ($status, undef, $err) = run_program(
			['sh', '-c', $script, 'sh', argv($server, '--kill-idle=0s', '--yes', @$args)], session => 1);
		is($status, 1, "$script @$args: exit status");
		like($err, qr/\Apgconntop: nothing was done: $why[^\n]*\n\z/, 'why');
	}
	is(alive($server, @web), 2, 'nobody was hurt');

	my $dir = tempdir(CLEANUP => 1);
	mkdir "$dir/there" or die "$dir: $!";
	kill 'STOP', $web[0]->pid;
	my $order = Program->start([argv($server, '--kill-idle=0s', '--filter=application=web', '--yes',
		"--output=$dir/there/out")], session => 1);
	wait_ok { alive($server, @web) == 1 } 20, 'one is gone, one is waited for';
	rename "$dir/there", "$dir/away" or die "$dir: $!";
	kill 'CONT', $web[0]->pid;
	is($order->wait(20), 4, 'the report cannot be written: exit status');
	like($order->err, qr{\Apgconntop: [12] of 2 were ended; the report could not be written: cannot write beside $dir/there/out: .*\n\z},
		'what was done is told');
	return;
}

# With names that do harm where they are not taken care of.
sub check_hostile {
	my ($server) = @_;
	my ($client) = clients($server, 1, "\e[31m\"x\",\n<&>");
	my $pid = $client->pid;
	my ($status, $out, $err) = order($server, '--terminate', "--filter=pid=$pid", '--dry-run', '--protect=', '--yes');
	unlike($out, qr/\e|[^\n -~]/, 'text: nothing reaches the terminal');
	my $report = acted($server, '--terminate', "--filter=pid=$pid", '--dry-run');
	is($report->{targets}[0]{pid}, $pid, 'JSON can be read');
	send_home($server, $client);
	return;
}

# Clients that come back, and such that stay away.
sub check_return {
	my ($server) = @_;
	my @away = clients($server, 3, 'away');
	my ($status, $report, $err) = acted($server, '--terminate', '--filter=application=away', '--yes');
	is($report->{outcomes}{ended}, 3, 'three are ended');
	is_deeply($report->{notes}, [], 'they stay away: nothing to say');
	is($err, '', 'and not on stderr');
	my @pool = map { eager($server, 'pool') } 1 .. 4;
	my $count = q{select count(*) from pg_stat_activity where application_name = 'pool' and state = 'active'};
	wait_ok { $server->psql($count) == 4 } 20, 'a pool';
	my $said = qr/^pool: they come back, ending does not help: \d+ ended, \d+ came back within [\d.]+ \w+/;
	wait_ok {
		($status, $report, $err) = acted($server, '--terminate', '--filter=application=pool', '--yes');
		grep { /$said/ } @{ $report->{notes} };
	} 30, 'they come back: it says so';
	like($err, qr/pgconntop: pool: they come back, ending does not help: \d+ ended/, 'and on stderr');
	$_->kill for @pool;
	wait_ok { $server->psql(q{select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pool'}) eq '' } 20,
	    'the pool is gone';
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
	check_usage($server);
	check_look($server);
	check_orders($server);
	check_limits($server);
	check_protected($server);
	check_unseen($server);
	check_barred($server);
	check_words($server);
	check_young($server);
	check_statuses($server);
	check_untold($server);
	check_hostile($server);
	check_return($server);
});
done_testing();
