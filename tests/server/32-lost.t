# SPDX-License-Identifier: PostgreSQL
# A server that is restarted, frozen, stopped or promoted between two samples: said in the data,
# tried again, and followed.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

sub is_sample { return defined $_[0]{slots} }
sub is_failure { return defined $_[0]{error} }

# It loses the server in that way, and finds it again with other settings.
sub check_restart {
	my ($server, $mode, $pattern) = @_;
	my $slots = $server->psql('show max_connections') + 5;
	my $watch = Report->watch($server, show => 'summary,sessions');
	my $before = $watch->wait_for(\&is_sample, "$mode: a sample before");
	$server->stop($mode);
	like($watch->wait_for(\&is_failure, 'it is reported')->{error}, $pattern, 'with the reason');
	$server->configure(max_connections => $slots);
	$server->start;
	my $after = $watch->wait_for(\&is_sample, 'a sample after');
	is($after->{slots}{max_connections}, $slots, 'max_connections is followed');
	isnt($after->{server}{started}, $before->{server}{started}, 'the server started anew');
	is($after->{churn}{opened_per_second}, undef, 'sessions before and after are not compared');
	is($watch->stop, 0, 'exit status');
	unlike($watch->program->err, qr/the server answered late/, 'samples left out had no connection');
	return;
}

# A server that does not move is waited for: its connection may be the last slot there was.
sub check_freeze {
	my ($server) = @_;
	my $watch = Report->watch($server, show => 'sessions', 'connect-timeout' => '0.2s');
	my ($before) = grep { $_->{own} } @{ $watch->wait_for(\&is_sample, 'a sample before')->{sessions} };
	$server->freeze;
	my $start = time;
	my $failure = $watch->wait_for(\&is_failure, 'a frozen server is reported');
	like($failure->{error}, qr/no answer/, 'as one that does not answer');
	cmp_ok(time - $start, '<', 10, 'in time');
	is($watch->program->status, undef, 'the program goes on');
	my ($status, $out, $err) = monitor($server, 'connect-timeout' => '0.2s', timeout => 20);
	complaint([$status, $out, $err], 2, qr/: the server is stopped \(SIGSTOP\): nothing within 200 ms, kill -CONT @{[$server->pid]} continues it; find out who/,
		'a login to a stopped server');
	complaint([monitor($server, 'connect-timeout' => '0.2s', login => { tcp => 1 })], 2,
		qr/: connected, but no answer: .*; the server is stopped, frozen/, 'the same over TCP');
	$server->thaw;
	my ($after) = grep { $_->{own} } @{ $watch->wait_for(\&is_sample, 'a sample after')->{sessions} };
	is($after->{pid}, $before->{pid}, 'over the same connection');
	is($watch->stop, 0, 'exit status');
	return;
}

sub check_end {
	my ($server) = @_;
	my $watch = Report->watch($server, count => 4, interval => 0.2);
	$watch->wait_for(\&is_sample, 'a sample before');
	$server->stop('fast');
	is($watch->program->wait(20), 2, 'gone for good: the last sample failed');
	my @reports = $watch->reports;
	is(scalar @reports, 4, 'as many reports as were asked for');
	like($reports[-1]{error}, qr/server not reached: .*; check host and port/, 'which say what to check');
	my $start = time;
	complaint([monitor($server)], 2, qr/server not reached: .*; check host and port/, 'nobody is there');
	cmp_ok(time - $start, '<', 5, 'found out at once');
	return;
}

# A shutdown that waits for the sessions, and for ours, too.
sub check_smart {
	my ($server) = @_;
	my $watch = Report->watch($server, show => 'summary');
	$watch->wait_for(\&is_sample, 'a sample before');
	kill 'TERM', $server->pid;
	wait_ok { PgClient->try($server)->error } 20, 'the server lets nobody in any more';
	complaint([monitor($server)], 2, qr/server not ready \(57P03\b.*shutting down.*; .*log/, 'and says why');
	ok(is_sample($watch->next_report), 'who is in goes on');
	is($watch->stop, 0, 'exit status');
	$server->stop('fast');
	$server->start;
	return;
}

# Kills our own session only.
sub check_killed {
	my ($server) = @_;
	my $own = sub { (grep { $_->{own} } @{ $_[0]{sessions} // [] })[0] // {} };
	my $watch = Report->watch($server, show => 'sessions', interval => 0.5);
	my $pid = $own->($watch->wait_for(\&is_sample, 'a sample before'))->{pid};
	$server->psql("select pg_terminate_backend($pid)");
	$watch->wait_for(sub { ($own->($_[0])->{pid} // $pid) != $pid }, 'our session is ended, and another comes');
	is($watch->stop, 0, 'exit status');
	like($watch->program->err . $watch->program->out,
		qr/connection lost \(57P01\b.*terminating connection due to administrator command/, 'and a message');
	return;
}

sub check_promotion {
	my ($server) = @_;
	my $standby = $server->standby;
	my $watch = Report->watch($standby, show => 'sessions');
	my $before = $watch->wait_for(\&is_sample, 'a standby');
	ok($before->{server}{in_recovery}, 'is in recovery');
	my ($own) = grep { $_->{own} } @{ $before->{sessions} };
	$standby->promote;
	my $after = $watch->wait_for(sub { is_sample($_[0]) && !$_[0]{server}{in_recovery} }, 'until promoted');
	is(scalar(grep { $_->{own} && $_->{pid} == $own->{pid} } @{ $after->{sessions} }), 1,
		'over the same connection');
	is(scalar(grep { is_failure($_) } $watch->reports), 0, 'no sample failed');
	return;
}

my $newest = (PgServer::bindirs())[-1];
PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
	check_killed($server);
	check_smart($server);
	check_restart($server, $_, qr/connection lost|server not reached|server not ready/) for qw(fast immediate);
	check_freeze($server);
	check_promotion($server) if $bindir eq $newest;
	check_end($server);
});
done_testing();
