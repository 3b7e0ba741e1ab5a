# SPDX-License-Identifier: PostgreSQL
# A full server without the screen: checks, metrics and orders get in by the same ways, and say so;
# and where no way is left, they say that, and go on by themselves.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Check;
use Order;
use PgClient;
use PgServer;
use Report;
use Test::More;

use constant SLOTS => 12;

my %conf = (
	autovacuum_max_workers => 1,
	max_connections => SLOTS,
	max_wal_senders => 2,
	max_worker_processes => 2,
	superuser_reserved_connections => 3,
);

# Idle sessions in all slots.
sub fill {
	my ($server) = @_;
	my @sessions = PgClient->fill($server, application_name => 'web');
	$_->query('select 1') for @sessions;
	return @sessions;
}

# The exact limit, how it got in, who has the slots, what to do.
sub check_check {
	my ($server, $via, $who) = @_;
	my $limit = qr/logins refused: all slots in use \(53300, InitProcess\), max_connections 12/;
	my $answer = answers($server, 2, qr/^$limit; utilization 133\.3 %: $who has 12 .* 12 of 9 slots used .*, seen via $via: idle 12/,
		"$via: a check");
	is($answer->{figures}{used}{value}, 12, 'with its figures');
	cmp_ok($answer->{figures}{refused}{value}, '>=', 1, 'also of refused logins');
	like($answer->{details}, qr/^CRITICAL refused: $limit$/m, 'which limit');
	like($answer->{details}, qr/, via $via$/m, 'by which way');
	like($answer->{details}, qr/^next: no session is idle for over 1 min, and $who has 12 of 12 used slots: \w/m, 'what to do');
	like($answer->{details}, qr/^$who has 12: idle 12$/m, 'who has them');
	return;
}

sub check_metrics {
	my ($server, $via) = @_;
	my ($status, $out, $err) = monitor($server, format => 'openmetrics', show => 'summary');
	is("$status$err", '0', "$via: metrics");
	like($out, qr/^pg_up\{[^}]*\} 1$/m, 'the server can be asked');
	like($out, qr/^pgconntop_refused\{[^}]*reason="all slots in use"\} 1$/m, 'logins are refused');
	like($out, qr/^pgconntop_used_slots\{[^}]*\} 12$/m, 'used slots');
	return;
}

# Whom it names, and nobody else; with a log.
sub check_orders {
	my ($server, $via, @sessions) = @_;
	my ($status, $report) = acted($server, '--kill-idle=0s', '--max-kills=3', '--dry-run');
	is("$status $report->{via}", "0 $via", "$via: a dry run");
	is(scalar @{ $report->{targets} }, 3, 'names three');
	is($sessions[-1]->query("select count(*) from pg_stat_activity where backend_type = 'client backend'"), SLOTS,
		'and ends nobody');
	my $one = $sessions[5]->pid;
	($status, $report) = acted($server, '--terminate', "--filter=pid=$one", '--yes');
	is($status, 0, 'one that is chosen');
	is_deeply([map { "$_->{pid} $_->{outcome}" } @{ $report->{targets} }], ["$one ended"], 'is ended');
	push @sessions, PgClient->fill($server, application_name => 'web');
	$sessions[-1]->query('select 1');
	($status, $report) = acted($server, '--kill-idle=0s', '--max-kills=3', '--yes');
	is($status, 0, 'idle ones');
	is_deeply($report->{outcomes}, { ended => 3 }, 'are ended');
	is(report($server)->{via}, 'client', 'there is an ordinary slot again');
	my %ended = map { $_ => 1 } $one, map { $_->{pid} } @{ $report->{targets} };
	is(scalar alive($server, @sessions), SLOTS - 3, 'the others live');
	ok(!grep({ $ended{ $_->pid } } alive($server, @sessions)), 'and they do not');
	my @log = entries(kill_log($server));
	is_deeply(outcomes(@log), { ended => [sort { $a <=> $b } keys %ended] }, 'the log has them');
	is(scalar(grep { $_->{event} eq 'intent' } @log), 4, 'with their intents');
	unlink kill_log($server);
	return;
}

