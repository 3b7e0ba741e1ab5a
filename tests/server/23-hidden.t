# SPDX-License-Identifier: PostgreSQL
# Clients that stall while they log in hold slots. Up to 17 no view shows them: they are counted as
# hidden, looked for with each sample from 60 % utilization on, and seldom below; from 18 on they
# are in state starting.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

# Asks one role for a password, over TCP.
sub start_server {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, start => 0, conf => { max_connections => 13 });
	my $hba = $server->data . '/pg_hba.conf';
	my $rest = slurp($hba);
	open my $out, '>', $hba or die "$hba: $!";
	print $out "host all slow 127.0.0.1/32 scram-sha-256\n$rest";
	close $out;
	$server->start;
	return $server;
}

# Clients that were asked for their password and say nothing.
sub stall {
	my ($server, $count) = @_;
	my @clients = map { PgClient->stall($server, user => 'slow', tcp => 1) } 1 .. $count;
	$_->wait_for('R') for @clients;
	return @clients;
}

# Those that stall while most slots are free, so that a server that fills up is no surprise.
sub check_seldom {
	my ($server, $observer) = @_;
	is(report($server)->{slots}{hidden}, 0, 'that none is there is known at once');
	my @clients = stall($server, 2);
	my ($first, $second) = report($server, interval => 1, count => 2);
	is($first->{slots}{hidden}, undef, 'once is no proof');
	is($first->{slots}{used}, 2, 'of four used slots two are seen');
	is($second->{slots}{hidden}, 2, 'the second time is');
	is($second->{slots}{used}, 4, 'and all four are');
	return;
}

sub check_invisible {
	my ($server, $observer) = @_;
	my @clients = stall($server, 2);
	my @others = map { PgClient->new($server, user => 'app') } 1 .. 4;
	$observer->wait_for_sessions(5);
	my $watch = Report->watch($server);
	my $report = $watch->wait_for(sub { $_[0]{slots}{hidden} }, 'from 60 % on we look for them');
	is($report->{slots}{hidden}, 2, 'both are there');
	is($report->{slots}{used}, 8, 'they count as used');
	is($report->{slots}{free}, 2, 'and not as free');
	is($report->{states}{starting}, 2, 'their state is starting');
	sums_ok($report);
	my @hidden = grep { $_->{state} eq 'starting' } @{ $report->{sessions} };
	is_deeply([map { $_->{user} } @hidden], [undef, undef], 'they are sessions of unknown roles');
	ok(!(grep { !$observer->query("select count(*) from pg_locks where pid = $_->{pid}") } @hidden),
		'their pids are those of processes');
	is(named($report->{applications}, '(unknown)')->{total}, 2, 'and of unknown applications');
	@clients = ();
	$watch->wait_for(sub { $_[0]{slots}{hidden} == 0 }, 'until they are gone');
	is($watch->stop, 0, 'exit status');
	return;
}

# A full server in which nobody seems to be; it starts to be asked after the refusal.
sub check_refused {
	my ($server, $observer) = @_;
	$observer->close;
	my @clients = stall($server, 13);
	my $watch = Report->watch($server, interval => 0.3, via => 'client');
	$watch->wait_for(sub { defined $_[0]{error} }, 'no slot for us');
	pop @clients;
	my $hidden = $server->major < 18 ? 12 : 0;
	my $report = $watch->wait_for(sub { $_[0]{slots} && $_[0]{states}{starting} == 12 }, 'then all are known');
	is($report->{slots}{used}, 13, 'used');
	is($report->{slots}{hidden}, $hidden, 'hidden');
	is($report->{slots}{free}, 0, 'none is free');
	sums_ok($report);
	is($watch->stop, 0, 'exit status');
	return;
}

sub check_starting {
	my ($server) = @_;
	my @clients = stall($server, 2);
	my $report = report($server);
	is($report->{slots}{used}, 4, 'used');
	is($report->{slots}{hidden}, 0, 'none is hidden');
	is($report->{states}{starting}, 2, 'they are starting');
	sums_ok($report);
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = start_server($bindir);
	my $observer = PgClient->new($server);
	$observer->query("create role slow login password 'secret'; create role app login");
	$observer->wait_for_sessions(1);
	check_seldom($server, $observer) if $version < 180000;
	$version < 180000 ? check_invisible($server, $observer) : check_starting($server);
	$observer->wait_for_sessions(1);
	check_refused($server, $observer);
});
done_testing();
