# SPDX-License-Identifier: PostgreSQL
# Freeing slots: each policy ends exactly whom it means, the oldest first, and leaves exactly those
# that keep, most, the utilization, the protection and the filter leave. Tagging all of a list spares
# the same programs.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use PgClient;
use PgServer;
use Screen;
use Test::More;

use constant OLD => 10; # seconds that old ones are idle at least

Screen::need();

my @policies = ('idle', 'idle-in-transaction', 'aborted', 'application', 'database', 'user', 'all');
my @fields = ('age', 'keep', 'most', 'until');

# Opens the dialog, chooses a policy, fills fields, and goes on to the question. The number of
# targets that the policy's line shows must be this one.
sub free_slots {
	my ($screen, $policy, $count, %fields) = @_;
	press($screen, 'X', qr/Free slots on /, "X: $policy" . join '', map { ", $_ $fields{$_}" } sort keys %fields);
	my ($down) = grep { $policies[$_] eq $policy } 0 .. $#policies;
	$screen->keys(('Down') x $down) if $down;
	for my $field (@fields) {
		$screen->keys('Tab');
		$screen->type($fields{$field}) if exists $fields{$field};
	}
	ok($screen->wait_for(qr/\(\*\) .*\s$count +\d+ +[\d.]+ %/), "the preview counts $count") or $screen->show;
	return $screen->keys('Enter');
}

# The same to the end.
sub free_ok {
	my ($screen, $policy, $count, %fields) = @_;
	free_slots($screen, $policy, $count, %fields);
	answer($screen, $count);
	like($screen->capture, qr/\b$count ended\b/, "$count ended") or $screen->show;
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	return;
}

sub wait_old {
	my ($server, @clients) = @_;
	my $pids = join ',', map { $_->pid } @clients;
	return wait_ok {
		$server->psql("select count(*) from pg_stat_activity where pid in ($pids)"
			. ' and clock_timestamp() - state_change > ' . OLD . " * interval '1 s'") == @clients
	} OLD + 20, 'some are idle for ' . OLD . ' s';
}

# Those that are left, as their applications with numbers.
sub left {
	my ($server) = @_;
	my $left = $server->psql("select string_agg(application_name || ' ' || n, ' ' order by application_name)"
		. " from (select application_name, count(*) n from pg_stat_activity where backend_type = 'client backend'"
		. " and pid <> pg_backend_pid() group by application_name) s");
	return $left;
}

# Old and young ones, and who is never to be ended; then the age, keep, most and the utilization.
sub check_idle {
	my ($server, $screen) = @_;
	my @web = clients($server, 6, 'web');
	my @worker = clients($server, 4, 'worker');
	my @safe = map { clients($server, 1, $_) } 'pg_dump', 'pg_restore', 'pgconntop', 'nightly';
	my ($busy) = clients($server, 1, 'web');
	$busy->send_query('select pg_sleep(1000)');
	my $sender = PgClient->new($server, replication => 'true', application_name => 'standby');
	my @young = clients($server, 2, 'web');
	wait_old($server, @web, @worker, @safe);
	$_->query('select 1') for @young;
	my @other = (@safe, $busy, @young);
	free_slots($screen, 'idle', 10, age => OLD . 's');
	like($screen->capture, qr/Left alone: 4 protected/, 'who is left alone is said');
	press($screen, 'Escape', qr/Free slots on /, 'no: back to the choice');
	press_gone($screen, 'Escape', qr/Free slots on /, 'and to the panes');
	$_->query('select 1') for @young;
	free_ok($screen, 'idle', 2, age => OLD . 's', most => 2);
	is_deeply([alive($server, @web)], [@web[2 .. 5]], 'the two oldest are gone');
	$_->query('select 1') for @young;
	free_ok($screen, 'idle', 2, age => OLD . 's', keep => 3);
	is_deeply([alive($server, @web, @worker)], [@web[3 .. 5], @worker[1 .. 3]], 'three of each are kept, the newest');
	# 14 sessions are left, of 37: at 33 % are 12.
	$_->query('select 1') for @young;
	is(alive($server, @web, @worker, @other), 13, 'sessions, and our own');
	free_ok($screen, 'idle', 2, age => OLD . 's', until => '33');
	is_deeply([alive($server, @web, @worker)], [$web[5], @worker[1 .. 3]], 'as few as are enough');
	$_->query('select 1') for @young;
	free_ok($screen, 'idle', 4, age => OLD . 's');
	is_deeply([alive($server, @web, @worker)], [], 'all old ones are gone');
	is(alive($server, @other), @other, 'nobody else');
	is(alive($server, $sender), 1, 'nor a walsender');
	my @log = entries(kill_log($server));
	is_deeply([map { $_->{policy} } @log], [('idle') x 20], 'the log has the policy');
	is_deeply(outcomes(@log), { ended => [sort { $a <=> $b } map { $_->pid } @web, @worker] }, 'and each outcome');
	send_home($server, @other, $sender);
	free_slots($screen, 'idle', 0, age => '1h');
	ok($screen->wait_for(qr/nothing to terminate(?:: no session is idle for 1 h or longer|; Tab, then a smaller age: the oldest is idle for )/), 'nobody is that old');
	$screen->keys('Escape');
	return;
}

