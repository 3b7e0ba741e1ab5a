# SPDX-License-Identifier: PostgreSQL
# Acting on sessions that were chosen: the answer is no unless it is yes, the log knows of it before
# the server does, and whoever works by then is spared.
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

my $question = qr/Terminate 1 session\?/;
my $question_3 = qr/Terminate 3 sessions\?/;

my @keys = sort qw(time event action policy os_user sudo_user ssh_client server role pid backend_start
	user database application client state state_change age_seconds query outcome note);

sub check_no {
	my ($server, $screen) = @_;
	my ($lamb) = clients($server, 1, 'lamb');
	only($screen, 'application=lamb', $lamb);
	for my $key ('Enter', 'Escape', 'n', 'q') {
		press($screen, 'K', $question, "K asks");
		like($screen->capture, qr/^.*\bon \S+:\d+\/postgres\b.*primary/m, 'it names the server') if $key eq 'n';
		press_gone($screen, $key, $question, "$key: no");
	}
	press($screen, 'K', $question, 'K asks again');
	$screen->keys('Y', 'Space', 'K', 'C', 'X', '1', 'C-j');
	$screen->keys('Escape', 'Escape');
	$screen->wait_gone($question);
	press($screen, 'F9', qr/Terminate .*\n.*/, 'F9: the menu');
	$screen->keys('Escape');
	is(alive($server, $lamb), 1, 'it lives');
	is($lamb->query('select 42'), 42, 'and works');
	ok(!-e kill_log($server), 'there is no log of nothing');
	return;
}

# A query longer than what a sample brings, of several lines.
sub check_yes {
	my ($server, $screen) = @_;
	my $query = "select 1\n\t-- '\"\\" . ' and more' x 300 . "\nas one";
	my $lamb = PgClient->new($server, application_name => 'lamb');
	$lamb->query($query);
	only($screen, 'application=lamb', $lamb);
	press($screen, 'K', $question, 'K asks');
	my $pid = $lamb->pid;
	like($screen->capture, qr/^.*\b$pid\b.*\blamb\b.*\bidle\b/m, 'about this one');
	$screen->keys('y');
	eval { $lamb->wait_for('Z') };
	my @before = entries(kill_log($server));
	is($lamb->error->{C}, '57P01', 'it is ended by the administrator');
	is($before[0]{event}, 'intent', 'when it learns of it the intent is on disk');
	ok($screen->wait_for(qr/\b1 ended\b/), 'and the screen says ended');
	is(alive($server, $lamb), 0, 'it is gone on the server');
	press_gone($screen, 'Escape', qr/\bended\b/, 'Esc closes the result');
	my @log = entries(kill_log($server));
	is_deeply([map { $_->{event} } @log], ['intent', 'outcome'], 'intent and outcome');
	is(sprintf('%o', (stat kill_log($server))[2] & 07777), '600', 'nobody else reads the log');
	is_deeply([sort keys %$_], \@keys, "all keys of an $_->{event}") for @log;
	check_entry($server, $log[0], $lamb, $query);
	is($log[1]{outcome}, 'ended', 'the outcome');
	is($log[0]{outcome}, undef, 'which nobody knew before');
	is($log[1]{pid}, $pid, 'of that session');
	is($log[1]{query}, undef, 'its query is not said twice');
	return;
}

sub check_entry {
	my ($server, $entry, $client, $query) = @_;
	my $port = $server->port;
	my %expected = (action => 'terminate', policy => 'chosen', pid => $client->pid, user => 'postgres',
		database => 'postgres', application => 'lamb', client => 'local', state => 'idle', query => $query,
		os_user => scalar getpwuid $<, sudo_user => 'alice', ssh_client => '10.1.2.3 4711 22',
		role => 'postgres', note => undef);
	is($entry->{$_}, $expected{$_}, $_) for sort keys %expected;
	like($entry->{server}, qr/:$port\/postgres$/, 'server');
	my $time = qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
	like($entry->{$_}, qr/^$time$/, $_) for qw(time backend_start state_change);
	cmp_ok($entry->{age_seconds}, '>', 0, 'age_seconds');
	return;
}

