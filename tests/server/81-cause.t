# SPDX-License-Identifier: PostgreSQL
# Why it is so: each trouble that has a cause, made on a real server, is called by its name, with who
# it is about; a busy server that is well has none.
use strict;
use warnings;

use File::Temp qw(tempfile);
use FindBin;
use lib $FindBin::Bin;
use Check;
use PgClient;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

my @options = (interval => 0.5, show => 'summary');

# Takes samples until one has that cause.
sub cause_ok {
	my ($server, $name, $subject, $pattern, %opt) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $watch = Report->watch($server, @options, %opt);
	wait_for_cause($watch, $name, $subject, $pattern);
	$watch->stop;
	return;
}

sub wait_for_cause {
	my ($watch, $name, $subject, $pattern, $seconds) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $report = $watch->wait_for(sub { ($_[0]{cause}{name} // '') eq $name }, "the cause is $name", $seconds // 60);
	like($report->{cause}{text} // '', $pattern, "$name: the sentence");
	is($report->{cause}{subject}, $subject, "$name: whom it is about");
	return;
}

# Calm, and idle sessions that are too few to be worth a word. It is said when it is known how many
# sessions come and go, those that the server alone counts included.
sub check_healthy {
	my ($server) = @_;
	my $load = $server->load('--idle=3', '--active=2');
	my $count = $server->major < 14 ? 2 : 3;
	my $late = $server->major < 18 ? '; stalled logins show in 30 s' : '';
	my @reports = report($server, show => 'summary', count => $count);
	is_deeply($reports[-1]{cause},
		{ name => 'nothing', subject => undef, text => "nothing wrong: 6 of 27 slots are used, 3 active$late" }, 'all is well');
	is_deeply([map { $_->{cause}{name} } @reports[0 .. $count - 2]], [(undef) x ($count - 1)], 'which is not known at once');
	my ($status, $text) = monitor($server, show => 'summary', format => 'text', count => $count);
	like($text, qr/^Cause +-\n.*^Cause +nothing wrong: 6 of 27 slots are used, 3 active$late$/ms, 'also in text');
	unlike(check($server)->{details}, qr/^cause/m, 'which a check does not mention');
	is(report($server, show => 'states')->{cause}, undef, 'nor a report without a summary');
	return;
}

# Many wait for a row that one holds.
sub check_pile_up {
	my ($server) = @_;
	my $load = $server->load('--lock', '--wait=6');
	my $pid = $server->psql("select pid from pg_stat_activity where application_name = 'admin-shell'");
	chomp $pid;
	cause_ok($server, 'pile_up', "pid $pid",
		qr/^6 wait for pid $pid admin-shell, idle in transaction for [\d.]+ s$/);
	like(check($server)->{details}, qr/^cause pile_up: 6 wait for pid $pid .*; key B of pgconntop helps$/m, 'so says a check');
	return;
}

# Nobody does: each waits for a moment, whoever holds the row then.
sub check_contention {
	my ($server) = @_;
	my $pgbench = $server->bindir . '/pgbench';
	my ($status, $out, $err) = run_program([$pgbench, '-i', '-q', $server->connstr], timeout => 60);
	is($status, 0, 'pgbench makes its tables') or return diag($err);
	for my $kind (['-S'], ['-N'], []) {
		my $program = Program->start([$pgbench, '-n', '-c', 12, '-T', 60, @$kind, $server->connstr]);
		my $watch = Report->watch($server, @options, interval => 0.2, show => 'summary,applications');
		$watch->wait_for(sub { ((named($_[0]{applications} // [], 'pgbench') // {})->{total} // 0) == 12 }, "pgbench @$kind works");
		my $seen = $watch->count;
		wait_ok { $watch->count >= $seen + 25 } 60, '25 samples of it';
		my %names = map { ($_->{cause}{name} // 'none') => $_->{cause}{text} } $watch->reports;
		delete @names{qw(none nothing)};
		is_deeply(\%names, {}, 'in which nothing is the matter');
		is(defined $program->status ? $program->err : '', '', 'and it went on');
		$program->signal('INT');
		$program->wait(20);
		$watch->stop;
	}
	return;
}

sub check_storm {
	my ($server) = @_;
	my $load = $server->load('--application=php', '--query=select pg_sleep(0.3)', '--churn=25');
	cause_ok($server, 'storm', 'php', qr/^php opens \d\d sessions a second(?:, \d+ of them seen)?, half of them live under [\d.]+ m?s$/,
		interval => 1);
	return;
}

# Clients that say who they are, and then nothing: also where most slots seem to be free.
sub check_starting {
	my ($server) = @_;
	my @silent = map { PgClient->stall($server, tcp => 1, user => 'shy') } 1 .. 4;
	cause_ok($server, 'starting', undef, qr/^4 of 5 used slots are held by clients that are still logging in$/);
	return;
}

# They give up after 3 seconds, and others come in their place.
sub check_starting_anew {
	my ($server) = @_;
	my $watch = Report->watch($server, @options);
	my $end = time + 60;
	my (@silent, %causes);
	until (($causes{starting} // '') =~ /^\d\d / || time > $end) {
		shift @silent while @silent && $silent[0][0] < time - 3;
		push @silent, [time, PgClient->stall($server, tcp => 1, user => 'shy')] for 1 .. (@silent < 24 ? 4 : 0);
		my $cause = $watch->next_report->{cause};
		$causes{ $cause->{name} // 'none' } = $cause->{text};
	}
	like($causes{starting} // '', qr/^\d\d of \d\d used slots are held by clients that are still logging in$/, 'logins that end and come anew');
	is($causes{one_took}, undef, 'are no application');
	$watch->stop;
	return;
}

sub check_over_provisioned {
	my ($server) = @_;
	my ($out, $file) = tempfile(UNLINK => 1);
	print $out 'pools = ( { name = "web"; match = "application=web"; workers = 4; pool_size = 5; max_overflow = 2; } );';
	close $out;
	my $load = $server->load('--application=web', '--idle=19', '--application=api', '--active=2');
	cause_ok($server, 'over_provisioned', undef, qr/^pools may open 28, usable are 27; 19 of their 19 sessions are idle$/,
		config => $file);
	return;
}

sub check_one_took {
	my ($server) = @_;
	my $load = $server->load('--application=web', '--idle=19', '--application=api', '--active=4');
	cause_ok($server, 'one_took', 'web', qr/^web took 19 of 24 used slots, 19 of them are idle$/);
	return;
}

sub check_monitor {
	my ($server) = @_;
	my $load = $server->load('--application=pgcenter', '--idle=11');
	cause_ok($server, 'monitor', 'pgcenter', qr/^pgcenter, which only watches, holds 11 of 12 used slots$/);
	return;
}

# Bytes that a name may have, and must not get to a terminal.
sub check_hostile {
	my ($server) = @_;
	my @sessions = map { PgClient->new($server, application_name => "\x1b[2J|we\xffb") } 1 .. 24;
	my $report = report($server, show => 'summary');
	is($report->{cause}{name}, 'one_took', 'a name that wants to do harm');
	my $answer = check($server);
	like($answer->{details}, qr/^cause one_took: \S/m, 'is called');
	unlike($answer->{details}, qr/[\x00-\x09\x0b-\x1f\x7f]/, 'and cleaned');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $newest = $bindir eq (PgServer::bindirs())[-1];
	my %how = (bindir => $bindir, conf => { max_connections => 30 });
	# What takes a minute by its nature goes on beside the rest, and needs no other version.
	my @slow = map { PgServer->new(bindir => $bindir) } $newest ? 1 .. 2 : ();
	my @long;
	if ($newest) {
		my @loads = ($slow[0]->load('--application=worker', '--leak=2,6'), $slow[1]->load('--application=reports', '--active=7', '--idle=3'));
		my @watches = map { Report->watch($_, @options) } @slow;
		@long = (\@loads, \@watches);
	}
	my $server = PgServer->new(%how, start => 0);
	my $hba = $server->data . '/pg_hba.conf';
	my $rest = slurp($hba);
	open my $out, '>', $hba or die "$hba: $!";
	print $out "host all shy 127.0.0.1/32 scram-sha-256\n$rest";
	close $out;
	$server->start;
	$server->psql("create role shy login password 'right'");
	for my $check (\&check_healthy, \&check_pile_up, \&check_storm, \&check_starting, \&check_starting_anew, \&check_over_provisioned,
		\&check_one_took, \&check_monitor, \&check_hostile) {
		$check->($server);
		PgClient->new($server)->wait_for_sessions(1);
	}
	SKIP: {
		skip "no pgbench in $bindir", 1 if !-x "$bindir/pgbench";
		check_contention($server);
	}
	if (@long) {
		wait_for_cause($long[1][0], 'leak', 'worker', qr/^worker leaks: \d+ of \d+ sessions idle over 1 min, \+\d+ in \d+ (?:s|min.*)$/, 180);
		wait_for_cause($long[1][1], 'slow', 'reports', qr/^7 of 11 used slots run queries over 1 min, all of reports$/, 120);
	}
});
done_testing();
