# SPDX-License-Identifier: PostgreSQL
# What tests of acting have in common: a screen whose kill log is at hand, whom it has under the
# cursor, who is still alive on the server.
#
#   my $screen = acting($server);
#   only($screen, 'application=web', @clients);
#   press($screen, 'K', qr/Terminate 1 session\?/, 'the question');
#   is_deeply([alive($server, @clients)], [...], 'nobody was hurt');
package Acting;
use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use Test::More ();
use lib dirname(__FILE__), dirname(__FILE__) . '/../server';
use Order;
use PgServer;
use Screen;

our @EXPORT = qw(acting alive answer clients eager entries hold kill_log listed only outcomes over
	own_pid point_at press press_gone
	process send_home state_of words);

# A monitor whose kill log is next to the server's data. Options: those of Screen->monitor.
sub acting {
	my ($server, %opt) = @_;
	my $args = delete $opt{args} // [];
	my $screen = Screen->monitor($server, cols => 120, rows => 40, %opt,
		args => ['--kill-log=' . kill_log($server), @$args]);
	$screen->wait_for(qr/Slots \[/) or die "no screen\n";
	return $screen;
}

# The process of the server that the monitor talks to, once there is only one monitor.
sub own_pid {
	my ($server) = @_;
	my $pid;
	wait_until {
		$pid = $server->psql("select pid from pg_stat_activity where application_name = 'pgconntop'"
			. " and query like '%pg_stat_get_activity%'");
		$pid =~ /^\d+$/
	} 20, 'the session of the monitor' or die "no session\n";
	return $pid;
}

# Stops or continues a process of the server.
sub process {
	my ($pid, $signal) = @_;
	kill($signal, $pid) == 1 or die "kill $pid: $!\n";
	return;
}

# Stops a process of the server where it has no lock that logins and queries wait for.
sub hold {
	my ($server, $pid) = @_;
	for (1 .. 20) {
		process($pid, 'STOP');
		my ($status) = $server->psql_rc('select count(*) from pg_stat_activity', timeout => 5);
		return if $status eq '0';
		process($pid, 'CONT');
		select undef, undef, undef, 0.01;
	}
	die "process $pid always holds others up\n";
}

# Process numbers in the list of sessions, from top to bottom.
sub listed {
	my ($screen) = @_;
	my ($list) = $screen->capture =~ /^.3 Sessions[^\n]*\n(.*?)(?:^.[1-8] |\z)/ms;
	return ($list // '') =~ /^[> ].\s*(\d+) /mg;
}

# Filters the list of sessions, waits until those of the clients and no others are in it (or only
# their number), and goes to the first one.
sub only {
	my ($screen, $filter, @clients) = @_;
	my $count = @clients == 1 && !ref $clients[0] ? $clients[0] : @clients;
	my $pids = ref $clients[0] ? join ' ', sort map { $_->pid } @clients : '';
	$screen->keys('3', '\\', '/', 'C-u');
	$screen->type("$filter\n");
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $ok = $screen->wait_for(qr/Sessions \($count(?: of \d+)?\).*filter: \Q$filter\E /, 20)
	    && wait_until { !$pids || $pids eq join ' ', sort(listed($screen)) } 20, $filter;
	Test::More::ok($ok, "$count sessions are $filter") or $screen->show;
	$screen->keys('g');
	return $ok;
}

# Takes all filters away and puts the cursor on a session like that client's: the text is found in
# the next row that has it, wherever the cursor was.
sub point_at {
	my ($screen, $client, $text) = @_;
	my $pid = $client->pid;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$screen->keys('3', '\\');
	$screen->wait_for(qr/^. . *$pid /m);
	$screen->keys('F3', 'C-u');
	$screen->type("$text\n");
	return Test::More::ok($screen->wait_for(qr/^>[ !] .*\b\Q$text\E\b/m, 20), "the cursor is on $text");
}

# Presses keys and waits for what they bring, or take away.
sub press {
	my ($screen, $keys, $regex, $what) = @_;
	$screen->keys(ref $keys ? @$keys : $keys);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::ok($screen->wait_for($regex, 20), $what);
}

sub press_gone {
	my ($screen, $keys, $regex, $what) = @_;
	$screen->keys(ref $keys ? @$keys : $keys);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::ok($screen->wait_gone($regex, 20), $what);
}

# Answers a question with yes, for so many sessions; waits for the end of the act.
sub answer {
	my ($screen, $count) = @_;
	my $s = $count == 1 ? '' : 's';
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	Test::More::ok($screen->wait_for(qr/\w $count session$s\?/), "the question is about $count") or return 0;
	$count <= 5 ? $screen->keys('y') : $screen->type("$count\n");
	return over($screen);
}

# Waits for the end of an act.
sub over {
	my ($screen) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $ok = wait_ok { words($screen) =~ /(?:Over|had their turn)\b.* Esc closes/ } 60, 'it is over';
	$screen->show if !$ok;
	return $ok;
}

# The text in a dialog, without its frame and line ends.
sub words { return join ' ', map { split } $_[0]->capture =~ /\x{2502}(.*)\x{2502}/g }

1;
