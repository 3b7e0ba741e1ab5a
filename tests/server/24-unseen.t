# SPDX-License-Identifier: PostgreSQL
# Sessions that no sample sees, and those that end badly, as servers count them from 14 on; a storm
# of connections that live for milliseconds.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

# Waits for a report in which these counts of churn are so many more than in the one before.
sub counts {
	my ($watch, $before, $what, %more) = @_;
	return $watch->wait_for(sub {
		my $churn = $_[0]{churn};
		!grep { ($churn->{$_} // -1) != $before->{churn}{$_} + $more{$_} } keys %more;
	}, $what);
}

sub check_counts {
	my ($server, $boss) = @_;
	my $watch = Report->watch($server, show => 'summary,databases', interval => 0.5);
	my $start = $watch->wait_for(sub { defined $_[0]{churn}{unseen} }, 'the counts of the server');
	my @sessions = map { PgClient->new($server, user => 'app', database => 'small') } 1 .. 4;
	my $report = counts($watch, $start, 'sessions that stay are seen',
		opened => 4, unseen => 0, abandoned => 0, fatal => 0, killed => 0);
	is(PgClient->try($server, user => 'app', database => 'small')->error->{C}, '53300', 'refused');
	$report = counts($watch, $report, 'a refusal by the database is fatal', fatal => 1, killed => 0, abandoned => 0);
	$boss->query('select pg_terminate_backend(' . $sessions[0]->pid . ')');
	$report = counts($watch, $report, 'one that is terminated', fatal => 0, killed => 1, abandoned => 0);
	delete($sessions[1]{socket})->close;
	$report = counts($watch, $report, 'one whose client is gone', fatal => 0, killed => 0, abandoned => 1);
	my $small = named($report->{databases}, 'small');
	is_deeply([@$small{qw(fatal killed abandoned)}], [1, 1, 1], 'the same of the database');
	is($small->{established}, $boss->query("select sessions from pg_stat_database where datname = 'small'"),
		'and its sessions');
	my $other = PgClient->new($server, database => 'small');
	$other->query('select pg_stat_reset()');
	$other->close;
	$report = $watch->wait_for(sub {
		(named($_[0]{databases}, 'small') // { fatal => 1 })->{fatal} == 0;
	}, 'statistics begin anew');
	ok($report->{churn}{$_} >= 1, "$_ goes on") for qw(fatal killed abandoned);
	cmp_ok($report->{churn}{unseen}, '<=', 4, 'and no session is made up');
	return;
}

# A hundred a second, and hardly one of them in a sample every second.
sub check_storm {
	my ($server) = @_;
	my $watch = Report->watch($server, show => 'summary,alerts', interval => 1);
	my $load = $server->load('--churn=100');
	my $report = $watch->wait_for(sub { ($_[0]{cause}{name} // '') eq 'storm' }, 'a storm', 60);
	is($report->{cause}{subject}, 'postgres', 'the database in which it is');
	like($report->{cause}{text}, qr/^\d+ sessions a second too short to see/, 'and what it is');
	cmp_ok($report->{churn}{unseen_per_second}, '>', 5 * $report->{churn}{opened_per_second}, 'most are not seen');
	$report = $watch->wait_for(sub { named($_[0]{alerts}, 'churn') }, 'the alert on churn');
	like(named($report->{alerts}, 'churn')->{message}, qr/too short to be seen/, 'which knows of them');
	$load->stop;
	$watch->wait_for(sub { ($_[0]{cause}{name} // '') ne 'storm' }, 'the end of it', 60);
	return;
}

# Servers before 14 do not count, so nothing is known.
sub check_unknown {
	my ($server) = @_;
	my $load = $server->load('--churn=50');
	my $report = report($server, show => 'summary,databases', interval => 0.5, count => 4);
	is($report->{churn}{$_}, undef, "$_ is not known")
		for qw(unseen unseen_per_second abandoned fatal killed killed_per_second);
	ok(defined $report->{churn}{opened}, 'but what was seen is');
	is(named($report->{databases}, 'postgres')->{established}, undef, 'nor is it of a database');
	return;
}

PgServer::each_version(sub {
	my ($bindir, $version) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30, autovacuum => 'off' });
	return check_unknown($server) if $version < 140000;
	my $boss = PgClient->new($server);
	$boss->query($_) for 'create role app login', 'create database small connection limit 4';
	check_counts($server, $boss);
	check_storm($server);
	my $report = report($server, args => ['--via=walsender'], show => 'summary', interval => 0.2, count => 3);
	is($report->{churn}{killed}, 0, 'by a walsender slot as well');
});
done_testing();
