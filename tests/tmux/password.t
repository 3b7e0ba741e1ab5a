# SPDX-License-Identifier: PostgreSQL
# A server that wants a password: it is asked for on the terminal before the screen, without echo.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgServer;
use Screen;
use Test::More;

Screen::need();

my $prompt = qr/^Password[^:\n]*: *\n*\z/m;

sub prompt_ok {
	my ($screen, $what) = @_;
	ok($screen->wait_for($prompt), $what);
	is($screen->format('#{alternate_on}'), 0, 'before the screen');
	return;
}

sub quit_ok {
	my ($screen) = @_;
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	ok($screen->is_restored, 'and gives the terminal back');
	return;
}

sub check_right {
	my ($server) = @_;
	my $screen = Screen->monitor($server);
	prompt_ok($screen, 'the server wants a password');
	$screen->type('sec');
	$screen->keys('BSpace');
	$screen->type("cret\n");
	ok($screen->wait_for(qr/Slots \[/), 'the right one');
	unlike($screen->capture, qr/sec|cret/, 'is not on the screen');
	quit_ok($screen);
	unlike($screen->capture, qr/sec|cret/, 'nor on that of the shell');
	return;
}

sub check_wrong {
	my ($server) = @_;
	my $screen = Screen->new(command => [$ENV{PGCONNTOP}, '--config=/dev/null', '-h', $server->host,
		'-p', $server->port, '-U', 'app', 'postgres']);
	ok($screen->wait_for(qr/^Password for user app: *\n*\z/m), 'for a user that was given');
	$screen->type("wrong\n");
	ok($screen->wait_for(qr/^Password for user app:\n(?:.*\n)*.*password refused.*\n$prompt/m),
		'a wrong one: it is said, and asked again');
	is($screen->format('#{alternate_on}'), 0, 'on the screen of the shell');
	$screen->type("secret\n");
	ok($screen->wait_for(qr/Slots \[/), 'the right one');
	is($screen->format('#{alternate_on} #{cursor_flag} #{mouse_any_flag}'), '1 0 1', 'the screen is complete');
	$screen->keys('F1');
	ok($screen->wait_for(qr/this help/, 5), 'and takes keys');
	$screen->keys('Escape');
	$screen->wait_gone(qr/this help/);
	quit_ok($screen);
	unlike($screen->capture, qr/wrong|secret/, 'no password was ever shown');
	return;
}

# Given with -W before the server asks, and never with -w.
sub check_options {
	my ($server, $trusting) = @_;
	my $screen = Screen->monitor($trusting, args => ['-W']);
	prompt_ok($screen, '-W asks, whatever the server wants');
	is($trusting->psql("select count(*) from pg_stat_activity where application_name = 'pgconntop'"), 0,
		'before there is a connection');
	$screen->type("anything\n");
	ok($screen->wait_for(qr/Slots \[/), 'it is not wanted');
	quit_ok($screen);
	$screen = Screen->monitor($server, args => ['-w']);
	ok($screen->wait_for(qr/Not in \S+: password refused or missing/), '-w does not ask');
	like($screen->capture, qr/Try: .*-W/, 'and says what to do');
	quit_ok($screen);
	$screen = Screen->monitor($server, env => { PGPASSWORD => 'secret' });
	ok($screen->wait_for(qr/Slots \[/), 'nor is asked what the environment says');
	quit_ok($screen);
	$screen = Screen->monitor($server, env => { PGPASSWORD => 'wrong' });
	ok($screen->wait_for(qr/password authentication failed(?:.*\n)*.*SQLSTATE 28P01/), 'wrong there: it is shown');
	quit_ok($screen);
	return;
}

# Leaves the prompt by a key or a signal.
sub check_leave {
	my ($server, $what, $leave) = @_;
	my $screen = Screen->monitor($server);
	prompt_ok($screen, $what);
	$screen->type('half a pass');
	$leave->($screen);
	is($screen->wait_exit(5), 0, 'ends the program');
	ok($screen->is_restored, 'with the echo on again');
	unlike($screen->capture, qr/half|Slots|DOWN/, 'and nothing shown');
	return;
}

sub check_hang_up {
	my ($server) = @_;
	my $screen = Screen->monitor($server);
	prompt_ok($screen, 'the prompt');
	$screen->hang_up;
	isnt($screen->wait_exit(2), 'timeout', 'the terminal goes away, and the program with it');
	return;
}

# Who gives none sees why it goes no further, and may try again.
sub check_none {
	my ($server) = @_;
	my $screen = Screen->monitor($server);
	prompt_ok($screen, 'the prompt');
	$screen->keys('C-d');
	ok($screen->wait_for(qr/Not in \S+: password refused or missing/), 'no password: the screen says so');
	$screen->keys('R');
	ok($screen->wait_for($prompt), 'R asks again');
	$screen->type("secret\n");
	ok($screen->wait_for(qr/Slots \[/), 'and gets in');
	quit_ok($screen);
	return;
}

# A shell that gets the terminal for a while sets its modes.
sub check_suspend {
	my ($server) = @_;
	my $shell = Screen->shell(env => { $server->env });
	$shell->type("\"\$PGCONNTOP\" --config=/dev/null\n");
	ok($shell->wait_for($prompt), 'the prompt');
	$shell->keys('C-z');
	ok($shell->wait_for(qr/ready\$\n*\z/), '^Z: the shell');
	$shell->type("stty sane; echo fine\n");
	$shell->wait_for(qr/\bfine\nready\$/);
	$shell->type("fg\n");
	ok($shell->wait_for(qr/--config=\S+\n*\z/), 'fg');
	my $tty = $shell->format('#{pane_tty}');
	wait_ok { (run_program(['sh', '-c', "stty -a <$tty"]))[1] =~ /-echo\b/ } 10, 'there is no echo';
	$shell->type("secret\n");
	ok($shell->wait_for(qr/Slots \[/), 'the password');
	$shell->keys('q');
	ok($shell->wait_for(qr/ready\$\n*\z/), 'it ends as it should');
	unlike($shell->capture, qr/secret/, 'and was not shown');
	return;
}

# Asked again while the screen is up: the server comes back with another password.
sub check_later {
	my ($server) = @_;
	my $screen = Screen->monitor($server, login => { user => 'app' });
	prompt_ok($screen, 'the prompt');
	$screen->type("secret\n");
	ok($screen->wait_for(qr/Slots \[/), 'the screen');
	$server->psql("alter role app password 'other'");
	$server->restart('fast');
	ok($screen->wait_for($prompt), 'the old one is refused: another is asked for');
	is($screen->format('#{alternate_on}'), 0, 'on the screen of the shell');
	$screen->type("other\n");
	ok($screen->wait_for(qr/\A.*PostgreSQL(?:.*\n)*.*\bpgconntop +1\b/), 'and all goes on');
	quit_ok($screen);
	return;
}

my $server = PgServer->new(auth => 'scram-sha-256');
my $trusting = PgServer->new;
$server->psql("create role app login password 'secret'; grant pg_monitor to app");
subtest 'right' => sub { check_right($server) };
subtest 'wrong' => sub { check_wrong($server) };
subtest 'options' => sub { check_options($server, $trusting) };
subtest '^C' => sub { check_leave($server, 'the prompt', sub { $_[0]->keys('C-c') }) };
subtest 'SIGTERM' => sub { check_leave($server, 'the prompt', sub { $_[0]->signal('TERM') }) };
subtest 'hang-up' => sub { check_hang_up($server) };
subtest 'none' => sub { check_none($server) };
subtest 'suspended' => sub { check_suspend($server) };
subtest 'later' => sub { check_later($server) };
done_testing();
