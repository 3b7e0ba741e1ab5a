# SPDX-License-Identifier: PostgreSQL
# Keys that nobody meant: what was typed before the question was seen is no answer to it, and pasted
# text is no command at all.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use PgServer;
use Screen;
use Test::More;

Screen::need();

sub check_typed_ahead {
	my ($server) = @_;
	my $screen = acting($server);
	my ($client) = clients($server, 1, 'web');
	only($screen, 'application=web', $client);
	$screen->type('Ky');
	ok($screen->wait_for(qr/Terminate 1\?.*y Yes/), 'the question stands');
	ok($screen->wait_for(qr/typed before the question was shown/), 'and says why the answer was not taken');
	is_deeply([alive($server, $client)], [$client], 'nobody was hurt');
	$screen->keys('y');
	ok($screen->wait_for(qr/\b1 ended\b/), 'an answer to what was seen is taken');
	return;
}

sub check_paste {
	my ($server) = @_;
	my $screen = acting($server);
	my ($client) = clients($server, 1, 'shop');
	only($screen, 'application=shop', $client);
	$screen->tmux('set-buffer', 'Kyy');
	$screen->tmux('paste-buffer', '-p');
	ok($screen->wait_for(qr/pasted text is no command/), 'a paste is told from keys');
	unlike($screen->capture, qr/Terminate 1\?/, 'and asks nothing');
	is_deeply([alive($server, $client)], [$client], 'nobody was hurt');
	$screen->keys('/', 'C-u');
	$screen->tmux('set-buffer', 'user=nobody');
	$screen->tmux('paste-buffer', '-p');
	ok($screen->wait_for(qr/Filter: user=nobody/), 'into a line it goes as typed');
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
subtest 'typed ahead' => sub { check_typed_ahead($server) };
subtest 'pasted' => sub { check_paste($server) };
done_testing();
