# SPDX-License-Identifier: PostgreSQL
# The report as JSON on a real server: its keys and types, every state of a session, sums, what
# holds a slot and what does not, ages, who blocks whom, churn.
use strict;
use warnings;

use B ();
use FindBin;
use JSON::PP ();
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

use constant SLEEP_OID => 2626; # of pg_sleep(double precision)

my @states = ('active', 'idle', 'idle in transaction', 'idle in transaction (aborted)',
	'fastpath function call', 'disabled', 'starting', 'unknown');

# Keys and types that must be there; a question mark allows null.
my %state_types = map { $_ => 'int' } @states;
my %group_types = (name => 'text', total => 'int', states => \%state_types,
	oldest_idle_seconds => 'number?');
my %session_types = (
	pid => 'int', backend_start => 'time', user => 'text', database => 'text', application => 'text',
	client => 'text', state => 'text', age_seconds => 'number?', transaction_seconds => 'number?',
	query_seconds => 'number?', wait_event_type => 'text?', wait_event => 'text?',
	blocked_by => ['int'], query => 'text',
);
my %root_types = (
	version => 'int', time => 'time', via => 'text',
	server => {
		host => 'text', port => 'int', database => 'text', version => 'text', version_num => 'int',
		in_recovery => 'bool', started => 'time',
	},
	slots => {
		max_connections => 'int', superuser_reserved => 'int', reserved => 'int', usable => 'int',
		used => 'int', hidden => 'int?', free => 'int', utilization => 'number',
	},
	walsenders => { max => 'int', used => 'int' },
	states => \%state_types,
	churn => { opened_per_second => 'number?', closed_per_second => 'number?' },
	applications => [\%group_types], users => [\%group_types], databases => [\%group_types],
	clients => [\%group_types], sessions => [\%session_types],
	pools => [{ name => 'text', configured => 'int?', observed => 'int', over => 'int?' }],
	pool_total => { configured => 'int', usable => 'int', fits => 'bool' },
	limits => [{
		kind => 'text', name => 'text', used => 'int', limit => 'int', headroom => 'int',
		share => 'number', level => 'text',
	}],
	alerts => [{
		name => 'text', level => 'text', value => 'number', warning => 'number?', critical => 'number?',
		message => 'text',
	}],
);

# An order's report has these instead of tables.
my %act_types = (
	(map { $_ => $root_types{$_} } qw(version time via server)),
	action => 'text', policy => 'text', dry_run => 'bool', skipped => 'int', stands => 'bool?', stopped => 'text?',
	slots_before => $root_types{slots}, slots_after => $root_types{slots},
	targets => [{
		outcome => 'text', note => 'text?',
		map { $_ => $session_types{$_} } qw(pid backend_start user database application client state age_seconds),
	}],
	outcomes => { ended => 'int' }, spared => {}, notes => ['text'],
);

# What a decoded value was in the text. To be asked before anything else looks at the value.
sub type_of {
	my ($value) = @_;
	return 'null' if !defined $value;
	return 'bool' if JSON::PP::is_bool($value);
	return lc ref $value if ref $value;
	my $flags = B::svref_2object(\$value)->FLAGS;
	return $value =~ /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/ ? 'time' : 'text' if $flags & B::SVf_POK;
	return $flags & B::SVf_IOK ? 'int' : 'number';
}

