# SPDX-License-Identifier: PostgreSQL
# Every key on a real server: each one of the help is pressed, and those that change something
# change it.
use strict;
use utf8;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgClient;
use PgServer;
use Screen;
use Test::More;

use constant SESSIONS => 12;

Screen::need();

# Longer than what a sample brings of a query, and in several lines.
my $query = "select pg_sleep(1000)\n"
    . join('', map { "  -- line $_ of a query that explains itself at length, and then some more\n" } 1 .. 11)
    . "  as the_end";

our $screen;

# Presses keys; the screen, which did not match before, must then do so.
sub press_ok {
	my ($keys, $regex, $what) = @_;
	return _press($keys, $regex, $what, 1);
}

# The same for what must go away.
sub press_gone {
	my ($keys, $regex, $what) = @_;
	return _press($keys, $regex, $what, 0);
}

sub _press {
	my ($keys, $regex, $what, $come) = @_;
	my $before = $screen->capture;
	if (($before =~ $regex) == $come) {
		$screen->show($before);
		return fail("$what: it was so already");
	}
	$screen->keys(ref $keys ? @$keys : $keys);
	return ok($come ? $screen->wait_for($regex, 10) : $screen->wait_gone($regex, 10), $what);
}

# Process numbers in the list of sessions, from top to bottom, and the one under the cursor.
sub pids {
	my ($list) = $screen->capture =~ /^.3 Sessions[^\n]*\n(.*?)(?:^.[1-7] |\z)/ms;
	return ($list // '') =~ /^[> ][ !]\s*(\d+) /mg;
}

sub cursor {
	my ($pid) = $screen->capture =~ /^>[ !]\s*(\d+) /m;
	return $pid // 0;
}

sub at_row {
	my ($keys, $row, $what) = @_;
	my @pids = pids();
	$screen->keys(@$keys);
	wait_ok { cursor() == $pids[$row] } 10, $what;
	return;
}

sub check_moves {
	is(scalar(my @pids = pids()), SESSIONS, 'all sessions are listed');
	at_row(['G'], -1, 'G');
	at_row(['g'], 0, 'g');
	at_row(['Down', 'j', 'Up', 'j', 'k'], 1, 'Down, Up, j and k');
	at_row(['End'], -1, 'End');
	at_row(['Home'], 0, 'Home');
	at_row(['NPage'], -1, 'PgDn');
	at_row(['PPage'], 0, 'PgUp');
	at_row(['C-f'], -1, '^F');
	at_row(['C-b'], 0, '^B');
	press_gone('Right', qr/^\s+PID\s+USER\b.*\n[> ]/m, 'Right takes columns away');
	press_ok('Left', qr/^\s+PID\s+USER\b.*\n[> ]/m, 'Left brings them back');
	return;
}

sub check_panes {
	press_gone('1', qr/Sessions.*\n.*\n(?:.*\n)*?>[\s!]/, '1: the cursor leaves the sessions');
	press_ok('3', qr/3 Sessions.*\n(?: .*\n)*>[\s!]/, '3: it is back');
	press_ok('2', qr/^.*> No pools are configured/m, 'key 2');
	press_ok('5', qr/5 States.*\n.*STATE/, 'key 5');
	press_gone('4', qr/5 States/, '4: the queries take their place again');
	like($screen->capture, qr/4 Long-running queries.*\n.*\n>[ !] /, 'and have the cursor');
	press_ok('7', qr/7 Alerts and messages/, 'key 7');
	press_ok('8', qr/8 Settings/, 'key 8');
	press_ok('Tab', qr/1 Applications.*\n.*\n>/, 'Tab: from the last to the first');
	press_ok('BTab', qr/8 Settings/, 'S-Tab: and back');
	press_ok(['3'], qr/3 Sessions.*\n(?: .*\n)*>[\s!]/, 'key 3');
	press_gone('f', qr/1 Applications/, 'f: the sessions alone');
	press_ok('f', qr/1 Applications/, 'f: all panes');
	for my $group ('Users', 'Databases', 'Clients', 'Idle sessions', 'Turnover', 'Applications') {
		press_ok('v', qr/1 $group \(/, "v: $group");
	}
	return;
}

sub check_filters {
	my $all = SESSIONS;
	press_ok('/', qr/^Filter: /m, '/ asks for a filter');
	$screen->type('application=sle');
	ok($screen->wait_for(qr/Sessions \(0 of $all\)/), 'it works while typing');
	$screen->type('eper');
	ok($screen->wait_for(qr/Sessions \(5 of $all\)/), 'with each letter');
	$screen->type(' nosuch=1');
	ok($screen->wait_for(qr/there is no column nosuch.*\n.*Filter: /), 'what is wrong is said');
	$screen->keys('Enter');
	$screen->type('x');
	ok($screen->wait_for(qr/^Filter: application=sleeper nosuch=1x/m), 'and not taken');
	$screen->keys('C-w', 'Enter');
	ok($screen->wait_gone(qr/^Filter:/m), 'Enter takes the rest');
	like($screen->capture, qr/\(5 of $all\)\s+filter: application=sleeper/, 'which stays in sight');
	press_ok('F4', qr/^Filter: application=sleeper/m, 'F4 goes on with it');
	$screen->keys('C-u');
	$screen->type('writer');
	ok($screen->wait_for(qr/Sessions \(1 of $all\)/), 'a word anywhere');
	press_ok('Escape', qr/\(5 of $all\)\s+filter: application=sleeper/, 'Esc: the filter from before');
	press_ok('\\', qr/Sessions \($all\)/, '\\ clears it');
	press_ok('i', qr/Sessions \((?:6|7) of $all\)\s+filter: state!=idle/, 'i: no idle ones');
	press_ok('i', qr/Sessions \($all\)/, 'i: all again');
	$screen->keys('g');
	press_ok('a', qr/Sessions \(\d+ of $all\)\s+filter: application=/, 'a: one application');
	press_ok('a', qr/Sessions \($all\)/, 'a: all again');
	press_ok('u', qr/Sessions \(\d+ of $all\)\s+filter: user=/, 'u: one user');
	press_ok('A', qr/^Least age:/m, 'A asks for an age');
	$screen->type('1h');
	$screen->keys('Enter');
	ok($screen->wait_for(qr/Sessions \(0 of $all\)\s+filter: user=\S+ age>=1h.*\n.*No session matches/),
		'A: nothing is that old');
	press_ok('\\', qr/Sessions \($all\)/, '\\ clears both');
	return;
}

sub check_search {
	my $blocked = ($screen->capture =~ /^[> ]\s+(\d+) .* writer /m)[0];
	$screen->keys('g');
	press_ok('F3', qr/^Search: /m, 'F3 asks for a text');
	$screen->type('writer');
	wait_ok { cursor() == $blocked } 10, 'F3 goes there while typing';
	press_gone('Enter', qr/^Search: /m, 'and stays there');
	my @found = $screen->capture =~ /^[> ]\s+(\d+) .* sleeper /mg;
	is(scalar @found, 5, 'several matches');
	$screen->keys('g', 'F3', 'C-u');
	$screen->type("sleeper\n");
	wait_ok { cursor() == $found[0] } 10, 'the first one';
	$screen->keys('n');
	wait_ok { cursor() == $found[1] } 10, 'n: the next one';
	$screen->keys('N', 'N');
	wait_ok { cursor() == $found[-1] } 10, 'N: the one before, and round to the last';
	return;
}

sub check_order {
	$screen->keys('g');
	press_ok('I', qr/3 Sessions .*sort: age▲/, 'I: the youngest first');
	my @up = pids();
	press_ok('I', qr/3 Sessions .*sort: age▼/, 'I: the oldest first');
	my @down = pids();
	is($down[0], (grep { $_ != $up[0] } @up)[-1], 'the last are the first');
	press_ok('>', qr/3 Sessions .*sort: (?!age)\w+/, '> sorts by another column');
	press_ok('<', qr/3 Sessions .*sort: age▼/, '< by the first again');
	for my $age (qw(query_age transaction session age)) {
		press_ok('T', qr/3 Sessions .*sort: $age▼/, "T: $age");
	}
	press_ok('F6', qr/Sort Sessions by.*\n(?:.*\n)*.*>\*age/, 'F6: the columns, and the present one');
	press_ok('Home', qr/Sort Sessions by.*\n.*> pid/, 'the first one');
	press_ok('Enter', qr/3 Sessions .*sort: pid▼/, 'is taken');
	my @pids = pids();
	is_deeply(\@pids, [sort { $b <=> $a } @pids], 'and ordered by');
	press_ok(['T'], qr/3 Sessions .*sort: age▼/, 'T: back to the age');
	return;
}

# The text as it is read on a page: lines and their indentation do not count.
sub words { return join ' ', split ' ', $_[0] }

sub check_details {
	my ($server, $reader) = @_;
	my $pid = $reader->pid;
	$screen->keys('g', 'F3', 'C-u');
	$screen->type("reader\n");
	wait_ok { cursor() == $pid } 10, 'the cursor on a session';
	press_ok('Enter', qr/Session $pid/, 'Enter opens it');
	ok($screen->wait_for(qr/the_end/), 'the end of its query is in sight');
	is(index(words($screen->capture), words($query)) >= 0, 1, 'and all before it') or $screen->show;
	like($screen->capture, qr/^\s+application\s+reader\b/m, 'what else is known');
	$screen->resize(60, 24);
	ok($screen->wait_for(qr/lines 1-\d+ of \d+/), 'on a small screen it scrolls');
	unlike($screen->capture, qr/the_end/, 'the end is below');
	press_ok([qw(NPage NPage)], qr/the_end/, 'PgDn shows it');
	$screen->resize(120, 40);
	ok($screen->wait_for(qr/^\s+application\s+reader\b(?:.*\n)*.*the_end/m), 'a large one again');
	$server->psql("select pg_terminate_backend($pid)");
	ok($screen->wait_for(qr/This session is gone/), 'it goes away while it is looked at');
	like($screen->capture, qr/the_end/, 'its query stays');
	press_ok('Escape', qr/3 Sessions/, 'Esc goes back');
	press_ok([qw(1 g Enter)], qr/3 Sessions \(\d+ of \d+\)\s+filter: application=/,
		'Enter on an application: its sessions');
	press_ok('\\', qr/3 Sessions \(\d+\)/, 'all again');
	return;
}

# Another query of a session whose details are open.
sub check_change {
	my ($server) = @_;
	my $client = PgClient->new($server, application_name => 'changing');
	my @queries = map { "select $_ -- " . "$_ " x 200 . "end$_" } 'one', 'two';
	s/^select \w+/select 1/ for @queries;
	$client->query($queries[0]);
	ok($screen->wait_for(qr/ changing .*select 1 -- one/), 'a session and its query');
	$screen->keys('3', 'g', 'F3', 'C-u');
	$screen->type("changing\n");
	my $pid = $client->pid;
	wait_ok { cursor() == $pid } 10, 'the cursor on a session';
	press_ok('Enter', qr/endone/, 'its whole query');
	$client->query($queries[1]);
	ok($screen->wait_for(qr/endtwo/), 'and of the next one');
	press_ok('Escape', qr/3 Sessions/, 'back');
	$client->close;
	ok($screen->wait_gone(qr/ changing /), 'the session is gone');
	return;
}

sub check_pause {
	my ($server) = @_;
	press_ok('Z', qr/PAUSED\s+data 0 s old/, 'Z holds the picture');
	my ($before) = $screen->capture =~ m{ (\d+)/27 };
	my @more = map { PgClient->new($server) } 1 .. 3;
	ok($screen->wait_for(qr/PAUSED\s+data 2 s old/), 'the age of the data is told');
	like($screen->capture, qr{ $before/27 }, 'no new data');
	press_gone('Z', qr/PAUSED/, 'Z goes on');
	my $after = $before + @more;
	ok($screen->wait_for(qr{ $after/27 }), 'with new data');
	return;
}

sub check_interval {
	press_ok('+', qr/every 0\.5s/, '+');
	press_ok('+', qr/every 1s/, '+');
	press_ok('-', qr/every 0\.5s/, '-');
	$screen->keys(('+') x 12);
	ok($screen->wait_for(qr/every 60s/), 'no longer than a minute');
	$screen->keys(('-') x 12);
	ok($screen->wait_for(qr/every 0\.1s/), 'and back');
	return;
}

# With samples so rare that only the key brings one.
sub check_refresh {
	my ($server) = @_;
	local $screen = Screen->monitor($server, cols => 120, rows => 40, args => ['--interval=1h']);
	$screen->wait_for(qr/Slots \[/);
	my ($before) = $screen->capture =~ m{ (\d+)/27 };
	my $one = PgClient->new($server);
	my $after = $before + 1;
	press_ok('R', qr{ $after/27 }, 'R: a sample now');
	open my $tty, '>', $screen->format('#{pane_tty}') or die "tty: $!";
	syswrite $tty, "\e[10;20HGARBAGE\n";
	close $tty;
	ok($screen->wait_for(qr/GARBAGE/), 'somebody else writes to the terminal');
	press_gone('C-l', qr/GARBAGE/, '^L repairs the screen');
	like($screen->capture, qr/\A\S.*PostgreSQL.*\nSlots \[/, 'and all is there');
	is($screen->format('#{cursor_flag}'), 0, 'without a cursor');
	return;
}

sub check_help {
	for my $key ('F1', '?', 'h') {
		press_ok($key, qr/F1 \? h\s+this help/, "$key: help");
		press_ok('Escape', qr/3 Sessions/, 'Esc: back');
	}
	$screen->resize(80, 24);
	ok($screen->wait_for(qr/\A(?:.*\n){23}F1 Help\b[^\n]*\n?\z/), 'a small screen');
	press_ok('F1', qr/Help\s+lines 1-\d+ of \d+/, 'help is longer than that');
	press_gone('NPage', qr/this help/, 'PgDn goes on');
	press_ok('End', qr/QUERY\s+running or last query/, 'End: to the end, with the columns of the list');
	press_ok('g', qr/this help/, 'g: to the beginning');
	press_ok('q', qr/3 Sessions/, 'q: back');
	$screen->resize(120, 40);
	ok($screen->wait_for(qr/4 Long-running/), 'a large screen again');
	return;
}

# What tmux calls the keys of the help.
my %names = (Del => 'DC', Enter => 'Enter', Esc => 'Escape', PgDn => 'NPage', PgUp => 'PPage', 'S-Tab' => 'BTab');

sub check_all {
	$screen->resize(120, 100);
	press_ok('F1', qr/Help.*\n(?:.*\n)*.*quit at once/, 'the whole help');
	my ($help) = $screen->capture =~ /this help\n(.*)quit at once/s;
	my @keys = map { split ' ', /^ (\S+(?: \S+)*?)(?:  |$)/m ? $1 : '' } split /\n/, $help;
	@keys = grep { !/^(?:q|F10|\^[CZ])$/ } @keys; # they have tests of their own
	cmp_ok(scalar @keys, '>=', 50, 'it lists keys');
	$screen->keys('Escape');
	$screen->resize(120, 40);
	for my $key (@keys) {
		my $name = $names{$key} // ($key =~ /^\^(.)$/ ? 'C-' . lc $1 : $key);
		$screen->keys($name);
		$screen->keys('Escape', '\\');
		is($screen->status, undef, "after $key it still runs") or last;
	}
	$screen->keys('3');
	ok($screen->wait_for(qr/3 Sessions.*\n(?: .*\n)*>[\s!]/), 'and knows its panes');
	press_ok('C-g', qr/no such key; F1 is help/, 'a key that is none');
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
$server->psql('create role app login');
my $load = $server->load('--idle=5', '--idle-app=sleeper', '--active=2', '--blocked=1', '--user=app', '--aborted=1');
my $reader = PgClient->new($server, application_name => 'reader');
$reader->send_query($query);
$screen = Screen->monitor($server, cols => 120, rows => 40);
my $all = SESSIONS;
ok($screen->wait_for(qr/Sessions \($all\)/), 'the sessions are there');
subtest 'moving' => \&check_moves;
subtest 'panes' => \&check_panes;
subtest 'filters' => \&check_filters;
subtest 'search' => \&check_search;
subtest 'order' => \&check_order;
subtest 'details' => sub { check_details($server, $reader) };
subtest 'details of a query that changes' => sub { check_change($server) };
subtest 'pause' => sub { check_pause($server) };
subtest 'interval' => \&check_interval;
subtest 'refresh and redraw' => sub { check_refresh($server) };
subtest 'help' => \&check_help;
subtest 'all keys of the help' => \&check_all;
$screen->keys('q');
is($screen->wait_exit(5), 0, 'it ends as it should');
ok($screen->is_restored, 'and gives the terminal back');
done_testing();
