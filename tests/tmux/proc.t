# SPDX-License-Identifier: PostgreSQL
# No login of any kind gets in: sessions are ended by signals, behind the same questions and with
# the same log, and nobody else is hurt; then there is an ordinary slot.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use Order;
use PgClient;
use PgServer;
use Screen;
use Test::More;

use constant SLOTS => 20;

Screen::need();
plan skip_all => 'there is no /proc/PID/stat here' if !-r '/proc/self/stat';

# X, Enter, the number, Enter. Who works, or is in a transaction, stays.
sub check_free {
	my ($server) = @_;
	my ($working, $open) = map { PgClient->new($server) } 1 .. 2;
	$working->send_query('select pg_sleep(1000)');
	$open->query('begin');
	my @idle = clients($server, SLOTS - 2, 'web');
	ok(PgClient->try($server)->error, 'the server is full');
	my $screen = acting($server);
	ok($screen->wait_for(qr/ via proc  waiting for a slot: \d+ tr/), 'in, and by which way') or $screen->show;
	press($screen, 'X', qr/Free slots on /, 'X: whom to end');
	$screen->keys('Tab');
	$screen->type('0s');
	ok($screen->wait_for(qr/\(\*\) .*\s18 +18 /), 'the idle ones') or $screen->show;
	press($screen, 'Enter', qr/Terminate 18 sessions\?/, 'the question');
	$screen->type('18');
	press($screen, 'Enter', qr/ via client /, 'the ordinary login works') or $screen->show;
	ok(over($screen), 'it is over');
	is(scalar(alive($server, @idle)), 0, 'they are gone');
	is(scalar(alive($server, $working, $open)), 2, 'and no others');
	my %pids = map { $_->pid => 1 } @idle;
	my @log = entries(kill_log($server));
	is(scalar(grep { $_->{event} eq 'intent' && $pids{ $_->{pid} } } @log), 18, 'the log has the intents');
	is_deeply(outcomes(@log), { ended => [sort { $a <=> $b } keys %pids] }, 'and outcomes');
	is($log[0]{query}, undef, 'no query, for it is not known');
	is_deeply([grep { defined $_->{role} } @log], [], 'and no role, for it was an account that acted');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	unlink kill_log($server);
	return send_home($server, $working, $open);
}

# While the question stands the others end, and the ordinary login works: whom it means is still meant,
# also by the tags, but for the one that has worked meanwhile.
sub check_hand_over {
	my ($server) = @_;
	my @others = map { PgClient->new($server) } 1 .. SLOTS - 7;
	my @idle = clients($server, 6, 'web');
	my ($dump) = clients($server, 1, 'pg_dump');
	my $screen = acting($server);
	ok($screen->wait_for(qr/ via proc  waiting for a slot: \d+ tr/), 'in by /proc') or $screen->show;
	only($screen, 'state=idle', @others + @idle + 1);
	$screen->keys('*');
	press($screen, 'K', qr/Terminate 20 sessions\?/, 'the question');
	$screen->type('2');
	$_->close for @others;
	ok($screen->wait_for(qr/ via client /), 'the ordinary login works') or $screen->show;
	ok($screen->wait_for(qr/by SQL 1 is to be left alone: asked anew, what was typed is void/), 'who is protected, it is seen')
		or $screen->show;
	ok($screen->wait_for(qr/Terminate 19 sessions\?.*Left alone: 1 protected/s), 'and left out') or $screen->show;
	ok($screen->wait_for(qr/since you asked 13 ended and 0 changed/), 'who has ended, and nobody else') or $screen->show;
	$idle[0]->query('select 1');
	ok($screen->wait_for(qr/since you asked 13 ended and 1 changed/), 'who has worked') or $screen->show;
	$screen->type('19');
	$screen->keys('Enter');
	ok(over($screen), 'it is over');
	like(words($screen), qr/\b5 ended .* 13 gone .* 1 changed/, 'what came of it') or $screen->show;
	is_deeply([map { $_->pid } alive($server, @idle, $dump)], [$idle[0]->pid, $dump->pid], 'which is true');
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	unlink kill_log($server);
	return send_home($server, $idle[0], $dump);
}