# It waits for the server to be full, gets in, and makes room as far as it shall.
sub check_guard {
	my ($server, $via) = @_;
	my @sessions = fill($server);
	my $guard = Program->start([argv($server, '--watch', '--interval=0.2', '--yes', '--when=refused:critical',
		'--kill-idle=0s', '--max-kills=2', '--format=json')], session => 1);
	my @ended;
	wait_ok {
		my @reports = map { Report::decode($_) } $guard->out =~ /^(.*)\n/mg;
		@ended = grep { $_->{outcome} eq 'ended' } map { @{ $_->{targets} // [] } } @reports;
		@ended >= 2
	} 20, "$via: a guard that waits for refused logins";
	$guard->signal('TERM');
	is($guard->wait(20), 0, 'ends');
	my $note = "pgconntop: by /proc no application is known: none is spared for its name, such as pg_dump\n";
	is($guard->err, $via eq 'proc' ? $note : '', 'silently but for what is not to be seen');
	is(scalar @ended, 2, 'it ended as many as it may');
	is(scalar alive($server, @sessions), SLOTS - 2, 'and no more');
	unlink kill_log($server);
	return;
}

sub check_way {
	my ($server, $via, $who) = @_;
	my @sessions = fill($server);
	check_check($server, $via, $who);
	check_metrics($server, $via);
	check_orders($server, $via, @sessions);
	@sessions = ();
	wait_until { $server->psql('select count(*) from pg_stat_activity where backend_type = \'client backend\'') eq '1' } 20,
		'the end of the sessions';
	check_guard($server, $via);
	return;
}

# A role that gets in nowhere, as from another machine: each says so, and comes back by itself.
sub check_no_way {
	my ($server) = @_;
	my @sessions = fill($server);
	my %login = (login => { user => 'app', $server->far });
	my $why = qr/all slots in use \(53300, InitProcess\): [^;]+; no way in by a walsender slot: role may not take [^;]+; no way in by \/proc: 0\.0\.0\.0 may be/;
	complaint([monitor($server, %login)], 2, qr/: $why.*; log in as a superuser, or as a role with REPLICATION/, 'a report');
	my $answer = answers($server, 2, qr/^$why/, 'a check', %login);
	like($answer->{details}, qr/^\S+: log in as a superuser, or as a role with REPLICATION/, 'says what to do');
	is($answer->{figures}{used}{value}, undef, 'what it could not see is U');
	my ($status, $out) = monitor($server, %login, format => 'openmetrics', show => 'summary');
	is($status, 2, 'metrics: exit status');
	like($out, qr/^pg_up\{[^}]*\} 0$/m, 'cannot be asked');
	like($out, qr/^pgconntop_refused\{[^}]*reason="all slots in use"\} 1$/m, 'and why');
	($status, $out, my $err) = order($server, $login{login}, '--kill-idle=0s', '--yes');
	is("$status$out", '2', 'an order: exit status');
	like($err, $why, 'and why');
	my $watch = Report->watch($server, %login);
	$watch->wait_for(sub { ($_[0]{error} // '') =~ $why }, 'a report says why there is none');
	@sessions = @sessions[0 .. 3];
	my $report = $watch->wait_for(sub { $_[0]{slots} }, 'and goes on when there is a slot');
	is($report->{via}, 'client', 'an ordinary one');
	is($watch->stop, 0, 'exit status');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => \%conf);
	$server->psql('create role app login');
	subtest 'by a walsender slot' => sub { check_way($server, 'walsender', qr/web/) };
	subtest 'no way' => sub { check_no_way($server) };
	SKIP: {
		skip 'there is no /proc/PID/stat here', 1 if !-r '/proc/self/stat';
		$server->restart('fast', max_wal_senders => 0);
		subtest 'by /proc' => sub { check_way($server, 'proc', qr/user postgres/) };
	}
});
done_testing();
