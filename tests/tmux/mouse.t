# SPDX-License-Identifier: PostgreSQL
# The mouse on a real server: rows, panes, headings, the wheel, the words of the bottom line.
use strict;
use utf8;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgServer;
use Screen;
use Test::More;

Screen::need();

our $screen;

# Column and row of the first match, or of its group; both from 0.
sub place {
	my ($regex) = @_;
	my $text = $screen->capture;
	$text =~ $regex or do { $screen->show($text); die "not on the screen: $regex\n" };
	my $before = substr $text, 0, $-[-1];
	return (length($before) - (rindex($before, "\n") + 1), $before =~ tr/\n//);
}

# Clicks there; the screen, which did not match before, must then do so.
sub click_ok {
	my ($where, $regex, $what) = @_;
	my @place = place($where);
	my $before = $screen->capture;
	if ($before =~ $regex) {
		$screen->show($before);
		return fail("$what: it was so already");
	}
	$screen->click(@place) or return fail("$what: the program does not listen to the mouse");
	return ok($screen->wait_for($regex, 10), $what);
}

sub pids {
	return $screen->capture =~ /^[> ]\s+(\d+) .* sleeper /mg;
}

sub check_rows {
	my @pids = pids();
	cmp_ok(scalar @pids, '>=', 8, 'rows');
	click_ok(qr/^ +($pids[3])/m, qr/^> +$pids[3] /m, 'a click puts the cursor there');
	click_ok(qr/^ +$pids[5] .*(idle)/m, qr/^> +$pids[5] /m, 'anywhere in the row');
	my @place = place(qr/^ +($pids[6])/m);
	$screen->click(@place) for 1 .. 2;
	ok($screen->wait_for(qr/Session $pids[6]/, 10), 'a double click opens it');
	$screen->click(10, 10);
	click_ok(qr/\b(Esc) Back/, qr/3 Sessions/, 'a click on the key at the bottom goes back');
	return;
}

sub check_panes {
	click_ok(qr/(No pools are)/, qr/> No pools are/, 'a click on another pane gives it the keys');
	click_ok(qr/4 Long-(running)/, qr/4 Long-running.*\n.*\n> /, 'also on its title');
	click_ok(qr/1 Applications.*\n.*\n.*\n.*\b(active)\b/, qr/1 Applications.*\n.*\n.*\n> +active\b/,
		'or on one of its rows');
	click_ok(qr/5 (States)/, qr/│> +active\b/, 'on one far to the right');
	cmp_ok((place(qr/5 States.*\n.*(PID)$/m))[0], '>', 223, 'beyond the columns that the old format can tell');
	click_ok(qr/5 States.*\n.*(PID)$/m, qr/5 States.*\n.*▼PID$/m, 'too');
	click_ok(qr/(3) Sessions/, qr/3 Sessions.*\n(?: .*\n)*> +\d+ /, 'and back');
	return;
}

sub check_headings {
	click_ok(qr/3 Sessions.*\n +(PID)\b/, qr/3 Sessions .*sort: pid▼/, 'a click on a heading sorts');
	my @pids = pids();
	is_deeply(\@pids, [sort { $b <=> $a } @pids], 'the largest first');
	click_ok(qr/3 Sessions.*\n +▼(PID)\b/, qr/3 Sessions .*sort: pid▲/, 'once more: the other way round');
	is_deeply([pids()], [sort { $a <=> $b } @pids], 'the smallest first');
	click_ok(qr/3 Sessions.*\n.*(AGE)\b/, qr/3 Sessions .*sort: age/, 'another one');
	click_ok(qr/1 Applications.*\n +(NAME)\b/, qr/1 Applications [^┬]*sort: name▲/, 'that of another pane');
	click_ok(qr/(3) Sessions/, qr/3 Sessions.*\n(?: .*\n)*> +\d+ /, 'back to the sessions');
	return;
}

sub check_wheel {
	$screen->keys('g');
	my @all = $screen->capture =~ /3 Sessions.*\n.*\n((?:[> ] +\d+ .*\n)+)/ ? split /\n/, $1 : ();
	my ($pid) = $all[3] =~ /(\d+)/;
	my @place = place(qr/3 Sessions.*\n.*\n(> )/);
	ok($screen->wheel_down(@place), 'the wheel');
	ok($screen->wait_for(qr/^> +$pid /m, 10), 'moves by three rows');
	ok($screen->wheel_up(@place), 'and back');
	($pid) = $all[0] =~ /(\d+)/;
	ok($screen->wait_for(qr/^> +$pid /m, 10), 'it does');
	click_ok(qr/\b(F1) Help/, qr/this help/, 'a click on a word of the bottom line acts as its key');
	$screen->resize(80, 24);
	ok($screen->wait_for(qr/Help\s+lines 1-\d+ of/), 'a page that is longer than the screen');
	$screen->wheel_down(10, 10);
	ok($screen->wait_for(qr/Help\s+lines 4-\d+ of/, 10), 'the wheel moves it');
	$screen->wheel_up(10, 10);
	ok($screen->wait_for(qr/Help\s+lines 1-\d+ of/, 10), 'and back');
	$screen->keys('Escape');
	return;
}

sub check_menu {
	$screen->wait_for(qr/3 Sessions/);
	$screen->keys('F6');
	ok($screen->wait_for(qr/Sort Sessions by/), 'the columns to sort by');
	click_ok(qr/Sort Sessions by.*\n(?:.*\n)*.*(user) .*role/, qr/3 Sessions .*sort: user/, 'a click takes one');
	$screen->keys('F6');
	ok($screen->wait_for(qr/Sort Sessions by/), 'once more');
	$screen->click(0, 0);
	ok($screen->wait_gone(qr/Sort Sessions by/, 10), 'a click beside it closes it');
	return;
}

# Reports that no program should get, and those of other buttons.
sub check_odd {
	my $before = $screen->capture =~ s/\d+/0/gr;
	$screen->type($_) for "\e[<0;999;999M", "\e[<0;0;0M", "\e[<35;5;5M", "\e[<2;5;12M", "\e[<0;5M", "\e[<M",
	    "\e[<0;99999999999;1M", "\e[M !!", "\e[<q", "\e[?1;2c";
	is($screen->status, undef, 'odd reports do not end it');
	$screen->keys('F1');
	ok($screen->wait_for(qr/this help/), 'nor its keys');
	$screen->keys('Escape');
	$screen->wait_gone(qr/this help/);
	return;
}

sub check_off {
	my ($server) = @_;
	for (['--no-mouse', args => ['--no-mouse']], ['a terminal without one', env => { TERM => 'vt100' }]) {
		my ($what, @opt) = @$_;
		local $screen = Screen->monitor($server, @opt);
		ok($screen->wait_for(qr/Slots \[/), $what);
		is($screen->format('#{mouse_any_flag}'), 0, 'leaves the mouse to the terminal');
	}
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
my $load = $server->load('--idle=10', '--idle-app=sleeper', '--active=2');
$screen = Screen->monitor($server, cols => 240, rows => 50);
ok($screen->wait_for(qr/Sessions \(13\)/), 'the sessions are there');
subtest 'rows' => \&check_rows;
subtest 'panes' => \&check_panes;
subtest 'headings' => \&check_headings;
subtest 'wheel' => \&check_wheel;
subtest 'menu' => \&check_menu;
subtest 'odd reports' => \&check_odd;
subtest 'no mouse' => sub { check_off($server) };
$screen->keys('q');
is($screen->wait_exit(5), 0, 'it ends as it should');
ok($screen->is_restored, 'and gives the mouse back');
done_testing();
