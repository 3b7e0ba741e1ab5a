# SPDX-License-Identifier: PostgreSQL
# A window that changes its size while the program runs: the screen is right at once, at any size.
use strict;
use utf8;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use PgServer;
use Screen;
use Test::More;

Screen::need();

my $screen;

# What is on the screen, but for the first line, which has the clock.
sub below_title { return $screen->capture =~ s/\A.*\n//r }

# Draws all of it anew: what somebody else wrote goes away, and nothing else changes.
sub check_redraw {
	my ($what) = @_;
	my $before = below_title();
	open my $tty, '>', $screen->format('#{pane_tty}') or die "tty: $!";
	syswrite $tty, "\e[H~";
	close $tty;
	ok($screen->wait_for(qr/\A~/), 'somebody else writes to the terminal');
	$screen->keys('C-l');
	ok($screen->wait_gone(qr/\A~/), '^L draws it anew');
	is(below_title(), $before, "$what: nothing was wrong before");
	return;
}

# The pane has that size, the expected screen comes, and no row is longer.
sub check_size {
	my ($cols, $rows, $regex) = @_;
	my $what = "${cols}x$rows";
	$screen->resize($cols, $rows);
	is($screen->format('#{pane_width}x#{pane_height}'), $what, "the window is $what");
	ok($screen->wait_for($regex, 5), "$what: the screen follows");
	is($screen->status, undef, "$what: it runs");
	return;
}

# The screen in sizes that make a difference. Curses leaves alone the last cell, which may be the only one.
my %sizes = (
	'200x60' => qr/\A.*\nSlots(?:.*\n)+.*1 Applications.*2 Pools.*5 States.*\n(?:.*\n)*.*7 Alerts(?:.*\n){7}F1 Help\b.*\bq Quit\n\z/,
	'80x24' => qr/\A.*\nSlots(?:.*\n)+.*1 Applications [^┬]*\n(?:.*\n)+.*3 Sessions(?:.*\n)+F1 Help\b.{0,72}\bq Quit\n\z/,
	'20x5' => qr{\A.*\n11/27.*\nidle 8.*\n.*\nF1 Help .*\n\z},
	'1x1' => qr/\A…?\n\z/,
	'1x40' => qr/\A…\n…\n/,
	'120x40' => qr/\A.*\nSlots(?:.*\n)+.*1 Applications[^┬]*┬[^┬]*2 Pools[^┬]*\n(?:.*\n)+F1 Help\b.*\bq Quit\n\z/,
);

sub check_sizes {
	my (%opt) = @_;
	for my $size (qw(80x24 20x5 1x1 120x40 1x40 200x60)) {
		my ($cols, $rows) = split /x/, $size;
		check_size($cols, $rows, $sizes{$size});
		my @lines = split /\n/, $screen->capture;
		is(scalar(grep { length > $cols } @lines), 0, "$size: no row is too long");
		check_redraw($size) if $opt{paused};
	}
	return;
}

# Everything that can be open follows as well.
sub check_open {
	my %pages = (F1 => qr/this help/, F6 => qr/Sort Sessions by/, Enter => qr/Session \d+/, '/' => qr/^Filter:/m);
	for my $key (sort keys %pages) {
		$screen->keys($key);
		ok($screen->wait_for($pages{$key}), $key);
		for (['1x1', $sizes{'1x1'}], ['40x10', qr/\A[^\n]*PAUSED/],
			['200x60', qr/\A[^\n]{200}\n(?:.*\n){59}\z/]) {
			my ($size, $regex) = @$_;
			check_size(split(/x/, $size), $regex);
		}
		ok($screen->wait_for($pages{$key}), "$key: still there");
		check_redraw($key);
		$screen->keys('Escape');
		ok($screen->wait_gone($pages{$key}), "$key: closed");
	}
	return;
}

# Many changes at once, as when a window is dragged: the last one counts.
sub check_drag {
	for my $step (1 .. 20) {
		$screen->resize(200 - 5 * $step, 60 - 2 * $step);
	}
	$screen->resize(80, 24);
	ok($screen->wait_for($sizes{'80x24'}, 5), 'the last size');
	check_redraw('dragged');
	$screen->resize(400, 100);
	ok($screen->wait_for(qr/\A[^\n]{380,400}\n(?:.*\n)*.*5 States(?:.*\n)+F1 Help\b.*\n\z/, 5), 'a huge one');
	check_redraw('huge');
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
my $load = $server->load('--idle=8', '--idle-app=sleeper', '--active=2');
$screen = Screen->monitor($server, cols => 200, rows => 60);
ok($screen->wait_for($sizes{'200x60'}), 'the sessions are there');
subtest 'running' => sub { check_sizes() };
$screen->keys('Z');
ok($screen->wait_for(qr/PAUSED/), 'the picture is held still');
subtest 'paused' => sub { check_sizes(paused => 1) };
subtest 'open pages' => \&check_open;
subtest 'dragged' => \&check_drag;
$screen->keys('q');
is($screen->wait_exit(5), 0, 'it ends as it should');
ok($screen->is_restored, 'and gives the terminal back');
done_testing();
