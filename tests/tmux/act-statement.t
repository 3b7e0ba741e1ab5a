# SPDX-License-Identifier: PostgreSQL
# The statement that acts, as the server gets it, is asked about others than those it was meant for:
# it signals nobody of whom not all is as it was shown.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use PgClient;
use PgServer;
use Screen;
use Test::More;

Screen::need();

# The statements for cancel and terminate: functions of a pid, start, state and start of the state.
sub statements {
	my ($server) = @_;
	my $screen = acting($server);
	my ($busy) = clients($server, 1, 'busy');
	$busy->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $busy) eq 'active' } 20, 'one works';
	only($screen, 'application=busy', $busy);
	for my $key ('C', 'K') {
		press($screen, $key, qr/1 session\?/, $key);
		answer($screen, 1);
		$screen->keys('Escape');
		$screen->wait_gone(qr/Over/);
	}
	my %statements;
	for my $line (split /\n/, $server->log) {
		my ($sql) = $line =~ /LOG:  statement: (.*pg_catalog\.pg_(?:cancel|terminate)_backend\b.*)/ or next;
		my ($name) = $sql =~ /pg_(cancel|terminate)_backend/;
		$sql =~ s/\(VALUES \(.*?'\S+'::pg_catalog.timestamptz\)\)/(VALUES (%s))/ or die "no values: $sql\n";
		$statements{$name} = $sql;
	}
	is_deeply([sort keys %statements], ['cancel', 'terminate'], 'both statements are known');
	$screen->keys('C-c');
	$screen->wait_exit(5);
	return %statements;
}

# What a session shows, as those values; each of them may be replaced.
sub values_of {
	my ($server, $pid, %other) = @_;
	my %values = (pid => $pid, state => 'state', backend_start => 'backend_start', state_change => 'state_change',
		%other);
	my $row = $server->psql("select $values{pid}, quote_nullable(($values{backend_start})::text) || '::timestamptz',"
		. " quote_nullable($values{state}) || '::text', quote_nullable(($values{state_change})::text) || '::timestamptz'"
		. " from pg_stat_activity where pid = $pid");
	return join ', ', split /\|/, $row;
}

sub check {
	my ($server, $sql, $values, $outcome, $what, %login) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($server->psql(sprintf($sql, $values), %login), $outcome, $what);
}

sub check_statement {
	my ($server, $sql, $name) = @_;
	my ($lamb) = clients($server, 1, 'lamb');
	my $pid = $lamb->pid;
	my $us = "interval '1 us'";
	my @wrong = (
		[{ backend_start => "backend_start + $us" }, 'reused', 'another start'],
		[{ backend_start => "backend_start - $us" }, 'reused', 'an earlier one'],
		[{ backend_start => 'null' }, 'reused', 'none'],
		[{ state => "'active'" }, 'changed', 'another state'],
		[{ state => "'idle in transaction'" }, 'changed', 'a state that is longer'],
		[{ state => 'null' }, 'changed', 'none'],
		[{ state_change => "state_change + $us" }, 'changed', 'the state began later'],
		[{ state_change => "state_change - $us" }, 'changed', 'or earlier'],
		[{ state_change => 'null' }, 'changed', 'or nobody knows when'],
	);
	for (@wrong) {
		my ($other, $outcome, $what) = @$_;
		check($server, $sql, values_of($server, $pid, %$other), $outcome, "$name: $what: $outcome");
	}
	my $values = values_of($server, $pid);
	$lamb->query('select 2');
	check($server, $sql, $values, 'changed', "$name: it worked since");
	$lamb->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $lamb) eq 'active' } 20, 'it works';
	check($server, $sql, $values, 'changed', "$name: it works");
	check($server, $sql, values_of($server, $pid, state => "'idle'"), 'changed', "$name: since then, but not idle");
	is(state_of($server, $lamb), 'active', 'it works on');
	$values = values_of($server, $pid);
	check($server, $sql, $values, 'signalled', "$name: as it was shown");
	eval { $lamb->finish };
	is($lamb->error->{C}, $name eq 'cancel' ? '57014' : '57P01', "$name: done");
	send_home($server, $lamb);
	check($server, $sql, $values, 'gone', "$name: gone");
	check($server, $sql, "999999999, now(), 'idle', now()", 'gone', "$name: a pid of nobody");
	return;
}

# Processes that are no ordinary sessions, with all that is known of them; and who asks.
sub check_special {
	my ($server, $sql, $name) = @_;
	my $sender = PgClient->new($server, replication => 'true', application_name => 'standby');
	my %pids = map { reverse split /\|/ } split /\n/, $server->psql('select pid, backend_type from pg_stat_activity'
		. " where backend_type <> 'client backend'");
	cmp_ok(scalar keys %pids, '>=', 5, 'there are processes of other kinds');
	for my $type (sort keys %pids) {
		my $values = values_of($server, $pids{$type});
		check($server, $sql, $values, 'changed', "$name: $type");
		# What has no state cannot be meant at all.
		is($server->psql("select pid from pg_stat_activity where pid = $pids{$type}"), $pids{$type}, 'it is there');
	}
	my $mine = '(select %s from pg_stat_activity where pid = pg_backend_pid())';
	my $self = join ', ', 'pg_backend_pid()', sprintf($mine, 'backend_start'), "'active'", sprintf($mine, 'state_change');
	check($server, $sql, $self, 'changed', "$name: who asks");
	my ($lamb) = clients($server, 1, 'lamb', user => 'app');
	my $values = values_of($server, $lamb->pid);
	check($server, $sql, $values =~ s/'[^']+'::timestamptz/null::timestamptz/gr, 'denied',
		"$name: what may not be seen is not touched", user => 'guest');
	check($server, $sql, $values, 'reused', "$name: nor taken for what it may be", user => 'guest');
	is(alive($server, $lamb), 1, 'it lives');
	my ($status, undef, $err) = $server->psql_rc(sprintf($sql, $values), user => 'watcher');
	isnt($status, 0, "$name: denied by the server itself");
	like($err, qr/permission denied|must be a member/, 'in its words');
	is(alive($server, $lamb), 1, 'it lives');
	send_home($server, $lamb);
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 40, log_statement => 'all' });
	$server->psql('create role app login; create role guest login; create role watcher login;'
		. ' grant pg_monitor to watcher');
	my %statements = statements($server);
	for my $name (sort keys %statements) {
		subtest $name => sub { check_statement($server, $statements{$name}, $name) };
		subtest "$name: special ones" => sub { check_special($server, $statements{$name}, $name) };
	}
});
done_testing();
