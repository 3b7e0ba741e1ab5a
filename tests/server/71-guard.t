# SPDX-License-Identifier: PostgreSQL
# A guard: it acts at each sample, while an alert stands, within what it may in a minute, and says
# when that does not help.
use strict;
use warnings;

use FindBin;
use JSON::PP ();
use lib $FindBin::Bin;
use Order;
use PgClient;
use PgServer;
use Test::More;

my @fast = ('--watch', '--interval=0.2', '--yes');

sub guard {
	my ($server, @args) = @_;
	return Program->start([argv($server, @args)], session => 1);
}

# Whole lines of JSON.
sub reports { return map { JSON::PP->new->utf8->decode($_) } $_[0]->out =~ /^(.*)\n/mg }

sub ended {
	my @all = map { @{ $_->{targets} // [] } } reports($_[0]);
	return scalar grep { $_->{outcome} eq 'ended' } @all;
}

sub stop {
	my ($program, $status) = @_;
	$program->signal('TERM');
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return like($program->wait(20), $status // qr/^0$/, 'it can be ended');
}

# It acts from the alert on, down to where it stops, and again when that comes back.
sub check_alert {
	my ($server) = @_;
	my @limits = ('--critical=utilization:60', '--warning=utilization:50');
	my $guard = guard($server, @fast, '--when=utilization:critical', '--kill-idle=0s', '--until=40', @limits);
	wait_ok { $guard->out =~ /utilization is not at critical \([\d.]+ %\): waiting\n/ } 20, 'it waits';
	# 20 slots, 3 of them for superusers: 60 % are 11 of 17, 40 % are 6
	my @web = clients($server, 8, 'web');
	is($server->psql("select count(*) from pg_stat_activity where application_name = 'web'"), 8, 'below: all live');
	my @more = map { PgClient->new($server, application_name => 'web') } 1 .. 4;
	wait_ok { $guard->out =~ /is at critical: utilization [^\n]*\n.*^\d+ of \d+ ended; utilization [^\n]*\n/ms } 20,
		'above: it acts';
	wait_ok { $guard->out =~ /utilization is below critical again \([\d.]+ %\): waiting\n\z/ } 20, 'until it is enough';
	my @left = alive($server, @web, @more);
	cmp_ok(scalar @left, '>=', 4, 'not more than are needed');
	cmp_ok(scalar @left, '<=', 8, 'nor less, but for those that came when it had begun');
	@more = clients_or_less($server, 10 - @left, 'again');
	wait_ok { $guard->out =~ /below critical.*is at critical.*below critical/s } 20, 'and again';
	stop($guard);
	is($guard->err, '', 'nothing on stderr');
	send_home($server, alive($server, @web, @more));
	return;
}

# Where the minute stops it and the alert is over, it goes on until it is enough, or nobody is left.
sub check_latch {
	my ($server) = @_;
	my @web = map { clients($server, 1, 'web') } 1 .. 3;
	my @etl = map { clients($server, 1, 'etl') } 1 .. 5;
	# 9 of 17 are 53 %; the alert clears below 47.5 %, where 8 are; 3 are 18 %
	my @limits = ('--critical=utilization:50', '--warning=utilization:50', '--kill-idle=0s');
	my $guard = guard($server, @fast, @limits, '--when=utilization:critical', '--until=20', '--max-kills=2');
	wait_ok { $guard->out =~ /^\S+Z  utilization is below critical again \([\d.]+ %\): goes on until 20 %$/m } 20, 'it goes on';
	wait_ok { alive($server, @web, @etl) == 4 } 20, 'two of each are ended';
	wait_ok { $guard->out =~ /the most of a minute is reached, 4 left alone: goes on in \d+ s\n\z/ } 20, 'it says what it waits for';
	my ($job) = clients($server, 1, 'job');
	wait_ok { !alive($server, $job) } 20, 'others are ended meanwhile';
	my $start = time;
	wait_until { time - $start >= 2 } 5;
	is(scalar(my @said = $guard->out =~ /the most of a minute/g), 1, 'the stop is said once');
	send_home($server, $web[2], @etl[2 .. 3]);
	wait_ok { $guard->out =~ /utilization is down to [\d.]+ %: waiting\n\z/ } 20, 'enough';
	stop($guard);
	my @more = map { clients($server, 1, 'job') } 1 .. 6;
	$more[$_]->query('begin') for 1 .. 5;
	$guard = guard($server, @fast, @limits, '--when=utilization:critical', '--until=20', '--critical=utilization:45',
		'--warning=utilization:45');
	wait_ok { $guard->out =~ /below critical again[^\n]*; nobody is left to end: waiting\n\z/ } 20, 'or nobody is left';
	stop($guard);
	send_home($server, alive($server, @more, @etl));
	return;
}

# Whom it may not end is said once, on stderr where there are rows alone; to have ended nobody for
# that is an exit status.
sub check_barred {
	my ($server) = @_;
	$server->psql('create role app login; create role mon login; grant pg_monitor to mon; create role boss login; grant boss to mon');
	my @web = (clients($server, 3, 'web', user => 'app'), clients($server, 1, 'pg_dump', user => 'app'));
	my $words = qr/1 protected, 3 not permitted to this role: GRANT pg_signal_backend TO mon$/m;
	my @args = ({ user => 'mon' }, @fast, '--kill-idle=0s', '--filter=user=app|boss');
	for my $format ('text', 'csv') {
		my $guard = guard($server, @args, "--format=$format");
		my $text = sub { $format eq 'csv' ? $guard->err : $guard->out };
		wait_ok { $text->() =~ $words } 20, "$format: why nobody is ended";
		my ($boss) = clients($server, 1, 'boss', user => 'boss');
		wait_ok { !alive($server, $boss) } 20, 'one that it may end is';
		wait_ok { $text->() =~ /1 of 1 ended; utilization [\d.]+ % -> [\d.]+ %$/m } 20, 'which is said';
		is(scalar(my @said = $text->() =~ /$words/g), 1, 'once');
		stop($guard, qr/^4$/);
	}
	my ($status, $out) = order($server, @args, '--count=3');
	is($status, 3, 'nobody at all: exit status');
	like($out, qr/\A\S+Z  $words\n\z/, 'and that is all');
	send_home($server, @web);
	return;
}

# An alert that our role cannot judge is no reason to act, and not well either.
sub check_blind {
	my ($server) = @_;
	$server->psql('create role blind login');
	my @order = ({ user => 'blind' }, '--kill-idle=0s', '--yes', '--when=long_query');
	my $words = qr/long_query is unknown: our role may not see what all sessions do; grant it pg_monitor: nothing is done/;
	my ($web) = clients($server, 1, 'web');
	my ($status, $out) = order($server, @order);
	is($status, 3, 'once: exit status');
	like($out, qr/^\S+Z  $words$/m, 'it says why');
	($status, $out) = order($server, @order, '--watch', '--count=1');
	is($status, 0, 'a guard: it waits');
	like($out, qr/^\S+Z  $words$/m, 'and says why');
	($status, my $report) = acted($server, @order);
	ok(exists $report->{stands} && !defined $report->{stands}, 'whether it stands is unknown');
	is(alive($server, $web), 1, 'nobody was hurt');
	send_home($server, $web);
	return;
}

# Never more of an application within a minute than it may, whatever others have.
sub check_minute {
	my ($server) = @_;
	my @web = map { clients($server, 1, 'web') } 1 .. 5;
	my @etl = clients($server, 2, 'etl');
	my $guard = guard($server, @fast, '--kill-idle=0s', '--max-kills=2', '--format=json');
	wait_ok { ended($guard) == 4 } 20, 'two of each';
	wait_ok { reports($guard) >= 20 } 20, 'it goes on';
	is(ended($guard), 4, 'and ends no more');
	is_deeply([alive($server, @web, @etl)], [@web[2 .. 4]], 'the newest live');
	my $last = (reports($guard))[-1];
	is($last->{spared}{'beyond the most in a minute'}, 3, 'it says why');
	is_deeply($last->{targets}, [], 'a report at each sample');
	stop($guard);
	send_home($server, alive($server, @web));
	return;
}

# A pool that opens a new session for each that is ended.
sub check_pool {
	my ($server) = @_;
	my @pool = clients($server, 4, 'pool');
	my $guard = guard($server, @fast, '--kill-idle=0s', '--format=json');
	for my $round (1 .. 3) {
		wait_ok { !alive($server, @pool) } 20, 'the pool is ended';
		@pool = clients_or_less($server, 4, 'pool');
	}
	my $said = qr/pool: they come back, ending does not help: \d+ ended, \d+ came back within [\d.]+ \w+/;
	wait_ok { $guard->err =~ $said } 20, 'it says that this does not help';
	wait_ok { grep { "@{ $_->{notes} }" =~ $said } reports($guard) } 20, 'in the data too';
	my $count = reports($guard);
	wait_ok { reports($guard) > $count + 5 } 20, 'it goes on';
	stop($guard, qr/^[04]$/); # a session that just began to work was spared
	is(scalar(my @all = $guard->err =~ /$said/g), 1, 'it said so once');
	return;
}

# The guard may end one before it has run anything.
sub clients_or_less {
	my ($server, $n, $application) = @_;
	my @clients = map { eval { PgClient->new($server, application_name => $application) } } 1 .. $n;
	eval { $_->query('select 1') } for @clients;
	return @clients;
}

# --count; a server that goes and comes back; a dry run.
sub check_end {
	my ($server) = @_;
	my ($status, $out, $err) = order($server, @fast, '--kill-idle=0s', '--count=3', '--format=json');
	is($status, 0, '--count: nothing to do is no failure');
	is(scalar(my @lines = $out =~ /\n/g), 3, 'as many reports');
	my ($web) = clients($server, 1, 'web');
	($status, $out) = order($server, '--watch', '--interval=0.1', '--dry-run', '--kill-idle=0s', '--count=3', '--format=csv');
	is($status, 0, 'a dry run');
	is(scalar(@lines = $out =~ /,not tried,/g), 3, 'shows the target each time');
	is(scalar(@lines = $out =~ /^time,/mg), 1, 'and the header once');
	is(alive($server, $web), 1, 'it lives');

	my $guard = guard($server, @fast, '--kill-idle=1h', '--format=json');
	wait_ok { reports($guard) >= 1 } 20, 'a guard';
	$server->stop('immediate');
	wait_ok { grep { defined $_->{error} } reports($guard) } 20, 'the server is lost: it says so';
	$server->start;
	my $before = reports($guard);
	wait_ok { my @new = reports($guard); @new > $before && !defined $new[-1]{error} } 30, 'it is back';
	stop($guard);
	return;
}

# A server that is late for it: how many samples were left out is told, in the data or on stderr.
sub check_gap {
	my ($server, $format, $told) = @_;
	my $guard = guard($server, '--watch', '--interval=0.1', '--yes', '--kill-idle=1h', "--format=$format",
		'--when=utilization', '--warning=utilization:0');
	wait_ok { $format eq 'csv' ? $guard->out ne '' : $guard->out =~ /\n/ } 20, "$format: it runs";
	$server->freeze;
	my $start = time;
	wait_until { time - $start >= 2 } 5;
	$server->thaw;
	wait_ok { $told->($guard) } 20, "$format: a gap is told";
	stop($guard);
	return;
}

# A signal in the middle: what was begun is told, the log is whole, and no more is begun.
sub check_signal {
	my ($server) = @_;
	my @web = map { clients($server, 1, 'web') } 1 .. 3;
	kill 'STOP', $web[0]->pid;
	my $guard = Program->start([argv($server, '--kill-idle=0s', '--yes', '--format=json')], session => 1);
	wait_ok { alive($server, @web) == 1 } 20, 'two are gone, one is waited for';
	$guard->signal('INT');
	is($guard->wait(20), 4, 'exit status');
	kill 'CONT', $web[0]->pid;
	my ($report) = reports($guard);
	is($report->{outcomes}{ended}, 2, 'two ended');
	my $unknown = qr/^(?:signalled|still there)$/;
	like($report->{targets}[0]{outcome}, $unknown, 'of the third it is not known');
	my @log = entries(kill_log($server));
	is(scalar(grep { $_->{event} eq 'intent' && $_->{pid} == $web[0]->pid } @log), 1, 'the log has its intent');
	like((grep { $_->{event} eq 'outcome' && $_->{pid} == $web[0]->pid } @log)[0]{outcome}, $unknown,
		'and how far it got');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
	check_alert($server);
	check_latch($server);
	check_barred($server);
	check_blind($server);
	check_minute($server);
	check_pool($server);
	check_signal($server);
	check_gap($server, 'json', sub { grep { ($_->{skipped} // 0) > 5 } reports($_[0]) });
	check_gap($server, 'text', sub { $_[0]->out =~ /^\S+Z  \d+ samples left out: the server answered late$/m });
	check_gap($server, 'csv', sub { $_[0]->err =~ /^pgconntop: \d+ samples left out: the server answered late$/m });
	check_end($server);
});
done_testing();