# Of the others the age does not count.
sub check_policies {
	my ($server, $screen) = @_;
	my @open = map { clients($server, 1, 'open') } 1 .. 2;
	$server->psql('create table stock (id int)');
	$open[0]->query('begin; lock table stock');
	$open[1]->query('begin; select 1');
	my ($waiter) = clients($server, 1, 'waiter');
	$waiter->send_query('select count(*) from stock');
	my @failed = map { clients($server, 1, 'failed') } 1 .. 2;
	for my $client (@failed) {
		$client->query('begin');
		eval { $client->query('select 1 / 0') };
	}
	$server->psql('create role app login; create database shop');
	my @shop = clients($server, 2, 'shop', database => 'shop');
	my @app = clients($server, 2, 'phone', user => 'app');
	my ($dump) = clients($server, 1, 'pg_dump', user => 'app', database => 'shop');
	only($screen, 'application=failed', @failed);
	free_ok($screen, 'aborted', 2);
	is(alive($server, @failed), 0, 'aborted');
	$screen->keys('\\');
	free_ok($screen, 'idle-in-transaction', 2, age => '0s');
	is(alive($server, @open), 0, 'idle in transaction');
	is($waiter->finish, 0, 'and whoever waited for them goes on');
	undef $waiter;
	wait_ok { left($server) eq 'pg_dump 1 pgconntop 1 phone 2 shop 2' } 20, 'nobody else';
	point_at($screen, $shop[0], 'shop');
	free_ok($screen, 'database', 2);
	is(left($server), 'pg_dump 1 pgconntop 1 phone 2', 'the database');
	@shop = clients($server, 3, 'a shop');
	point_at($screen, $shop[0], 'a shop');
	free_ok($screen, 'application', 3);
	point_at($screen, $app[0], 'phone');
	free_ok($screen, 'user', 2);
	is(left($server), 'pg_dump 1 pgconntop 1', 'nobody else');
	@app = clients($server, 2, 'phone', user => 'app');
	@shop = clients($server, 2, 'shop');
	my ($busy) = clients($server, 1, 'shop');
	$busy->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $busy) eq 'active' } 20, 'one works';
	only($screen, 'application=shop', @shop, $busy);
	free_slots($screen, 'all', 3);
	ok($screen->wait_for(qr/1 runs a query now/), 'that one works is said');
	answer($screen, 3);
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	is(left($server), 'pg_dump 1 pgconntop 1 phone 2', 'all, but within the filter');
	$screen->keys('\\');
	free_ok($screen, 'all', 2);
	is(left($server), 'pg_dump 1 pgconntop 1', 'all but those that are protected, and us');
	return;
}

# All of the list are tagged: a backup and another monitor among them are left alone.
sub check_tagged {
	my ($server) = @_;
	my $other = Screen->monitor($server);
	$other->wait_for(qr/Slots \[/) or die "no screen\n";
	my $pid = own_pid($server);
	my $screen = acting($server);
	my @lambs = map { clients($server, 2, $_) } 'web', 'worker';
	my ($dump) = clients($server, 1, 'pg_dump');
	ok($screen->wait_for(qr/Sessions \(7\)/), 'all are listed');
	press($screen, ['3', '*'], qr/\b7 tagged\b/, 'and tagged');
	press($screen, 'K', qr/Terminate 4 sessions\?/, 'K is about the ordinary ones');
	my $words = words($screen);
	like($words, qr/Left alone: .*\b2 protected/, 'two are protected');
	like($words, qr/Left alone: .*\b1 our own connection/, 'one is our own');
	answer($screen, 4);
	like($screen->capture, qr/\b4 ended\b/, '4 ended') or $screen->show;
	is(alive($server, @lambs), 0, 'those end');
	is(alive($server, $dump), 1, 'the backup lives');
	is($server->psql("select application_name from pg_stat_activity where pid = $pid"), 'pgconntop',
		'the other monitor keeps its session');
	ok($other->wait_for(qr/Sessions \(3\)/), 'and shows what is left');
	is_deeply([sort { $a <=> $b } map { $_->{pid} } grep { $_->{event} eq 'intent' } entries(kill_log($server))],
		[sort { $a <=> $b } map { $_->pid } @lambs], 'the log names no other');
	for ($screen, $other) {
		$_->keys('C-c');
		is($_->wait_exit(5), 0, 'it ends as it should');
	}
	send_home($server, $dump);
	unlink kill_log($server);
	return;
}

# What cannot be read changes nothing.
sub check_wrong {
	my ($server, $screen) = @_;
	my ($lamb) = clients($server, 1, 'lamb');
	press($screen, 'X', qr/Free slots on /, 'X');
	$screen->keys('Tab');
	$screen->type('5minutes');
	ok($screen->wait_for(qr/age: .*5minu/), 'a wrong age is said');
	$screen->keys('Enter');
	ok($screen->wait_for(qr/Free slots on /), 'and no way on');
	$screen->keys('BSpace') for 1 .. 8;
	$screen->type('0s');
	$screen->keys('BTab', 'BTab');
	$screen->type('101');
	ok($screen->wait_for(qr/"101" is not within 0 and 100/), 'as is a wrong utilization');
	press_gone($screen, 'Escape', qr/Free slots on /, 'Esc closes it');
	is(alive($server, $lamb), 1, 'it lives');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 40 });
	subtest 'all of a list' => sub { check_tagged($server) };
	my $screen = acting($server, args => ['--protect=application=nightly']);
	subtest 'idle' => sub { check_idle($server, $screen) };
	subtest 'the other policies' => sub { check_policies($server, $screen) };
	subtest 'wrong limits' => sub { check_wrong($server, $screen) };
	$screen->keys('C-c');
	is($screen->wait_exit(5), 0, 'it ends as it should');
});
done_testing();
