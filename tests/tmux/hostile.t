# SPDX-License-Identifier: PostgreSQL
# Names and queries that would play with the terminal: escape sequences, wide and zero-width
# characters, invalid UTF-8. They reach it only as text, and everything stays in its place.
use strict;
use utf8;
use warnings;

use Encode ();
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgClient;
use PgServer;
use Screen;
use Test::More;

Screen::need();

my $dir = tempdir(CLEANUP => 1);
my $count = 0;

# As clients send them. What each one tries: title, clear and colours; the other kind of sequences,
# of 8 bits as well; width; order and what has no width; blanks that are more than that.
my %names = (
	escape => "\e]0;pwned\a\e[2J\e[9;9H\e[31;5mred",
	device => "\eP+q544e\e\\\x{9b}7m\x{9d}0;pwned\x{9c}\x0e\x0f\ec",
	wide => "日本語 中文 한국어 🐘🐘 日本語日本語",
	order => "\x{202e}gnp.exe\x{2066} a\x{200b}b\x{200d}\x{feff}c e\x{301}\x{301}\x{301}\x{2028}x",
	blanks => "\t\b\b\b\r\x0b\x7f|",
);

# Bytes that are no UTF-8, whole and cut off.
my $foreign = "select 1 -- caf\xe9 \xff\xfe \xc3\x28 \xe4\xb8";

