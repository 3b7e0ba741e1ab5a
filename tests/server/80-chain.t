# SPDX-License-Identifier: PostgreSQL
# Who waits for whom: a chain of three, several that wait for one, a transaction that no session has,
# and nothing when nobody waits.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

my @all = (show => 'summary,sessions');

# A session in the middle of a transaction that has these rows.
sub with_rows {
	my ($server, @rows) = @_;
	my $client = PgClient->new($server);
	$client->query('begin');
	$client->query("update t set n = 1 where id = $_") for @rows;
	return $client;
}

# Wants a row that somebody else has, and waits for it.
sub wait_for_row {
	my ($client, $row) = @_;
	$client->send_query("update t set n = 2 where id = $row");
	return $client->pid;
}

# What a session of a report holds up and waits for.
sub hold {
	my ($report, $pid) = @_;
	my $session = named($report->{sessions}, $pid) // {};
	return { map { $_ => $session->{$_} } qw(blocked_by blocked_root depth blocks holds_up) };
}

sub check_chain {
	my ($server) = @_;
	my @clients = (with_rows($server, 1, 5), map { with_rows($server, $_) } 2 .. 4);
	my @pids = map { $_->pid } @clients;
	wait_for_row($clients[$_], $_) for 1 .. 3; # each wants what the one before has
	my $other = PgClient->new($server);
	push @pids, wait_for_row($other, 5);
	my $watch = Report->watch($server, @all);
	my $report = $watch->wait_for(sub { ($_[0]{blocking}{depth} // 0) == 3 && $_[0]{blocking}{waiting} == 4 }, 'a chain of three');
	is_deeply($report->{blocking}, { waiting => 4, root => $pids[0], root_holds_up => 4, roots => 1, depth => 3, prepared => 0 },
		'all together');
	is_deeply(hold($report, $pids[0]), { blocked_by => [], blocked_root => undef, depth => 0, blocks => 2, holds_up => 4 }, 'the root');
	is_deeply(hold($report, $pids[1]), { blocked_by => [$pids[0]], blocked_root => $pids[0], depth => 1, blocks => 1, holds_up => 2 },
		'the first that waits');
	is_deeply(hold($report, $pids[2]), { blocked_by => [$pids[1]], blocked_root => $pids[0], depth => 2, blocks => 1, holds_up => 1 },
		'the second');
	is_deeply(hold($report, $pids[3]), { blocked_by => [$pids[2]], blocked_root => $pids[0], depth => 3, blocks => 0, holds_up => 0 },
		'the third');
	is(hold($report, $pids[4])->{depth}, 1, 'and one beside them');
	$clients[0]->query('rollback');
	$report = $watch->wait_for(sub { $_[0]{blocking}{waiting} < 4 }, 'the root lets go');
	$_->close for $other, reverse @clients;
	$report = $watch->wait_for(sub { $_[0]{blocking}{waiting} == 0 }, 'nobody waits');
	is_deeply($report->{blocking}, { waiting => 0, root => undef, root_holds_up => 0, roots => 0, depth => 0, prepared => 0 },
		'and nothing is left of it');
	$watch->stop;
	return;
}

sub check_prepared {
	my ($server) = @_;
	with_rows($server, 1)->query("prepare transaction 'forgotten'");
	my $client = PgClient->new($server);
	my $pid = wait_for_row($client, 1);
	my $watch = Report->watch($server, @all);
	my $report = $watch->wait_for(sub { ($_[0]{blocking}{prepared} // 0) == 1 }, 'one waits for a prepared transaction');
	is($report->{blocking}{root}, undef, 'no session is the root');
	is_deeply(hold($report, $pid), { blocked_by => [0], blocked_root => 0, depth => 1, blocks => 0, holds_up => 0 }, 'who waits for it');
	$watch->stop;
	$server->psql("rollback prepared 'forgotten'");
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20, max_prepared_transactions => 2 });
	$server->psql('create table t (id int primary key, n int)');
	$server->psql('insert into t select i, 0 from generate_series(1, 5) i');
	check_chain($server);
	check_prepared($server);
});
done_testing();
