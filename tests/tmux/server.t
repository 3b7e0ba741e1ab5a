# SPDX-License-Identifier: PostgreSQL
# A server that does not answer, goes away, comes back, is full or is not there yet: the screen says
# so, keeps what it knows, takes keys, and goes on by itself.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgClient;
use PgServer;
use Screen;
use Test::More;
use Time::HiRes qw(time);

use constant ANSWER_S => 1; # a key takes no longer, and most of it is tmux

Screen::need();

# Presses a key; what it does is seen at once.
sub answers {
	my ($screen, $key, $regex, $what) = @_;
	my $start = time;
	$screen->keys($key);
	ok($screen->wait_for($regex), $what);
	cmp_ok(time - $start, '<', ANSWER_S, "$what at once");
	return;
}

sub check_keys {
	my ($screen) = @_;
	answers($screen, 'F1', qr/this help/, 'help');
	answers($screen, 'Escape', qr/3 Sessions/, 'back');
	answers($screen, '4', qr/4 Long-running/, 'another pane');
	answers($screen, '3', qr/3 Sessions/, 'and back');
	answers($screen, 'G', qr/^> .*\n\n/m, 'the last row');
	answers($screen, '/', qr/^Filter:/m, 'a filter');
	answers($screen, 'q', qr/Sessions \(\d+ of \d+\)/, 'that is typed');
	answers($screen, 'Escape', qr/Sessions \(\d+\)/, 'and given up');
	return;
}

# Processor time that a process has used, in ticks, where the system tells.
sub ticks {
	my ($pid) = @_;
	my ($user, $system) = slurp("/proc/$pid/stat") =~ /^\d+ \(.*\) \S(?: \S+){10} (\d+) (\d+) /s or return 0;
	return $user + $system;
}

sub check_frozen {
	my ($server) = @_;
	my $screen = Screen->monitor($server);
	my $load = $server->load('--idle=4', '--idle-app=sleeper');
	ok($screen->wait_for(qr{ 5/27 }), 'data');
	$server->freeze;
	ok($screen->wait_for(qr/LATE 2 s\s+data \d s old/), 'the server does not answer, and the data is old');
	like($screen->capture, qr/the server does not answer/, 'in words as well');
	like($screen->capture, qr{ 5/27 (?:.*\n)*.*\bsleeper +4\b(?:.*\n)*.* idle .*SELECT 1}, 'but still there');
	check_keys($screen);
	my $ticks = ticks($screen->pid);
	ok($screen->wait_for(qr/LATE [4-9] s\s+data [4-9] s old/), 'older and older');
	cmp_ok(ticks($screen->pid) - $ticks, '<', 20, 'it waits without work');
	$screen->keys('Enter');
	ok($screen->wait_for(qr/Session \d+.*\n.*\bpid\b/), 'details of what is known');
	$screen->keys('Escape');
	$server->thaw;
	ok($screen->wait_gone(qr/LATE|data \d+ s old/), 'it answers again');
	my $more = PgClient->new($server);
	ok($screen->wait_for(qr{ 6/27 }), 'the data is new');
	$screen->keys('7');
	unlike($screen->capture, qr/connection lost/, 'the connection was kept');
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	return;
}

sub check_restart {
	my ($server) = @_;
	my $screen = Screen->monitor($server);
	ok($screen->wait_for(qr{ 1/27 }), 'data');
	$server->stop('fast');
	ok($screen->wait_for(qr/DOWN.*data [1-9]\d* s old/), 'the server is stopped: how old the data is');
	like($screen->capture, qr{ 1/27 }, 'it is still there');
	like($screen->capture, qr/(?:connection lost|server not reached): \S/, 'and why');
	$screen->keys('F1');
	ok($screen->wait_for(qr/this help/), 'keys work');
	$screen->keys('Escape');
	$server->configure(max_connections => 40);
	$server->start;
	ok($screen->wait_for(qr{ 1/37 }), 'started with more slots: they are counted');
	ok($screen->wait_gone(qr/DOWN|data \d+ s old/), 'all is well again');
	$server->restart('immediate', max_connections => 30);
	ok($screen->wait_for(qr{ 1/27 }), 'after a crash as well');
	$screen->keys('7');
	ok($screen->wait_for(qr/connected to/), 'the messages tell of it');
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	return;
}

