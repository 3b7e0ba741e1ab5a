# SPDX-License-Identifier: PostgreSQL
# Terminals of several kinds, with and without UTF-8 and colours, and those that cannot show a screen.
use strict;
use utf8;
use warnings;

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

# A sequence that sets a colour, not only attributes or the terminal's own colours.
my $color = qr/\e\[(?:\d*;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d*)*m/;

# All that the program sends to draw the whole screen, as bytes.
sub sent {
	my ($screen) = @_;
	my $file = "$dir/" . ++$count;
	$screen->record($file);
	wait_until { -e $file } 10, 'the recording';
	$screen->keys('C-l');
	wait_until { slurp($file) =~ /Slots \[.*\bQuit/s } 10, 'the whole screen';
	return slurp($file);
}

sub stop_ok {
	my ($screen) = @_;
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'it ends as it should');
	ok($screen->is_restored, 'and gives the terminal back');
	return;
}

sub check_term {
	my ($server, $term, $colors) = @_;
	my $screen = Screen->monitor($server, env => { TERM => $term, COLORTERM => undef });
	ok($screen->wait_for(qr/\A.*PostgreSQL.*\nSlots \[(?:.*\n)*.*3 Sessions(?:.*\n)*F1 Help.*\n\z/), 'the screen');
	my $bytes = sent($screen);
	$colors ? like($bytes, $color, 'in colours') : unlike($bytes, $color, 'without colours');
	like($bytes, qr/\e\[(?:\d*;)*[17](?:;\d*)*m/, 'with other attributes');
	my ($first, $second) = $screen->capture =~ /^[> ] +(\d+) .*\bsleeper\b/mg;
	$screen->keys('g', 'Down');
	ok($screen->wait_for(qr/^> +$second /m), 'arrows');
	$screen->keys('Home', 'Down', 'Up');
	ok($screen->wait_for(qr/^> +$first /m), 'and others');
	$screen->keys('F1');
	ok($screen->wait_for(qr/this help/), 'function keys');
	$screen->keys('Escape');
	ok($screen->wait_gone(qr/this help/), 'and Esc');
	$screen->keys('BTab');
	ok($screen->wait_for(qr/No pools are/), 'S-Tab');
	stop_ok($screen);
	return;
}

# One line, and the terminal is left alone.
sub check_refused {
	my ($server, $term, $regex) = @_;
	my $screen = Screen->monitor($server, env => { TERM => $term });
	is($screen->wait_exit(5), 1, 'exit status');
	like($screen->capture, qr/\Apgconntop: $regex[^\n]*\n\n*\z/, 'one line that says why');
	ok($screen->is_restored, 'the terminal is as it was');
	return;
}

sub check_ascii {
	my ($server, $what, %opt) = @_;
	my $screen = Screen->monitor($server, cols => 120, rows => 40, %opt);
	ok($screen->wait_for(qr/Slots \[/), $what);
	my $bytes = sent($screen);
	unlike($bytes, qr/[^\x00-\x7f]/, 'nothing but ASCII is sent');
	unlike($bytes, qr/\e\([^B]|\x0e/, 'nor another character set chosen');
	like($screen->capture, qr/^-1 Applications .*-{5}\+-2 Pools/m, 'lines of ASCII');
	like($screen->capture, qr/ gr[^\sa-z]+e +.* idle /, 'a name with stand-ins');
	$screen->keys('/');
	$screen->type('größe');
	ok($screen->wait_for(qr/Sessions \(1 of \d+\)/), 'it can be typed as it is');
	$screen->keys('Escape');
	stop_ok($screen);
	return;
}

sub check_utf8 {
	my ($server) = @_;
	my $screen = Screen->monitor($server, cols => 120, rows => 40);
	ok($screen->wait_for(qr/^─1 Applications .*─{5}┬─2 Pools/m), 'lines of UTF-8');
	like($screen->capture, qr/ größe\b.* idle /, 'a name as it is');
	stop_ok($screen);
	return;
}

sub check_colors {
	my ($server) = @_;
	my @cases = (
		['colours by themselves', 1],
		['NO_COLOR', 0, env => { NO_COLOR => 1 }],
		['an empty NO_COLOR', 1, env => { NO_COLOR => '' }],
		['--color=always goes before NO_COLOR', 1, env => { NO_COLOR => 1 }, args => ['--color=always']],
		['--color=never', 0, args => ['--color=never']],
		['--color=always on a terminal without', 0, args => ['--color=always'], env => { TERM => 'vt100' }],
	);
	for (@cases) {
		my ($what, $colors, %opt) = @$_;
		my $screen = Screen->monitor($server, %opt);
		ok($screen->wait_for(qr/Slots \[/), $what);
		my $bytes = sent($screen);
		$colors ? like($bytes, $color, 'yes') : unlike($bytes, $color, 'no');
		$screen->signal('TERM');
		is($screen->wait_exit(5), 0, 'and done');
	}
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
my $load = $server->load('--idle=3', '--idle-app=sleeper');
$server->psql('create role "größe" login');
my $client = PgClient->new($server, user => "gr\xc3\xb6\xc3\x9fe");
for (['vt100', 0], ['linux', 1], ['xterm', 1], ['screen', 1], ['xterm-256color', 1], ['tmux-256color', 1]) {
	my ($term, $colors) = @$_;
	subtest $term => sub {
		plan(skip_all => 'terminfo does not know it') if (run_program(['tput', "-T$term", 'cup', 0, 0]))[0] ne '0';
		check_term($server, $term, $colors);
	};
}
my %refused = (dumb => qr/TERM=dumb cannot show a screen/, nonsense => qr/TERM=nonsense is unknown here/,
	'' => qr/TERM is not set/);
for my $term (sort keys %refused) {
	subtest "TERM=$term" => sub { check_refused($server, $term, $refused{$term}) };
}
subtest 'ASCII' => sub {
	check_ascii($server, 'a locale without UTF-8', env => { LC_ALL => 'C', LANG => 'C' });
	check_ascii($server, '--ascii', args => ['--ascii']);
};
subtest 'UTF-8' => sub { check_utf8($server) };
subtest 'colours' => sub { check_colors($server) };
done_testing();