# The same without a screen: what was asked is void, and it asks anew.
sub check_asked_anew {
	my ($server) = @_;
	my @others = map { PgClient->new($server) } 1 .. SLOTS - 8;
	my @idle = clients($server, 7, 'web');
	my ($dump) = clients($server, 1, 'pg_dump');
	my $screen = Screen->new(cols => 110, rows => 60, command => [argv($server, '--kill-idle=0s')]);
	ok($screen->wait_for(qr/Type 20 for yes, anything else is no:/), 'it asks by /proc') or $screen->show;
	$screen->type('20');
	$_->close for @others;
	ok($screen->wait_for(qr/seen by another way now: what was asked is void.*Left alone: 1 protected.*Type 7 for yes/s),
		'and anew by SQL') or $screen->show;
	$screen->type("7\n");
	is($screen->wait_exit, 0, 'exit status');
	is_deeply([alive($server, @idle, $dump)], [$dump], 'who was meant, is gone');
	unlink kill_log($server);
	return send_home($server, $dump);
}

# One at a time: a query cancelled, a session that has changed, one of unknown state.
sub check_one {
	my ($server) = @_;
	my ($working, $busy, $idle) = map { PgClient->new($server) } 1 .. 3;
	$_->query('select 1') for $busy, $idle;
	$working->send_query('select pg_sleep(1000)');
	my $screen = acting($server, args => ['--via=proc']);
	only($screen, 'pid=' . $working->pid, $working);
	press($screen, 'C', qr/Cancel 1 session\?|Cancel the query|\bC\w+ 1 session\?/, 'cancel');
	$screen->keys('y');
	ok(over($screen), 'it is over');
	eval { $working->finish };
	like($@, qr/57014/, 'the query was cancelled');
	is(scalar(alive($server, $working)), 1, 'the session is there');
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	only($screen, 'pid=' . $busy->pid, $busy);
	press($screen, 'K', qr/Terminate 1 session\?/, 'terminate');
	$busy->query('begin');
	$screen->keys('y');
	ok(over($screen), 'it is over');
	is(scalar(alive($server, $busy)), 1, 'who has begun something meanwhile is spared');
	like(words($screen), qr/1 changed/, 'and it is said');
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	unlink kill_log($server);
	return send_home($server, $working, $busy, $idle);
}

# Without titles nobody knows what sessions do: none is ended but the one that is chosen.
sub check_unknown {
	my ($server) = @_;
	$server->reload(update_process_title => 'off');
	wait_until { $server->psql('show update_process_title') eq 'off' } 20, 'titles off';
	my @clients = clients($server, 3, 'web');
	my $screen = acting($server, args => ['--via=proc']);
	only($screen, 'state=unknown', @clients);
	$screen->keys('*');
	$screen->keys('K');
	ok($screen->wait_for(qr/nothing to terminate|3 of unknown state/i), 'not all of them') or $screen->show;
	$screen->keys('Escape', 'U');
	only($screen, 'pid=' . $clients[0]->pid, $clients[0]);
	press($screen, 'K', qr/Terminate 1 session\?/, 'but one');
	$screen->keys('y');
	ok(over($screen), 'it is over');
	is_deeply([alive($server, @clients)], [@clients[1, 2]], 'it is gone');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	return;
}

# Another account may look, and is told who may act.
sub check_denied {
	my ($server) = @_;
	my ($account) = grep { $_ && $_->[0] != (stat $server->data)[4] }
		map { my @entry = getpwnam $_; @entry ? [@entry[2, 3]] : undef } qw(nobody daemon bin);
	return pass('no other account for us') if $> != 0 || !$account;
	chmod 0755, $server->host or die "chmod: $!";
	my ($client) = clients($server, 1, 'web');
	my $screen = Screen->new(cols => 120, rows => 40, command => ['setpriv', "--reuid=$account->[0]",
		"--regid=$account->[1]", '--clear-groups', program_for_all(), '--config=/dev/null', '--via=proc',
		'--kill-log=/dev/null', $server->connstr]);
	ok($screen->wait_for(qr/Slots \[/), 'it looks');
	only($screen, 'pid=' . $client->pid, $client);
	press($screen, 'K', qr/Terminate 1 session\?/, 'terminate');
	$screen->keys('y');
	ok(over($screen), 'it is over');
	my $owner = getpwuid((stat $server->data)[4]);
	like(words($screen), qr/1 denied.*$owner or root: sudo -u $owner pgconntop/, 'denied, and who may') or $screen->show;
	is(scalar(alive($server, $client)), 1, 'nobody was hurt');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	return;
}

my $server = PgServer->new(conf => { max_connections => SLOTS, max_wal_senders => 0, wal_level => 'minimal',
	superuser_reserved_connections => 2 });
subtest 'free slots' => sub { check_free($server) };
subtest 'handed over' => sub { check_hand_over($server) };
subtest 'asked anew' => sub { check_asked_anew($server) };
subtest 'one session' => sub { check_one($server) };
subtest 'another account' => sub { check_denied($server) };
subtest 'unknown states' => sub { check_unknown($server) };
done_testing();