# Started before the server is.
sub check_down {
	my ($server) = @_;
	$server->stop('fast');
	my $screen = Screen->monitor($server);
	ok($screen->wait_for(qr/Not in \S+: server not reached/), 'no server: what is wrong');
	like($screen->capture, qr/No such file|refused/, 'in the words of the library');
	like($screen->capture, qr/^ Try: \w/m, 'and what to do');
	ok($screen->wait_for(qr/[2-9] failed tries in/), 'it is tried again');
	$screen->keys('F1');
	ok($screen->wait_for(qr/this help/), 'keys work');
	$screen->keys('Escape');
	$server->start;
	ok($screen->wait_for(qr{ 1/27 }), 'it is in as soon as the server is there');
	unlike($screen->capture, qr/Not in|DOWN/, 'and all is well');
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	$screen = Screen->monitor($server, login => { dbname => 'nowhere' });
	ok($screen->wait_for(qr/no such database/), 'a database that does not exist');
	$server->psql('create database nowhere');
	$screen->keys('R');
	ok($screen->wait_for(qr{ 1/27 }, 5), 'R tries at once');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	return;
}

sub check_full {
	my ($server) = @_;
	my @sessions = PgClient->fill($server, user => 'app');
	my $screen = Screen->monitor($server, login => { user => 'app', $server->far });
	ok($screen->wait_for(qr/Not in \S+: only superuser slots left/), 'no slot for an ordinary role');
	like($screen->capture, qr/SQLSTATE 53300/, 'the code of it');
	like($screen->capture, qr/Try: log in as a superuser/, 'and what to do');
	my $boss = Screen->monitor($server);
	ok($boss->wait_for(qr{ \d/4 .*CRITICAL}), 'a superuser gets in, and sees it');
	push @sessions, PgClient->fill($server);
	my $late = Screen->monitor($server, args => ['--via=client']);
	ok($late->wait_for(qr/Not in \S+: all slots in use/), 'no slot at all');
	like($late->capture, qr/Try: free a slot/, 'and what to do');
	ok($boss->wait_for(qr{ 6/4 }), 'who is in stays in');
	$sessions[$_]->close for 1 .. 4;
	ok($late->wait_for(qr{Slots \[}), 'slots are free: it gets in');
	ok($screen->wait_for(qr{Slots \[}), 'and so does the other one');
	ok($boss->wait_for(qr/\bpgconntop +3\b/), 'all three are counted');
	$_->signal('TERM') for $screen, $boss, $late;
	$_->wait_exit(5) for $screen, $boss, $late;
	return;
}

# The row under the cursor is a session, wherever it goes.
sub check_cursor {
	my ($server) = @_;
	my @clients = map { PgClient->new($server) } 1 .. 3;
	$_->query('select 1') for @clients;
	my @pids = map { $_->pid } @clients;
	my $screen = Screen->monitor($server);
	my $rows = sub { my ($cursor, @order) = @_; join '', map { ($_ == $cursor ? '>' : ' ') . " +$_ .*\n" } @order };
	my $regex = $rows->($pids[0], @pids);
	ok($screen->wait_for(qr/^$regex/m), 'three sessions, the oldest first');
	$screen->keys('Down');
	$regex = $rows->($pids[1], @pids);
	ok($screen->wait_for(qr/^$regex/m), 'the cursor is on the second one');
	$clients[0]->query('select 1');
	$regex = $rows->($pids[1], @pids[1, 2, 0]);
	ok($screen->wait_for(qr/^$regex/m), 'it moves up, and the cursor with it');
	$clients[1]->query('select 1');
	$regex = $rows->($pids[1], @pids[2, 0, 1]);
	ok($screen->wait_for(qr/^$regex/m), 'it moves down, and the cursor with it');
	$screen->keys('I');
	$regex = $rows->($pids[1], @pids[1, 0, 2]);
	ok($screen->wait_for(qr/^$regex/m), 'the other way round');
	$clients[1]->close;
	$regex = $rows->($pids[0], @pids[0, 2]);
	ok($screen->wait_for(qr/^$regex/m), 'it is gone: the next one has the cursor');
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	return;
}

sub check_promotion {
	my ($server) = @_;
	my $standby = $server->standby;
	my $screen = Screen->monitor($standby, cols => 120);
	ok($screen->wait_for(qr/\A.*\bstandby\b/), 'a standby');
	$standby->promote;
	ok($screen->wait_for(qr/\A.*\bprimary\b/), 'is promoted');
	unlike($screen->capture, qr/DOWN|LATE/, 'without a break');
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
$server->psql('create role app login');
subtest 'cursor' => sub { check_cursor($server) };
subtest 'frozen' => sub { check_frozen($server) };
subtest 'restarted' => sub { check_restart($server) };
subtest 'down' => sub { check_down($server) };
subtest 'promoted' => sub { check_promotion($server) };
$server->restart('fast', max_connections => 6, superuser_reserved_connections => 2, max_wal_senders => 0);
subtest 'full' => sub { check_full($server) };
done_testing();