# Up to five y is enough; for more their number is typed.
sub check_number {
	my ($server, $screen) = @_;
	my @flock = clients($server, 6, 'flock');
	only($screen, 'application=flock', @flock);
	$screen->keys(('Space') x 5);
	ok($screen->wait_for(qr/\b5 tagged\b/), 'tags are counted');
	press($screen, 'K', qr/Terminate 5 sessions\?/, 'five: y');
	press_gone($screen, 'Escape', qr/Terminate 5/, 'no');
	press($screen, ['U', '*'], qr/\b6 tagged\b/, '* tags all');
	press($screen, 'K', qr/Type 6 and Enter/, 'six: the number');
	press($screen, 'y', qr/number must be typed/, 'y is not enough');
	for my $wrong ('5', '66', '7') {
		$screen->type("$wrong\n");
		ok($screen->wait_for(qr/$wrong is not 6: nothing was done/), "nor is $wrong");
	}
	is(alive($server, @flock), 6, 'all live');
	answer($screen, 6);
	like($screen->capture, qr/\b6 ended\b/, 'six ended');
	is(alive($server, @flock), 0, 'all are gone');
	$screen->keys('Escape');
	my @log = entries(kill_log($server));
	splice @log, 0, 2;
	is_deeply([map { $_->{event} } @log], [('intent') x 6, ('outcome') x 6], 'all intents come first');
	return;
}

# Tags are of sessions, not of rows: a filter and other orders do not change them.
sub check_tags {
	my ($server, $screen) = @_;
	my ($white, $black, $other) = map { clients($server, 1, $_) } qw(white black other);
	only($screen, 'application=white', $white);
	$screen->keys('Space');
	only($screen, 'application=black', $black);
	$screen->keys('Space');
	only($screen, 'application=other', $other);
	ok($screen->wait_for(qr/\b2 tagged\b/), 'those that the filter hides are counted');
	$screen->keys('I', 'T', 'g');
	press($screen, 'K', qr/Terminate 2 sessions\?/, 'K means the tagged ones');
	like($screen->capture, qr/2 of them are hidden by the filter/, 'and says that they are out of sight');
	$white->query('select 2'); # not what was confirmed
	answer($screen, 2);
	is_deeply([alive($server, $white, $black, $other)], [$white, $other], 'the right one is gone');
	press_gone($screen, ['Escape', 'U'], qr/tagged/, 'U: none');
	return;
}

# It became active after the key and before the answer; it may even be idle again.
sub check_changed_before {
	my ($server, $screen) = @_;
	for my $query ('select pg_sleep(1000)', 'select 42') {
		my ($lamb) = clients($server, 1, 'lamb');
		only($screen, 'application=lamb', $lamb);
		press($screen, 'K', $question, 'K asks');
		$lamb->send_query($query);
		ok($screen->wait_for(qr/0 ended and 1 changed/), "$query before the answer: it is said");
		answer($screen, 1);
		like($screen->capture, qr/\b1 changed\s+spared/, 'spared');
		is(alive($server, $lamb), 1, 'it lives');
		my $log = (entries(kill_log($server)))[-1];
		is("$log->{event} $log->{outcome} $log->{pid}", 'outcome changed ' . $lamb->pid, 'the log says so');
		is(state_of($server, $lamb), $query =~ /sleep/ ? 'active' : 'idle', 'it works on');
		$screen->keys('Escape');
		send_home($server, $lamb);
	}
	return;
}

# It became active after the answer and before its turn: our process of the server stands still
# meanwhile.
sub check_changed_after {
	my ($server, $screen) = @_;
	my ($lamb) = clients($server, 1, 'lamb');
	only($screen, 'application=lamb', $lamb);
	my $own = own_pid($server);
	press($screen, 'K', $question, 'K asks');
	hold($server, $own);
	press($screen, 'y', qr/Fetching the whole queries/, 'yes; the server takes its time');
	$lamb->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $lamb) eq 'active' } 20, 'it becomes active after the answer';
	process($own, 'CONT');
	ok($screen->wait_for(qr/\b1 changed\s+spared/), 'and is spared');
	is(state_of($server, $lamb), 'active', 'it works on');
	$screen->keys('Escape');
	send_home($server, $lamb);
	return;
}

