# SPDX-License-Identifier: PostgreSQL
# The worst moment: nothing gets in. The program does, says how, frees slots with a few keys, and
# then has an ordinary slot itself; also when others rush for what is free.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use PgClient;
use PgServer;
use Screen;
use Test::More;
use Time::HiRes qw(time);

use constant SLOTS => 104;

Screen::need();

# X, Enter, the number, Enter: from a full server to an ordinary slot. Ours are not idle for long.
sub free_all {
	my ($screen, $seconds) = @_;
	press($screen, 'X', qr/Free slots on /, 'X: whom to end');
	$screen->keys('Tab');
	$screen->type('0s');
	ok($screen->wait_for(qr/\(\*\) .*\s100 +100 +[\d.]+ %/), 'the idle ones, oldest first') or $screen->show;
	press($screen, 'Enter', qr/Terminate 100 sessions\?/, 'Enter: the question');
	$screen->type('100');
	my $start = time;
	press($screen, 'Enter', qr/ via client /, 'the number, Enter: the ordinary login works');
	my $took = time - $start;
	cmp_ok($took, '<', $seconds, "within $seconds s");
	note sprintf 'after %.2f s', $took;
	ok($screen->wait_for(qr/Over\b/), 'the end of it');
	like($screen->capture, qr/\b100 ended\b/, 'all were ended');
	press_gone($screen, 'Escape', qr/Over\b/, 'closed');
	return;
}

sub check_full {
	my ($server) = @_;
	my @busy = map { PgClient->new($server, application_name => 'busy') } 1 .. 4;
	$_->send_query('select pg_sleep(1000)') for @busy;
	my @idle = clients($server, 100, 'web');
	ok(PgClient->try($server)->error, 'the server is full');
	my $screen = acting($server, cols => 160);
	ok($screen->wait_for(qr/ via walsender  waiting for a slot: \d+ tr(?:y|ies), 53300 all slots in use /),
		'in, and by which way');
	ok($screen->wait_for(qr{ 104/101 .*CRITICAL}), 'with all slots in use');
	free_all($screen, 5);
	press($screen, ['7', 'f'], qr/an ordinary slot again after \d+ tr/, 'a message says when');
	my $messages = $screen->capture;
	like($messages, qr/ordinary login refused: all slots in use \(53300, InitProcess\); trying a walsender slot/,
		'and why another way was taken');
	is($server->psql('select count(*) from pg_stat_replication'), 0, 'no walsender is left');
	is(scalar(alive($server, @busy)), 4, 'nobody who works was hurt');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	return send_home($server, @busy);
}

# On a small screen, for a role that gets in nowhere.
sub check_nowhere {
	my ($server) = @_;
	my @sessions = PgClient->fill($server);
	my $screen = Screen->monitor($server, login => { user => 'app', $server->far });
	ok($screen->wait_for(qr/Not in \S+: all slots in use/), 'not in');
	ok($screen->wait_for(qr/No way in by a walsender slot: role may not take a walsender slot \(42501,\s+InitPostgres\)/),
		'nor by a walsender slot, and why');
	like($screen->capture, qr/Try: log in as a superuser, or as a role with REPLICATION/, 'what to do');
	splice @sessions, 0, 10;
	ok($screen->wait_for(qr/Slots \[/), 'it gets in when it can');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	return;
}

my $server = PgServer->new(conf => { max_connections => SLOTS, superuser_reserved_connections => 3 });
$server->psql('create role app login');
subtest 'full' => sub { check_full($server) };
subtest 'no way in' => sub { check_nowhere($server) };
done_testing();
