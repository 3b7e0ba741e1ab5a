# SPDX-License-Identifier: PostgreSQL
# Signals, a crash, suspend and resume, a terminal that goes away: it is restored, the connection is
# closed, and the program does not linger.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgServer;
use Screen;
use Test::More;
use Time::HiRes qw(time);

use constant {
	END_S => 2, # a program that was told to end may take that long
	SEGV => 11,
};

Screen::need();

sub no_session {
	my ($server) = @_;
	wait_ok {
		$server->psql("select count(*) from pg_stat_activity where application_name = 'pgconntop'") == 0
	} 10, 'its connection is gone';
	return;
}

sub start {
	my ($server, %opt) = @_;
	my $screen = Screen->monitor($server, %opt);
	ok($screen->wait_for(qr/Slots \[/), 'the monitor runs');
	return $screen;
}

sub check_signal {
	my ($server, $name, $page) = @_;
	my $screen = start($server);
	if ($page) {
		$screen->keys($page);
		$screen->wait_for(qr/^(?:Filter:|.*Help.*lines|.*Session \d+)/m);
	}
	ok($screen->signal($name), "SIG$name");
	is($screen->wait_exit(END_S), 0, 'exit status');
	ok($screen->is_restored, 'the terminal is as it was');
	is($screen->capture =~ tr/\n//dr, '', 'with the screen of the shell');
	no_session($server);
	return;
}

# It may not leave a file of its memory in the directory of the tests.
sub check_crash {
	my ($server) = @_;
	my $screen = Screen->new(command => ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh', $ENV{PGCONNTOP},
		'--config=/dev/null', $server->connstr]);
	ok($screen->wait_for(qr/Slots \[/), 'the monitor runs');
	ok($screen->signal('SEGV'), 'a crash');
	is($screen->wait_exit(END_S), 128 + SEGV, 'the signal is what it dies of');
	ok($screen->is_restored, 'the terminal is as it was');
	unlike($screen->capture, qr/Slots/, 'with the screen of the shell');
	no_session($server);
	return;
}

# Types a command into a shell and waits for its prompt.
sub run_in {
	my ($shell, $command) = @_;
	$shell->type("$command\n");
	$shell->wait_for(qr/ready\$ (?!\n*.*ready\$)[^\n]*\n(?:[^\n]*\n)*ready\$\n*\z/);
	return;
}

sub check_suspend {
	my ($server) = @_;
	my $dir = $server->host;
	my $shell = Screen->shell(env => { $server->env, DIR => $dir });
	run_in($shell, "stty -g >\$DIR/before");
	$shell->type("\"\$PGCONNTOP\" --config=/dev/null --interval=0.2\n");
	ok($shell->wait_for(qr/Slots \[/), 'the monitor runs');
	for my $page ([], ['F1', qr/this help/], ['/', qr/^Filter:/m]) {
		my ($key, $regex) = @$page;
		if ($key) {
			$shell->keys($key);
			$shell->wait_for($regex);
		}
		$shell->keys('C-z');
		ok($shell->wait_for(qr/ready\$\n*\z/), '^Z: the shell asks for a command');
		is($shell->format('#{alternate_on} #{cursor_flag} #{mouse_any_flag}'), '0 1 0', 'on its own screen');
		unlike($shell->capture, qr/Slots/, 'with nothing of the monitor left');
		run_in($shell, "stty -g >\$DIR/after");
		is(slurp("$dir/after"), slurp("$dir/before"), 'modes of the terminal');
		$shell->resize(90, 30) if !$key;
		$shell->type("fg\n");
		ok($shell->wait_for($regex // qr/Slots \[/), 'fg: the monitor is back');
		is($shell->format('#{alternate_on} #{cursor_flag} #{mouse_any_flag}'), '1 0 1', 'as it was');
		$shell->keys('Escape');
		ok($shell->wait_for(qr/\A[^\n]{81,90}\n(?:[^\n]*\n){28}F1 Help/), 'in the new size');
	}
	$shell->keys('q');
	$shell->wait_for(qr/ready\$\n*\z/);
	$shell->type("echo status \$?\n");
	ok($shell->wait_for(qr/^status 0\n/m), 'it ends as it should');
	no_session($server);
	$shell->type("exit\n");
	is($shell->wait_exit, 0, 'and so does the shell');
	return;
}

# Stopped by somebody else, who gives no time to tidy up; a shell sets the terminal's modes then.
sub check_stop {
	my ($server) = @_;
	my $dir = $server->host;
	my $shell = Screen->shell(env => { $server->env, DIR => $dir });
	$shell->type(q{sh -c 'echo $$ >$DIR/pid; exec "$PGCONNTOP" --config=/dev/null'} . "\n");
	ok($shell->wait_for(qr/Slots \[/), 'the monitor runs');
	chomp(my $pid = slurp("$dir/pid"));
	kill 'STOP', $pid;
	ok($shell->wait_for(qr/ready\$/), 'stopped from outside');
	$shell->type("stty sane; printf '\\033[?25h\\033[2J\\033[Hany''thing\\n'\n");
	ok($shell->wait_for(qr/^anything/m), 'the shell uses the screen');
	$shell->type("fg\n");
	ok($shell->wait_for(qr/Slots \[/), 'fg: the monitor is back');
	ok($shell->wait_gone(qr/anything/), 'with the whole screen');
	is($shell->format('#{alternate_on} #{cursor_flag} #{mouse_any_flag}'), '1 0 1', 'as it was');
	$shell->keys('F1');
	ok($shell->wait_for(qr/this help/, 5), 'keys come without a newline');
	$shell->keys('C-c');
	$shell->wait_for(qr/ready\$\n*\z/);
	$shell->type("echo status \$?\n");
	ok($shell->wait_for(qr/^status 0\n/m), '^C is a key');
	return;
}

# A program without a controlling terminal gets no SIGHUP when its terminal goes away.
my @away = ($^X, '-MPOSIX=setsid', '-e', 'setsid() > 0 or die; exec @ARGV');

sub check_hang_up {
	my ($server, $what, $screen, %opt) = @_;
	ok($screen->wait_for(qr/Slots \[|Connecting/), $what);
	$server->freeze if $opt{frozen};
	my $start = time;
	$screen->hang_up(%opt);
	is($screen->wait_exit(END_S), 0, 'the terminal goes away, and the program with it');
	cmp_ok(time - $start, '<', END_S + 1, 'soon');
	$server->thaw if $opt{frozen};
	no_session($server);
	return;
}

# While there is no answer to wait for.
sub check_frozen {
	my ($server) = @_;
	my $screen = start($server);
	$server->freeze;
	ok($screen->wait_for(qr/LATE/), 'the server does not answer');
	$screen->signal('TERM');
	is($screen->wait_exit(END_S), 0, 'it ends without an answer');
	ok($screen->is_restored, 'the terminal is as it was');
	$screen = Screen->monitor($server);
	ok($screen->wait_for(qr/Connecting/), 'a login without an answer');
	$screen->signal('TERM');
	is($screen->wait_exit(END_S), 0, 'it ends there too');
	ok($screen->is_restored, 'the terminal is as it was');
	$server->thaw;
	no_session($server);
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
my @command = ($ENV{PGCONNTOP}, '--config=/dev/null', $server->connstr);
subtest 'SIGTERM' => sub { check_signal($server, 'TERM') };
subtest 'SIGINT while a filter is typed' => sub { check_signal($server, 'INT', '/') };
subtest 'SIGHUP while details are open' => sub { check_signal($server, 'HUP', 'Enter') };
subtest 'SIGSEGV' => sub { check_crash($server) };
subtest 'suspend' => sub { check_suspend($server) };
subtest 'stop' => sub { check_stop($server) };
subtest 'hang-up' => sub {
	check_hang_up($server, 'with a signal', Screen->new(command => \@command));
	check_hang_up($server, 'without one', Screen->new(command => [@away, @command]), signal => 0);
	check_hang_up($server, 'while the server is frozen', Screen->new(command => [@away, @command]),
		signal => 0, frozen => 1);
};
subtest 'frozen server' => sub { check_frozen($server) };
done_testing();