# While a question stands the list moves under it: the second one is ended, which is the first one
# by then, with a new one at its place.
sub check_moved {
	my ($server, $screen) = @_;
	my @rows = map { clients($server, 1, 'mover') } 1 .. 3;
	only($screen, 'application=mover', @rows);
	$screen->keys('T') for 1 .. 4; # all orders by age once, back to that of the state
	wait_ok {
		join(' ', listed($screen)) eq join ' ', map { $_->pid } @rows
	} 20, 'the oldest one is the first one' or $screen->show;
	$screen->keys('g', 'Down', 'K');
	my $pid = $rows[1]->pid;
	ok($screen->wait_for(qr/^.*\b$pid\b.*\bmover\b/m), 'the question is about the second one');
	$rows[0]->query('select 1');
	my ($new) = clients($server, 1, 'mover');
	ok($screen->wait_for(qr/Sessions \(4 of/), 'the list has changed');
	$screen->keys('R');
	answer($screen, 1);
	is_deeply([alive($server, @rows, $new)], [@rows[0, 2], $new], 'the right one is gone');
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	wait_ok {
		join(' ', listed($screen)) eq join ' ', map { $_->pid } $rows[2], $rows[0], $new
	} 20, 'the list goes on in its order' or $screen->show;
	return;
}

# The query ends, the session stays.
sub check_cancel {
	my ($server, $screen) = @_;
	my ($busy, $idle) = clients($server, 2, 'worker');
	$busy->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $busy) eq 'active' } 20, 'a query runs';
	only($screen, 'application=worker', $busy, $idle);
	only($screen, 'application=worker state=idle', $idle);
	press($screen, 'C', qr/a cancel does nothing to idle/, 'C on an idle one');
	only($screen, 'application=worker', $busy, $idle);
	press($screen, '*', qr/\b2 tagged\b/, 'both');
	press($screen, 'C', qr/Cancel 1 session\?/, 'C means the one that runs a query');
	like($screen->capture, qr/1 left out/, 'and says why');
	answer($screen, 1);
	like($screen->capture, qr/\b1 ended\b/, 'ended');
	eval { $busy->finish };
	is($busy->error->{C}, '57014', 'the query was cancelled');
	is($busy->query('select 42'), 42, 'the session goes on');
	is(alive($server, $busy, $idle), 2, 'both live');
	my $log = (entries(kill_log($server)))[-1];
	is("$log->{action} $log->{outcome} $log->{pid}", 'cancel ended ' . $busy->pid, 'the log says so');
	press_gone($screen, ['Escape', 'U'], qr/tagged/, 'closed');
	$busy->send_query('select pg_sleep(1000)');
	wait_ok { state_of($server, $busy) eq 'active' } 20, 'another query';
	only($screen, 'application=worker state=active', $busy);
	press($screen, 'K', qr/1 runs a query now/, 'K offers the softer way');
	press($screen, 'c', qr/Cancel 1 session\?/, 'c takes it');
	answer($screen, 1);
	is(alive($server, $busy, $idle), 2, 'both live');
	$screen->keys('Escape');
	return;
}

# The other ways to the question: the menu, and the details of a session.
sub check_ways {
	my ($server, $screen) = @_;
	my @lambs = clients($server, 3, 'lamb');
	only($screen, 'application=lamb', @lambs);
	press($screen, ['*', 'F9'], qr/3 tagged sessions/, 'F9: the menu');
	press($screen, ['Down', 'Enter'], $question_3, 'terminate');
	press_gone($screen, 'n', $question_3, 'no');
	$screen->keys('Escape', 'U', 'g');
	my ($first) = grep { $_->pid == (listed($screen))[0] } @lambs;
	my $pid = $first->pid;
	press($screen, 'Enter', qr/Session $pid/, 'the details of one');
	press($screen, 'K', $question, 'K asks about it');
	answer($screen, 1);
	press($screen, 'Escape', qr/Session $pid/, 'back to the details');
	ok($screen->wait_for(qr/This session is gone/), 'which say that it is gone');
	$screen->keys('Escape');
	is_deeply([alive($server, @lambs)], [grep { $_ != $first } @lambs], 'that one alone');
	send_home($server, @lambs);
	return;
}

# Our own session, and what is no ordinary one; others of that kind only when they are pointed at.
sub check_special {
	my ($server, $screen) = @_;
	only($screen, 'application=pgconntop', 1);
	press($screen, 'K', qr/nothing to terminate: 1 our own connection/, 'K on our own session');
	my ($dump) = clients($server, 1, 'pg_dump');
	only($screen, 'application=pg_dump', $dump);
	press($screen, 'K', qr/protected from bulk actions, but chosen by you: \d+ pg_dump of postgres/,
		'K on a pg_dump says what it is');
	press_gone($screen, 'Escape', $question, 'no');
	is(alive($server, $dump), 1, 'it lives');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 40, track_activity_query_size => 16384 });
	my $screen = acting($server, env => { SUDO_USER => 'alice', SSH_CLIENT => '10.1.2.3 4711 22' });
	subtest 'no' => sub { check_no($server, $screen) };
	subtest 'yes' => sub { check_yes($server, $screen) };
	subtest 'a number' => sub { check_number($server, $screen) };
	subtest 'tags' => sub { check_tags($server, $screen) };
	subtest 'active before the answer' => sub { check_changed_before($server, $screen) };
	subtest 'active after the answer' => sub { check_changed_after($server, $screen) };
	subtest 'a list that moves' => sub { check_moved($server, $screen) };
	subtest 'other ways' => sub { check_ways($server, $screen) };
	subtest 'cancel' => sub { check_cancel($server, $screen) };
	subtest 'special ones' => sub { check_special($server, $screen) };
	$screen->keys('C-c');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	ok($screen->is_restored, 'and gives the terminal back');
});
done_testing();
