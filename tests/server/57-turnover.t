# SPDX-License-Identifier: PostgreSQL
# What is kept from sample to sample, of real clients: who opens and closes sessions and how long
# they live, how long others are idle, the trend, and the most slots that were used.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgServer;
use Report;
use Test::More;

# The row of an application; empty while there is none.
sub of {
	my ($report, $table, $name) = @_;
	return named($report->{$table}, $name) // {};
}

# A storm of short sessions beside some that stay.
sub check_storm {
	my ($server) = @_;
	my $idle = $server->load('--application=pool', '--idle=6');
	my $storm = $server->load('--application=php', '--query=select pg_sleep(0.3)', '--churn=20');
	my $watch = Report->watch($server, show => 'summary,turnover,idle', interval => 0.1);
	my $seen = $watch->wait_for(sub {
		my $php = of($_[0], 'turnover', 'php');
		return ($php->{opened_per_second} // 0) >= 5 && defined $php->{median_life_seconds};
	}, 'a storm');
	my ($php, $pool) = map { of($seen, 'turnover', $_) } qw(php pool);
	cmp_ok($php->{opened_per_second}, '<=', 40, 'no more than are opened');
	cmp_ok($php->{closed_per_second}, '>', 0, 'they close as well');
	cmp_ok($php->{median_life_seconds}, '>=', 0.2, 'they live as long as their query');
	cmp_ok($php->{peak}, '>=', $php->{total}, 'their peak');
	is($pool->{total}, 6, 'others stay');
	is($pool->{opened_per_second}, 0, 'and open');
	is($pool->{closed_per_second}, 0, 'and close none');
	is($pool->{median_life_seconds}, undef, 'of which no life is known');
	my $ages = of($seen, 'idle', 'pool');
	is($ages->{idle}, 6, 'they are idle');
	my $sum = 0;
	$sum += $ages->{$_} for qw(under_1s under_1min under_10min longer never_used);
	is($sum, 6, 'each for some time');
	is($seen->{reclaimable}, 0, 'none for ten minutes');

	my $high = $watch->wait_for(sub { $_[0]{peak}{used} > 7 }, 'a peak');
	$storm->stop;
	my $calm = $watch->wait_for(sub { $_[0]{slots}{used} == 7 }, 'the storm is over');
	cmp_ok($calm->{peak}{used}, '>=', $high->{peak}{used}, 'the peak stays');
	cmp_ok($calm->{peak}{time}, 'lt', $calm->{time}, 'with its time');
	my $past = of($calm, 'turnover', 'php');
	is($past->{total}, 0, 'it is known who is gone');
	cmp_ok($past->{peak}, '>=', 1, 'and how many it had');
	$watch->stop;
	$idle->stop;
	return;
}

# An application that opens more and more, and then no more.
sub check_trend {
	my ($server) = @_;
	my $leak = $server->load('--application=job', '--leak=0.3,1');
	my $watch = Report->watch($server, show => 'summary', interval => 0.2);
	my $seen = $watch->wait_for(sub { defined $_[0]{trend}{full_in_seconds} }, 'it is seen where this goes');
	cmp_ok($seen->{trend}{per_minute}, '>', 30, 'up');
	cmp_ok($seen->{trend}{confidence}, '>=', 0.5, 'and it is sure');
	cmp_ok($seen->{trend}{confidence}, '<=', 1, 'as a share');
	$leak->stop;
	$seen = $watch->wait_for(sub { $_[0]{slots}{used} == 1 && !defined $_[0]{trend}{full_in_seconds} },
		'no forecast after the fall');
	$watch->stop;
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 60 });
	check_storm($server);
	check_trend($server);
});
done_testing();