sub quote_name { return '"' . $_[0] =~ s/"/""/gr . '"' }

# A session for each name: a role and a database of that name, and a query with all of them.
sub open_sessions {
	my ($server) = @_;
	my $boss = PgClient->new($server);
	$names{blanks} =~ tr/\r//d if $server->major >= 19; # which has no such names
	my @all = map { Encode::encode('UTF-8', $names{$_}) } sort keys %names;
	my @sessions = ($boss);
	for my $name (@all) {
		$boss->query($_ . quote_name($name)) for 'create role ', 'alter role ', 'create database ';
		$boss->query('alter role ' . quote_name($name) . ' login');
		push @sessions, PgClient->new($server, user => $name, database => $name, application_name => $name);
		$sessions[-1]->query("select '" . join("\r\n\t", $name, @all) . "'");
	}
	$boss->query("create database ascii encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0");
	push @sessions, PgClient->new($server, database => 'ascii');
	$sessions[-1]->query($foreign);
	return @sessions;
}

# Columns of a text on the screen.
sub width {
	my ($text) = @_;
	return length($text) + (() = $text =~ /[\p{East_Asian_Width=Wide}\p{East_Asian_Width=Fullwidth}]/g);
}

# The columns at which a regular expression matches in the lines of a text.
sub columns {
	my ($text, $regex) = @_;
	my %at;
	for (split /\n/, $text) {
		$at{ width(substr $_, 0, $-[0]) }++ if /$regex/;
	}
	return sort keys %at;
}

# Nothing but text, and sequences that move the cursor, blank, and set attributes and modes.
sub check_bytes {
	my ($bytes) = @_;
	my $text = eval { Encode::decode('UTF-8', $bytes, Encode::FB_CROAK) };
	ok(defined $text, 'what is sent is UTF-8') or return;
	$text =~ s/\e(?:\[[\d;]*m\x0f?|\[[?>]?[\d;]*[A-Za-z@`]|[()][0AB]|[=>78M])//g;
	my @bad = map { sprintf 'U+%04X', ord } $text =~ /[^\P{Cc}\r\n\b]|[\p{Cf}\p{Mn}\p{Zl}\p{Zp}]/g;
	is_deeply(\@bad, [], 'and has nothing that a terminal obeys, beside what draws the screen');
	return;
}

# The screen that is shown is the one that the program means: nobody has moved anything.
sub check_redraw {
	my ($screen, $what) = @_;
	my $before = $screen->capture =~ s/\A.*\n//r;
	open my $tty, '>', $screen->format('#{pane_tty}') or die "tty: $!";
	syswrite $tty, "\e[H~";
	close $tty;
	ok($screen->wait_for(qr/\A~/), 'somebody else writes to the terminal');
	$screen->keys('C-l');
	ok($screen->wait_gone(qr/\A~/), '^L draws it anew');
	is($screen->capture =~ s/\A.*\n//r, $before, "$what: all was in its place");
	return;
}

sub check_list {
	my ($screen, $cols, $rows) = @_;
	my $text = $screen->capture;
	my @lines = split /\n/, $text;
	is(scalar @lines, $rows, 'all rows');
	is(scalar(grep { width($_) > $cols } @lines), 0, 'none of them too long');
	is_deeply([map { width($_) } grep { /^─/ } @lines], [($cols) x grep { /^─/ } @lines], 'frames as wide as the screen');
	my ($top) = $text =~ /^(.1 Applications.*?)^.3 Sessions/ms;
	is_deeply([columns($top, qr/[│┬]/)], [columns(($top =~ /(.*)/)[0], qr/┬/)], 'and in one line');
	my ($list) = $text =~ /^.3 Sessions.*?\n(.*?)(?:^.4|^F1)/ms;
	is(scalar(my @rows = $list =~ /^[> ] +\d+ /mg), 8, 'all sessions have a row');
	my ($left) = columns($list, qr/\bSTATE\b/);
	is_deeply([columns($list, qr/ \K(?:idle|active) +[\d.]+\w/)], [$left], 'their states are in one column');
	like($text, qr/日本語.* idle /, 'what is harmless is shown as it is');
	return;
}

sub check_size {
	my ($server, $cols, $rows) = @_;
	my $file = "$dir/" . ++$count;
	my $screen = Screen->monitor($server, cols => $cols, rows => $rows);
	my $title = $screen->format('#{pane_title}');
	$screen->record($file);
	ok($screen->wait_for(qr/Sessions \(8\)/), 'all sessions are there');
	$screen->keys('Z');
	ok($screen->wait_for(qr/PAUSED/), 'and held still');
	check_list($screen, $cols, $rows);
	check_redraw($screen, 'the list');
	$screen->keys(('Right') x 7);
	ok($screen->wait_gone(qr/PID +USER|\bSTATE +▼AGE/), 'scrolled to the right');
	check_redraw($screen, 'scrolled');
	$screen->keys(('Left') x 7, qw(1 v v f));
	ok($screen->wait_for(qr/1 Databases.*\n(?:.*\n)*? +日本語/), 'the databases alone');
	check_redraw($screen, 'databases');
	$screen->keys('F3');
	$screen->type("日本語\n");
	ok($screen->wait_for(qr/^> +日本語/m), 'the cursor on one of them');
	$screen->keys('Enter', 'f');
	ok($screen->wait_for(qr/Sessions \(1 of 8\)\s+filter: database=.*日本語/), 'its sessions');
	$screen->keys('Enter');
	ok($screen->wait_for(qr/Session \d+(?:.*\n)*.*日本語(?:.*\n)*? *QUERY *\n/), 'details with the whole query');
	check_redraw($screen, 'details');
	is($screen->format('#{pane_title}'), $title, 'the title of the window is as it was');
	$screen->keys('Escape', '\\', '3', 'F3');
	$screen->type("caf\n");
	$screen->keys('Enter');
	ok($screen->wait_for(qr/select 1 -- caf\x{fffd} \x{fffd}\x{fffd} \x{fffd}\(/), 'bytes that are no UTF-8');
	$screen->keys('C-c');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	ok($screen->is_restored, 'and gives the terminal back');
	check_bytes(slurp($file));
	return;
}

# Our own words, where they repeat what the user or the server said.
sub check_words {
	my ($server) = @_;
	my $name = Encode::encode('UTF-8', join '', @names{qw(escape device order)});
	my $screen = Screen->monitor($server, login => { dbname => $name });
	my $title = $screen->format('#{pane_title}');
	my $file = "$dir/" . ++$count;
	$screen->record($file);
	ok($screen->wait_for(qr/Not in \S.*pwned/), 'a database of that name that does not exist');
	$screen->keys('R', 'C-l');
	ok($screen->wait_for(qr/[2-9] failed tries/), 'not at the second time either');
	is($screen->format('#{pane_title}'), $title, 'the title is as it was');
	$screen->signal('TERM');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	check_bytes(slurp($file));
	$screen = Screen->monitor($server, args => ["--filter=$name"]);
	$screen->wait_for(qr/\S/);
	is($screen->format('#{pane_title}'), $title, 'a filter of that name');
	$screen->signal('TERM');
	$screen->wait_exit(5);
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
my @sessions = open_sessions($server);
for ([80, 24], [120, 40], [200, 60]) {
	my ($cols, $rows) = @$_;
	subtest "${cols}x$rows" => sub { check_size($server, $cols, $rows) };
}
subtest 'words' => sub { check_words($server) };
done_testing();
