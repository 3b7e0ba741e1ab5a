# SPDX-License-Identifier: PostgreSQL
# Many at once: of a mixed crowd of 280 each gets the outcome that is its own, and 20 that may not be
# ended are left alone; 500 idle ones are gone from the server within LIMIT of the answer.
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

use constant {
	IDLE => 500,
	LIMIT => 3, # seconds
};

Screen::need();

sub sorted { return [sort { $a <=> $b } map { $_->pid } @_] }

# Of 300 some are superusers' and not asked for, some end and some go to work between the question and their turn.
sub check_mixed {
	my ($server) = @_;
	my $screen = acting($server, login => { user => 'signaller' });
	my %crowd = (ended => [clients($server, 240, 'crowd', user => 'app')],
		gone => [clients($server, 20, 'crowd', user => 'app')],
		changed => [clients($server, 20, 'crowd', user => 'app')]);
	my @barred = clients($server, 20, 'crowd');
	my @all = (@barred, map { @$_ } values %crowd);
	my ($alien) = clients($server, 1, 'alien', user => 'app');
	my $pid = own_pid($server);
	$screen->keys('3', '/');
	$screen->type("application=crowd\n");
	ok($screen->wait_for(qr/Sessions \(300 of 302\)/), '300 are listed');
	press($screen, ['*', 'K'], qr/Terminate 280 sessions\?/, 'K on all of them');
	like(words($screen), qr/Left alone: 20 not permitted to this role/, 'whom we may not end is said before');
	hold($server, $pid); # between the answer and the first one's turn
	$screen->type("280\n");
	ok($screen->wait_for(qr/Fetching the whole queries/), 'yes; the server takes its time');
	my @working = @{ $crowd{changed} };
	$_->send_query('select pg_sleep(1000)') for @working[0 .. 9];
	$_->query('select 2') for @working[10 .. 19];
	send_home($server, @{ $crowd{gone} });
	wait_ok { 10 == grep { state_of($server, $_) eq 'active' } @working[0 .. 9] } 20, 'ten work';
	process($pid, 'CONT');
	over($screen);
	my @log = entries(kill_log($server));
	is(scalar(grep { $_->{event} eq 'intent' } @log), 280, 'the log has 280 intents');
	my $outcomes = outcomes(@log);
	is_deeply($outcomes->{$_}, sorted(@{ $crowd{$_} }), "$_: exactly those") for sort keys %crowd;
	is_deeply([sort keys %$outcomes], [sort keys %crowd], 'there is no other outcome');
	my @left = (@barred, @working, $alien);
	is_deeply(sorted(alive($server, @all, $alien)), sorted(@left), 'those live, and nobody else');
	is((grep { state_of($server, $_) eq 'active' } @working[0 .. 9]), 10, 'who works, works on');
	$screen->keys('C-c');
	$screen->wait_exit(5);
	send_home($server, @left);
	return;
}

# How long until the last one is gone, as the server has it.
sub check_speed {
	my ($server) = @_;
	my $screen = acting($server);
	my $load = $server->load('--idle=' . IDLE, '--idle-app=herd');
	my $watcher = PgClient->new($server, application_name => 'watcher');
	my $count = "select count(*) from pg_stat_get_activity(null) where application_name = 'herd'";
	is($watcher->query($count), IDLE, 'idle sessions');
	press($screen, 'X', qr/Free slots on /, 'X');
	$screen->keys('Tab');
	$screen->type('0s');
	my $n = IDLE + 1;
	ok($screen->wait_for(qr/idle for 0 s or longer +$n /), 'the preview counts them');
	press($screen, 'Enter', qr/Terminate $n sessions\?/, 'the question');
	$screen->type($n);
	$screen->wait_for(qr/Enter: $n /);
	my $start = time;
	$screen->keys('Enter');
	my $left = wait_until { $watcher->query($count) == 0 } 60, 'the end of all';
	my $took = time - $start;
	ok($left, 'all are gone');
	diag(sprintf '%d sessions ended in %.2f s', IDLE, $took);
	cmp_ok($took, '<', LIMIT, 'soon');
	over($screen);
	return $screen;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => IDLE + 30 });
	$server->psql('create role app login; create role signaller login;'
		. ' grant pg_monitor, pg_signal_backend to signaller');
	subtest 'a mixed crowd' => sub { check_mixed($server) };
	subtest 'many' => sub { check_speed($server) };
});
done_testing();
