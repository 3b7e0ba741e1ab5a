# SPDX-License-Identifier: PostgreSQL
# Start and end: the first screen at three sizes, its figures against the server's own, and the
# shell's screen as it was afterwards, whichever key ends the program.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgServer;
use Screen;
use Test::More;

Screen::need();

# What the header must say: the states of all sessions but psql's own. The monitor's session is
# active when it counts itself, and idle when others look.
sub expected {
	my ($server) = @_;
	my %count = (active => 0, idle => 0, 'idle in transaction' => 0);
	my ($used, $own) = (0, 0);
	for (split /\n/, $server->psql("select state || '|' || (application_name = 'pgconntop') from"
		. " pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()")) {
		my ($state, $is_own) = split /\|/;
		$count{ $is_own eq 'true' ? 'active' : $state }++;
		$own++ if $is_own eq 'true';
		$used++;
	}
	is($own, 1, 'the monitor has one session');
	my $usable = $server->psql("select current_setting('max_connections')::int"
		. " - current_setting('superuser_reserved_connections')::int");
	return { %count, used => $used, usable => $usable, free => $usable - $used };
}

sub check_figures {
	my ($server, $screen) = @_;
	my $is = expected($server);
	like($is->{used}, qr/^11$/, 'sessions that the server counts');
	ok($screen->wait_for(qr{ $is->{used}/$is->{usable} .*\s$is->{free} free\b}), 'slots')
	    or diag(explain($is));
	ok($screen->wait_for(qr/\bidle $is->{idle} .*\bactive $is->{active} .*\bidle in txn $is->{'idle in transaction'}\b/),
		'states') or diag(explain($is));
	ok($screen->wait_for(qr/^\s+sleeper\s+5\s+0\s+5\s/m), 'an application with its sessions');
	ok($screen->wait_for(qr/\bSessions \($is->{used}\)/), 'the list is as long');
	my ($longest) = sort { $b <=> $a } map { length } split /\n/, $screen->capture;
	return $longest;
}

# Runs the monitor in a shell, ends it with a key; everything is then as it was.
sub check_size {
	my ($server, $cols, $rows, $key) = @_;
	my ($dir, $port) = ($server->host, $server->port);
	my $shell = Screen->shell(cols => $cols, rows => $rows, env => { $server->env, DIR => $dir });
	$shell->type("echo text 'of the shell'\n");
	$shell->wait_for(qr/^text of the shell\n.*ready\$/m);
	$shell->type("stty -g >\$DIR/before\n");
	$shell->wait_for(qr/before\n.*ready\$$/m);
	$shell->type("\"\$PGCONNTOP\" --config=/dev/null --interval=0.2; echo status \$?\n");
	ok($shell->wait_for(qr/Slots \[/), 'data on the screen');
	my $first = $shell->capture;
	is($shell->format('#{alternate_on} #{cursor_flag}'), '1 0', 'its own screen, without a cursor');
	unlike($first, qr/of the shell|PGCONNTOP/, 'nothing of the shell on it');
	my @lines = split /\n/, $first;
	is(scalar @lines, $rows, 'all rows are used');
	like($lines[0], qr{:$port/postgres .*PostgreSQL \d+}, 'the server at the top');
	like($lines[-1], qr/\bF1 Help\b.*\bq Quit\b/, 'keys at the bottom');
	is(check_figures($server, $shell), $cols, 'all columns are used');
	$shell->keys($key);
	ok($shell->wait_for(qr/^status 0\nready\$$/m, 5), "exit status after $key");
	like($shell->capture, qr/\A.*\ntext of the shell\n.*\n.*status \$\?\nstatus 0\nready\$\n*\z/,
		'the text of the shell, and nothing else');
	is($shell->format('#{alternate_on} #{cursor_flag} #{mouse_any_flag}'), '0 1 0', 'the screen of the shell');
	$shell->type("stty -g >\$DIR/after\n");
	$shell->wait_for(qr/after\n.*ready\$$/m);
	is(slurp("$dir/after"), slurp("$dir/before"), 'modes of the terminal');
	$shell->type("exit\n");
	is($shell->wait_exit, 0, 'the shell ends');
	return;
}

# q closes what is open first; the others end the program from anywhere.
sub check_quit {
	my ($server) = @_;
	my $screen = Screen->monitor($server);
	$screen->wait_for(qr/Slots \[/);
	$screen->keys('F1');
	$screen->wait_for(qr/this help/);
	$screen->keys('q');
	ok($screen->wait_gone(qr/this help/), 'q closes the help');
	is($screen->status, undef, 'and no more');
	$screen->keys('/');
	$screen->type('q');
	ok($screen->wait_for(qr/q\s.*\n*\z/), 'q is a letter in a line that is typed');
	is($screen->status, undef, 'and no more');
	$screen->keys('C-c');
	is($screen->wait_exit(5), 0, '^C ends it there too');
	ok($screen->is_restored, 'the terminal is as it was');
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
my $load = $server->load('--idle=5', '--idle-app=sleeper', '--active=2', '--idle-in-transaction=3');
for ([80, 24, 'q'], [120, 40, 'F10'], [200, 60, 'C-c']) {
	my ($cols, $rows, $key) = @$_;
	subtest "${cols}x$rows, $key" => sub { check_size($server, $cols, $rows, $key) };
}
check_quit($server);
wait_ok {
	$server->psql("select count(*) from pg_stat_activity where application_name = 'pgconntop'") == 0
} 5, 'no session is left';
done_testing();
