# SPDX-License-Identifier: PostgreSQL
# In without SQL: what /proc shows of a server is what pg_stat_activity says, or unknown, whatever
# names and titles look like; and it is in by itself where no login can be.
use strict;
use warnings;

use Encode ();
use FindBin;
use lib $FindBin::Bin;
use JSON::PP ();
use Order;
use PgClient;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

use constant SLOTS => 30;

plan skip_all => 'there is no /proc/PID/stat here' if !-r '/proc/self/stat';

# Bytes as reports show them: what is not UTF-8 is escaped.
sub shown {
	my ($bytes) = @_;
	return Encode::decode('UTF-8', $bytes, sub { sprintf '\\x%02x', $_[0] });
}

# A report by /proc.
sub proc {
	my ($server, %opt) = @_;
	return report($server, args => ['--via=proc'], %opt);
}

# Each session of pg_stat_activity is in the report, with the same texts or unknown ones; and nobody
# else. Gives those that are known.
sub compare {
	my ($observer, $report, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my %seen = map { $_->{pid} => $_ } @{ $report->{sessions} };
	my (@wrong, %known);
	for my $row ($observer->query("select pid, state, usename, datname, client_port from pg_stat_activity"
			. " where backend_type = 'client backend'")) {
		my ($pid, $state, $user, $database, $port) = split /\|/, $row;
		my $session = delete $seen{$pid};
		push @wrong, "$pid is not there" if !$session;
		next if !$session || $pid == $observer->pid; # this one works just now
		push @wrong, "$pid is $session->{state}, not $state"
			if $session->{state} ne 'unknown' && $session->{state} ne $state;
		push @wrong, "$pid is of $session->{user}, not $user"
			if defined $session->{user} && $session->{user} ne shown($user);
		push @wrong, "$pid is in $session->{database}, not $database"
			if defined $session->{database} && $session->{database} ne shown($database);
		push @wrong, "$pid has $session->{client}"
			if defined $session->{client} && ($session->{client} eq 'local') != ($port eq '-1');
		push @wrong, "$pid has more than can be known" if grep { defined } @$session{qw(query application)};
		$known{$pid} = $session;
	}
	push @wrong, map { "$_ is no session: $seen{$_}{state}" } keys %seen;
	is(join("\n", @wrong), '', $what);
	is($report->{slots}{used}, $observer->query("select count(*) from pg_stat_activity"
		. " where backend_type = 'client backend'"), "$what: used slots");
	sums_ok($report, $what);
	return %known;
}

sub check_names {
	my ($server, $observer) = @_;
	my @names = ('plain', 'two words', 'walsender', 'checkpointer', 'autovacuum worker', 'x [local] idle', 'a(5)',
		'12.0.0.1(7) SELECT', "b\xE4r\xFF", "caf\xC3\xA9", "tab\there", 'idle');
	my (%clients, @senders);
	for my $name (@names) {
		$observer->query("create role \"$name\" login superuser");
		$observer->query("create database \"$name\"") if $name =~ / |\xFF/;
		$clients{$name} = PgClient->new($server, user => $name, tcp => @names % 2);
	}
	$clients{"in $_"} = PgClient->new($server, user => 'postgres', database => $_) for grep { / |\xFF/ } @names;
	$clients{'two in two'} = PgClient->new($server, user => 'two words', database => 'x [local] idle');
	push @senders, PgClient->new($server, replication => 'true'), PgClient->new($server, replication => 'database');
	$_->query('select 1') for @clients{ @names[0 .. 3] };
	$clients{plain}->query('begin');
	$clients{idle}->query('begin');
	eval { $clients{idle}->query('select 1 / 0') };
	$clients{'a(5)'}->send_query('select pg_sleep(1000)');
	my %known;
	wait_until {
		my $report = proc($server);
		%known = map { $_->{pid} => $_ } @{ $report->{sessions} };
		($known{ $clients{'a(5)'}->pid }{state} // '') eq 'active'
	} 20, 'titles';
	my $report = proc($server, count => 2);
	%known = compare($observer, $report, 'all sessions');
	is($report->{walsenders}{used}, 2, 'walsenders');
	my %user = map { $_ => $known{ $clients{$_}->pid }{user} } keys %clients;
	is($user{$_}, shown($_), "the name of $_") for grep { !/ / } @names;
	is($user{$_}, undef, "no name, for it has a blank: $_") for grep { / / } @names;
	my %state = map { $_ => $known{ $clients{$_}->pid }{state} } keys %clients;
	is($state{plain}, 'idle in transaction', 'in a transaction');
	is($state{idle}, 'idle in transaction (aborted)', 'in one that failed');
	is($state{walsender}, 'idle', 'a role that is called walsender');
	is($state{'autovacuum worker'}, 'unknown', 'who knows what that is?');
	ok(defined $known{ $clients{plain}->pid }{cpu}, 'use of the processor');
	is($report->{server}{in_recovery}, JSON::PP::false, 'a primary');
	is($report->{server}{version}, int($server->version / 10000), 'its version');
	is($report->{server}{version_num}, undef, 'as far as it is known');
	$observer->query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()'
		. " and backend_type = 'client backend'");
	$observer->wait_for_sessions(1);
	return;
}

# Limits are those of the files, and said to be.
sub check_limits {
	my ($server, $report) = @_;
	my $slots = $report->{slots};
	is("$slots->{max_connections} $slots->{superuser_reserved} $report->{walsenders}{max}", SLOTS . ' 3 4', 'limits');
	my $from = ($server->major >= 13 ? 'pg_control, reserved slots from ' : '') . 'configuration files';
	is($slots->{limits_from}, $from, 'where each is from');
	ok($slots->{estimated}, 'which is an estimate');
	my (undef, $line) = run_program([$ENV{PGCONNTOP}, qw(--check --via=proc --config=/dev/null), $server->connstr], session => 1);
	like($line, qr/ refused=U;/, 'of logins that were not tried nothing is known');
	like($line, qr/max_connections @{[SLOTS]} \(\Q$from\E\)/, 'it says so');
	is(join(' ', sort map { $_->{kind} } @{ $report->{limits} }), 'reserve slots walsenders',
		'those of roles and databases are in no file');
	return;
}

# Other values in the files are for the next start.
sub check_pending {
	my ($server, $observer) = @_;
	return if $server->major < 13;
	$observer->query('alter system set max_connections = 200');
	$observer->query('alter system set max_wal_senders = 20');
	my $report = proc($server, show => 'summary,settings');
	is("$report->{slots}{max_connections} $report->{walsenders}{max}", SLOTS . ' 4', 'what the server runs with');
	my %rows = map { $_->{name} => $_ } @{ $report->{settings} };
	is($rows{max_connections}{value}, SLOTS, 'also as a setting');
	ok($rows{max_connections}{pending}, 'for which another value waits');
	is($rows{superuser_reserved_connections}{pending}, undef, 'of others that is not known');
	$observer->query('alter system reset max_connections');
	$observer->query('alter system reset max_wal_senders');
	return;
}

# What nobody could look for is not there as nothing.
sub check_unknown {
	my ($server) = @_;
	my ($holder, $waiter) = map { PgClient->new($server) } 1 .. 2;
	my $report = proc($server, show => 'summary,idle');
	is($report->{idle}[0]{never_used}, undef, 'who never ran a query');
	is(scalar(grep { !defined } map { @$_{qw(under_1s under_1min)} } @{ $report->{idle} }), 0, 'how long they are idle is known');
	$holder->query('select pg_advisory_lock(1)');
	$waiter->send_query('select pg_advisory_lock(1)');
	wait_ok { $report = proc($server); (named($report->{sessions}, $waiter->pid)->{wait_event_type} // '') eq 'Lock' } 20, 'one that waits';
	my ($holds, $waits) = map { named($report->{sessions}, $_->pid) } $holder, $waiter;
	is_deeply([@$holds{qw(blocks holds_up)}, @$waits{qw(blocked_by depth)}], [undef, undef, undef, undef], 'who holds up whom');
	is($report->{long_queries}, undef, 'whether a query runs for long');
	return;
}

sub check_titles_off {
	my ($server, $observer) = @_;
	$observer->query("alter system set update_process_title = off");
	$server->reload;
	wait_until { $observer->query('show update_process_title') eq 'off' } 20, 'titles off';
	my @clients = map { PgClient->new($server) } 1 .. 3;
	my %known = compare($observer, proc($server), 'titles off');
	is($known{ $clients[0]->pid }{state}, 'unknown', 'no state');
	is($known{ $clients[0]->pid }{user}, 'postgres', 'but a name');
	$observer->query("alter system reset update_process_title");
	$server->reload;
	wait_until { $observer->query('show update_process_title') eq 'on' } 20, 'titles on';
	@clients = ();
	$observer->wait_for_sessions(1);
	return;
}

# Clients that log in hold a slot; those that have sent nothing do not.
sub check_starting {
	my ($server, $observer) = @_;
	my $before = proc($server)->{slots}{used};
	my @stalled = map { PgClient->stall($server, user => 'slow', tcp => 1) } 1 .. 3;
	$_->wait_for('R') for @stalled;
	my $found = proc($server);
	is($found->{states}{starting}, 3, 'clients that authenticate');
	is($found->{slots}{used}, $before + 3, 'hold slots');
	is($_->{user}, 'slow', 'with a name') for grep { $_->{state} eq 'starting' } @{ $found->{sessions} };
	my $order = sub { return acted($server, '--terminate', '--yes', @_) };
	my @pids = map { $_->{pid} } grep { $_->{state} eq 'starting' } @{ $found->{sessions} };
	my ($status, $acted) = $order->('--via=proc', '--filter=user=slow');
	is("$status $acted->{spared}{'still logging in'}", '5 3', 'in bulk they are left alone');
	for my $via ('proc', $server->major >= 18 ? 'client' : ()) {
		($status, $acted) = $order->("--via=$via", '--filter=pid=' . shift @pids);
		is($status, 0, "by $via, one that is named") or diag(explain($acted));
		is($acted->{outcomes}{ended}, 1, 'is ended');
	}
	@stalled = ();
	wait_until { !proc($server)->{states}{starting} } 20, 'the end of those';
	my @silent = map { PgClient->knock($server, tcp => 1) } 1 .. 12;
	my $report;
	ok(wait_until { $report = proc($server); $report->{slots}{used} == $observer->query("select count(*) from"
		. " pg_stat_activity where backend_type = 'client backend'") } 20, 'clients that sent nothing hold no slot');
	my (undef, undef, $err) = monitor($server, args => ['--via=proc']);
	like($err, qr/1[2-9] clients are connected and have sent nothing/, 'but they are counted');
	return;
}

# Where no login can be: by itself, within a moment.
sub check_full {
	my ($server) = @_;
	my @sessions = PgClient->fill($server);
	my @senders = PgClient->fill($server, replication => 'true');
	is(scalar @senders, 4, 'all walsenders are in use, too');
	my $start = time;
	my $report = report($server);
	my $took = time - $start;
	is($report->{via}, 'proc', 'in');
	cmp_ok($took, '<', 2.5, sprintf 'after %.3f s', $took);
	is($report->{slots}{used}, SLOTS, 'all slots in use');
	is($report->{slots}{free}, 0, 'none is free');
	is(named($report->{alerts}, 'refused')->{level}, 'critical', 'the refusal is an alert');
	my $watch = Report->watch($server);
	$watch->wait_for(sub { ($_[0]{via} // '') eq 'proc' }, 'in, and waiting');
	@sessions = ();
	my $by_sql = $watch->wait_for(sub { ($_[0]{via} // '') eq 'client' }, 'an ordinary slot when there is one');
	is($by_sql->{slots}{limits_from}, 'server', 'which knows the limits');
	@senders = ();
	@sessions = PgClient->fill($server);
	$watch->stop;
	return;
}

# An earlier connection knows more than files.
sub check_known {
	my ($server) = @_;
	my $watch = Report->watch($server, args => ['--via=auto']);
	$watch->wait_for(sub { ($_[0]{via} // '') eq 'client' }, 'in by an ordinary login');
	my $observer = PgClient->new($server);
	my @senders = PgClient->fill($server, replication => 'true');
	my @sessions = PgClient->fill($server);
	$observer->query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pgconntop'");
	my $report;
	wait_until { push @sessions, PgClient->fill($server); $watch->count; ($report) = grep { ($_->{via} // '') eq 'proc' } $watch->reports } 20,
		'by /proc';
	is($report->{slots}{limits_from}, 'earlier connection', 'limits that a connection knew');
	ok(!$report->{slots}{estimated}, 'are no estimate');
	like($report->{server}{version}, qr/^\d+(?:\.\d+|beta|rc|devel)/, 'nor is the version');
	$watch->stop;
	return;
}

# Whom a filter or the protection may name by what is not to be seen is left alone, and it is said.
sub check_unseen {
	my ($server) = @_;
	my @sessions = map { PgClient->new($server, user => 'slow', application_name => 'etl') } 1 .. 3;
	my $order = sub {
		my ($status, $out, $err) = run_program([$ENV{PGCONNTOP}, qw(--via=proc --yes --config=/dev/null --format=json),
			'--kill-log=' . $server->host . '/kill.log', @_, $server->connstr], session => 1);
		return ($status, Report::decode($out), $err);
	};
	wait_until { !grep { $_->{state} ne 'idle' } @{ proc($server)->{sessions} } } 20, 'idle sessions';
	for my $what (['--kill-idle=0s', '--protect=application=etl'], ['--kill-idle=0s', '--protect=etl'], ['--kill-all', '--protect=query~x'],
		['--terminate', '--filter=state=idle application!=etl'], ['--terminate', '--filter=application!~etl'],
		['--terminate', '--filter=application=web']) {
		my ($status, $report, $err) = $order->(@$what);
		is($status, 3, "nobody is meant for sure by @$what");
		is_deeply([values %{ $report->{spared} }], [3], 'all are left alone');
		like($err, qr/^pgconntop: by \/proc no applications, .* take one session alone \(pid=N\)$/m, 'and why, and what to do');
		like("@{ $report->{notes} }", qr/^by \/proc no applications, /, 'in the report too');
	}
	my (undef, $out, $err) = monitor($server, args => ['--via=proc', '--filter=application=etl']);
	is_deeply(Report::decode($out)->{sessions}, [], 'a filter by application finds nobody');
	like($err, qr/by \/proc no applications, queries or transactions are known: a filter by these neither/, 'and why');
	my ($status, $report);
	($status, $report) = $order->('--terminate', '--protect=application=etl', '--filter=pid=' . $sessions[0]->pid);
	is("$status $report->{outcomes}{ended}", '0 1', 'one that is named alone is ended');
	($status, $report, $err) = $order->(qw(--terminate --protect=user=postgres --filter=user=slow));
	is("$status $report->{outcomes}{ended}", '0 2', 'as those are who are named by what is known');
	like($err, qr/^pgconntop: by \/proc no application is known: none is spared for its name, such as pg_dump$/m,
		'the built-in protection does not hold, which is said');
	return;
}

# A process that is stopped does not end, and it is said why.
sub check_stopped {
	my ($server) = @_;
	my $session = PgClient->new($server);
	my $pid = $session->pid;
	kill 'STOP', $pid;
	my $report;
	wait_ok { $report = proc($server); (named($report->{sessions}, $pid)->{wait_event} // '') =~ /^stopped/ } 20, 'a stopped session';
	my ($status, $out) = run_program([$ENV{PGCONNTOP}, qw(--via=proc --yes --config=/dev/null --format=json --terminate),
		'--kill-log=' . $server->host . '/kill.log', "--filter=pid=$pid", $server->connstr], session => 1);
	my $target = Report::decode($out)->{targets}[0];
	is("$status $target->{outcome}: $target->{note}", '4 still there: stopped: kill -CONT', 'does not end');
	kill 'CONT', $pid;
	wait_ok { !named(proc($server)->{sessions}, $pid) } 20, 'before it goes on';
	return;
}

# Nothing but silent clients: no slot is used, and yet no login gets in, not even a walsender's.
# The role of the login has no more connections, and may not take a walsender slot either.
sub check_role_limit {
	my ($server) = @_;
	$server->psql('create role narrow login connection limit 1');
	my @sessions = PgClient->fill($server, user => 'narrow');
	my $report = report($server, login => { user => 'narrow' });
	is($report->{via}, 'proc', 'a role at its limit: in');
	like(named($report->{alerts}, 'refused')->{message},
		qr/connection limit of the role reached \(53300, InitializeSessionUserId\)$/, 'which limit it was');
	return;
}

sub check_children {
	my ($server) = @_;
	my (@silent, $refused);
	wait_ok { my $report = proc($server); !$report->{slots}{used} && !$report->{walsenders}{used} } 20, 'the end of all sessions';
	for (1 .. 30) {
		push @silent, map { PgClient->knock($server, tcp => 1) } 1 .. 10;
		last if ($refused = PgClient->try($server)->error);
	}
	like($refused->{R}, qr/^(?:ProcessStartupPacket|BackendInitialize)$/, 'the limit of processes');
	push @silent, map { PgClient->knock($server, tcp => 1) } 1 .. 10; # for those that were still ending
	my ($status, $out, $err) = monitor($server);
	is($status, 0, 'in');
	my $report = Report::decode($out);
	is($report->{via}, 'proc', 'by /proc');
	cmp_ok($report->{slots}{used}, '<', SLOTS, 'slots are free');
	like($err, qr/\b\d\d+ clients are connected and have sent nothing/, 'the cause is told');
	like(named($report->{alerts}, 'refused')->{message}, qr/too many clients that are still logging in/, 'and the limit');
	return;
}

# It was told to end when its clients have: it says so, as often as it is asked.
sub check_ending {
	my ($server) = @_;
	my $client = PgClient->new($server);
	my (undef, undef, $before) = monitor($server, args => ['--via=proc']);
	unlike($before, qr/shutting down/, 'it runs');
	kill TERM => $server->pid;
	my $err;
	ok(wait_until { (undef, undef, $err) = monitor($server, args => ['--via=proc']);
		$err =~ /^pgconntop: the server is shutting down: no login gets in/m } 20, 'it is said that it shuts down') or diag($err);
	$client->close;
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = PgServer->new(bindir => $bindir, encoding => 'SQL_ASCII', start => 0, conf => {
		autovacuum => 'off', cluster_name => "pro: d", max_connections => SLOTS, max_wal_senders => 4,
		superuser_reserved_connections => 3 });
	my $hba = $server->data . '/pg_hba.conf';
	my $rest = slurp($hba);
	open my $out, '>', $hba or die "$hba: $!";
	print $out "host all slow 127.0.0.1/32 scram-sha-256\n$rest";
	close $out;
	$server->start;
	my $observer = PgClient->new($server);
	$observer->query("create role slow login password 'secret'");
	check_limits($server, proc($server));
	check_pending($server, $observer);
	check_names($server, $observer);
	check_unknown($server);
	$observer->wait_for_sessions(1);
	check_titles_off($server, $observer);
	check_starting($server, $observer);
	$observer->close;
	check_unseen($server);
	check_stopped($server);
	undef $observer;
	check_known($server);
	check_full($server);
	wait_until { ($server->psql_rc('select 1'))[0] eq '0' } 20, 'a free slot';
	check_role_limit($server);
	check_children($server);
	check_ending($server);
});
done_testing();