# Adds to the list of faults where a value is not of its type.
sub check_types {
	my ($value, $wanted, $path, $faults) = @_;
	my $type = type_of($value);
	if (ref $wanted eq 'HASH') {
		return push @$faults, "$path is $type" if $type ne 'hash';
		for my $key (sort keys %$wanted) {
			exists $value->{$key} or push(@$faults, "$path.$key is missing"), next;
			check_types($value->{$key}, $wanted->{$key}, "$path.$key", $faults);
		}
	} elsif (ref $wanted eq 'ARRAY') {
		return push @$faults, "$path is $type" if $type ne 'array';
		check_types($value->[$_], $wanted->[0], "$path\[$_]", $faults) for 0 .. $#$value;
	} else {
		my %also = (number => 'int', text => 'time');
		my ($name, $null) = $wanted =~ /^(\w+)(\??)$/;
		return if $type eq $name || $type eq ($also{$name} // '') || ($null && $type eq 'null');
		push @$faults, "$path is $type";
	}
	return;
}

# Pools that are configured, and an act.
sub check_others {
	my ($server) = @_;
	my $file = $server->host . '/pools.conf';
	open my $out, '>', $file or die "$file: $!";
	print $out qq{pools = ( { name = "web"; match = "application=web"; connections = 2; } );\n};
	close $out or die "$file: $!";
	my (undef, $text) = monitor($server, show => 'pools', config => $file);
	my %types = map { $_ => $root_types{$_} } qw(version time via server slots pools pool_total);
	check_types(JSON::PP->new->utf8->decode($text), \%types, 'pools', \my @faults);
	is_deeply(\@faults, [], 'keys and types of pools');
	my ($status, $told) = run_program([$ENV{PGCONNTOP}, '--config=/dev/null', "--kill-log=$file.log", '--kill-all',
		'--filter=application=web', '--yes', '--format=json', $server->connstr], session => 1);
	is($status, 0, 'an act: exit status');
	check_types(JSON::PP->new->utf8->decode($told), \%act_types, 'act', \@faults);
	is_deeply(\@faults, [], 'keys and types of an act');
	like($told, qr/^\{[^\n]*"targets":\[\{[^\n]*\}\n\z/, 'with targets, on one line');
	return;
}

# One session or more for each state but starting and unknown; (name => list of sessions).
sub open_sessions {
	my ($server) = @_;
	my @app = (user => 'app', database => 'shop');
	my %all = (
		web => [map { PgClient->new($server, @app, application_name => 'web', tcp => 1) } 1 .. 3],
		nameless => [PgClient->new($server, @app)],
		holder => [PgClient->new($server, @app, application_name => 'holder')],
		waiter => [map { PgClient->new($server, @app, application_name => 'waiter') } 1 .. 2],
		aborted => [PgClient->new($server, application_name => 'aborted')],
		disabled => [PgClient->new($server, options => '-c track_activities=off',
			application_name => 'disabled')],
		call => [PgClient->new($server, application_name => 'call')],
	);
	$_->query('select 1') for @{ $all{web} };
	$all{holder}[0]->query('begin; lock table stock');
	$all{waiter}[0]->send_query('select * from stock');
	eval { $all{aborted}[0]->query('begin; select 1 / 0') };
	eval { $all{aborted}[0]->query('select 1') };
	$all{call}[0]->send_call(SLEEP_OID, pack 'd>', 1000);
	return \%all;
}

# What holds no client's slot: walsenders, a parallel worker.
sub open_others {
	my ($server) = @_;
	my $name = $server->major < 16 ? 'force_parallel_mode' : 'debug_parallel_query';
	my $leader = PgClient->new($server, options => "-c $name=on", application_name => 'leader');
	$leader->send_query('select pg_sleep(1000)');
	return ($leader, map { PgClient->new($server, replication => $_) } qw(true database));
}

# The server's own words, out of a session that was there before.
sub count_activity {
	my ($observer, $column, $where) = @_;
	my @rows = $observer->query("select coalesce($column, ''), count(*) from pg_stat_activity"
		. " where $where and application_name not in ('observer', 'pgconntop') group by 1");
	return { map { /(.*)\|(\d+)/s } @rows };
}

# The same from a report: all but the observer and our own.
sub count_report {
	my ($report, $column) = @_;
	my %count;
	$count{ $_->{$column} // '' }++
		for grep { !$_->{own} && $_->{application} ne 'observer' } @{ $report->{sessions} };
	return \%count;
}

sub check_counts {
	my ($report, $observer, $server) = @_;
	my $clients = "backend_type = 'client backend'";
	my %columns = (
		state => 'state', application => 'application_name', user => 'usename', database => 'datname',
		client => "case when client_addr is null then 'local' else host(client_addr) end",
	);
	is_deeply(count_report($report, $_), count_activity($observer, $columns{$_}, $clients),
		"sessions by $_ are those of pg_stat_activity") for sort keys %columns;
	my $workers = count_activity($observer, 'backend_type', "not ($clients)");
	ok($workers->{'parallel worker'}, 'there is a parallel worker');
	is($report->{walsenders}{used}, 2, 'walsenders');
	is($report->{walsenders}{max}, 4, 'and their budget');
	is($report->{slots}{used}, 13, 'only clients hold slots');
	is($report->{slots}{free}, $report->{slots}{usable} - 13, 'the others are free');
	is($report->{slots}{utilization}, 13 / 27, 'utilization');
	is(named($report->{applications}, '(none)')->{total}, 1, 'a session without application name');
	return;
}

sub check_server {
	my ($report, $observer, $server) = @_;
	my %about = %{ $report->{server} };
	is($about{host}, $server->host, 'host');
	is($about{port}, $server->port, 'port');
	is($about{database}, 'postgres', 'database');
	is($about{version_num}, $observer->query('show server_version_num'), 'version as a number');
	is($about{version}, (split / /, $observer->query('show server_version'))[0], 'version');
	ok(!$about{in_recovery}, 'no standby');
	is($about{started}, $observer->query(q{select to_char(pg_postmaster_start_time() at time zone 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')}), 'start of the server');
	is($report->{via}, 'client', 'way in');
	return;
}

# Ages as the server reckons them, by pid.
sub server_ages {
	my ($observer) = @_;
	my %ages;
	for ($observer->query('select pid, extract(epoch from clock_timestamp() - state_change),'
		. ' extract(epoch from clock_timestamp() - xact_start),'
		. ' extract(epoch from clock_timestamp() - query_start) from pg_stat_activity')) {
		my ($pid, @ages) = split /\|/, $_, -1;
		@{ $ages{$pid} }{qw(age_seconds transaction_seconds query_seconds)} = @ages;
	}
	return \%ages;
}

# Every age lies between those just before and just after.
sub check_ages {
	my ($report, $before, $after, $observer) = @_;
	my ($count, @faults) = (0);
	for my $session (grep { !$_->{own} && $_->{pid} != $observer->pid } @{ $report->{sessions} }) {
		for my $key (qw(age_seconds transaction_seconds query_seconds)) {
			my ($from, $to) = map { $_->{ $session->{pid} }{$key} } $before, $after;
			my $age = $session->{$key};
			$count++ if defined $age;
			next if defined $age ? length $from && $from <= $age && $age <= $to : $from eq '';
			push @faults, "$session->{application} $key: " . ($age // 'null') . " not in $from..$to";
		}
	}
	is_deeply(\@faults, [], 'ages are those of the server');
	cmp_ok($count, '>', 15, 'ages were compared');
	return;
}

sub check_sessions {
	my ($report, $all) = @_;
	my %by_pid = map { $_->{pid} => $_ } @{ $report->{sessions} };
	my ($holder, $waiter, $second) = map { $by_pid{ $_->pid } } $all->{holder}[0], @{ $all->{waiter} };
	is_deeply($waiter->{blocked_by}, [$holder->{pid}], 'who blocks a waiting session');
	is_deeply($second->{blocked_by}, [], 'nobody blocks one that does not wait');
	is($waiter->{wait_event_type}, 'Lock', 'what it waits for');
	is($waiter->{query}, 'select * from stock', 'its query');
	is($holder->{query}, 'begin; lock table stock', 'the query of the one that blocks');
	my %expected = (holder => 'idle in transaction', aborted => 'idle in transaction (aborted)',
		call => 'fastpath function call', disabled => 'disabled', web => 'idle');
	is($by_pid{ $all->{$_}[0]->pid }{state}, $expected{$_}, "a session that is $expected{$_}")
		for sort keys %expected;
	my $disabled = $by_pid{ $all->{disabled}[0]->pid };
	is($disabled->{age_seconds}, undef, 'no age without track_activities');
	my @own = grep { $_->{own} } @{ $report->{sessions} };
	is(scalar @own, 1, 'one session is our own');
	is($own[0]{application}, 'pgconntop', 'and says so');
	is($own[0]{state}, 'active', 'it is active');
	return;
}

# By identity: what came and went between two samples.
sub check_churn {
	my ($server) = @_;
	my $watch = Report->watch($server, show => 'summary,applications');
	my $first = $watch->wait_for(sub { 1 }, 'a first report');
	is($first->{churn}{opened_per_second}, undef, 'no churn is known from one sample');
	my $guests = sub { named($_[0]{applications}, 'guest') // { total => 0, opened => 0, closed => 0 } };
	my @all = map { PgClient->new($server, application_name => 'guest') } 1 .. 5;
	my $came = $watch->wait_for(sub { $guests->($_[0])->{total} == 5 }, 'guests come');
	is($guests->($came)->{closed}, 0, 'none of them has gone by then');
	splice @all, 1;
	my $went = $watch->wait_for(sub { $guests->($_[0])->{total} == 1 }, 'all but one go');
	is($watch->stop, 0, 'exit status');
	is(total(map { $guests->($_)->{opened} } $watch->reports), 5, 'all came');
	is(total(map { $guests->($_)->{closed} } $watch->reports), 4, 'all but one went');
	cmp_ok(total(map { $_->{churn}{opened_per_second} // 0 } $watch->reports), '>=', 5, 'per second');
	is($went->{churn}{opened_per_second}, 0, 'nobody comes any more');
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30 });
	$server->psql('create role app login; create database shop owner app');
	$server->psql('create table stock (id int)', user => 'app', dbname => 'shop');
	my $observer = PgClient->new($server, application_name => 'observer');
	my $all = open_sessions($server);
	my @others = open_others($server);
	wait_ok {
		$observer->query("select count(*) from pg_stat_activity where backend_type = 'parallel worker'"
			. " or wait_event_type = 'Lock' or state like 'fastpath%' or application_name = 'psql'") == 3
	} 20, 'all sessions are in place';

	my $before = server_ages($observer);
	my ($status, $out) = monitor($server);
	my $after = server_ages($observer);
	is($status, 0, 'exit status');
	like($out, qr/\A[^\n]+\n\z/, 'one line');
	my $report = JSON::PP->new->utf8->decode($out);
	check_types($report, \%root_types, 'report', \my @faults);
	is_deeply([grep { !/pool_total/ } @faults], [], 'keys and types');
	is_deeply([sort keys %{ $report->{states} }], [sort @states], 'states are the same in all versions');
	check_server($report, $observer, $server);
	check_counts($report, $observer, $server);
	sums_ok($report);
	check_ages($report, $before, $after, $observer);
	check_sessions($report, $all);
	check_others($server);
	($all, @others) = ();
	check_churn($server);
});
done_testing();
