# SPDX-License-Identifier: PostgreSQL
# After sessions were ended: clients that come back at once, and such that stay away.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use PgServer;
use Screen;
use Test::More;

Screen::need();

# They stay away: that is told as it is.
sub check_away {
	my ($server) = @_;
	my $screen = acting($server);
	my @away = clients($server, 3, 'away');
	only($screen, 'application=away', @away);
	press($screen, ['*', 'K'], qr/Terminate 3 sessions\?/, 'K');
	answer($screen, 3);
	like(words($screen), qr/away: 3 ended, none came back within \d[\d.]* \w+(?! *:)/, 'none came back');
	unlike(words($screen), qr/does not help/, 'it helped');
	return;
}

# They come back: the result says so, and the messages when it is closed.
sub check_back {
	my ($server) = @_;
	my $screen = acting($server);
	my @eager = map { eager($server, 'eager') } 1 .. 4;
	my $count = q{select count(*) from pg_stat_activity where application_name = 'eager' and state = 'active'};
	wait_ok { $server->psql($count) == 4 } 20, 'a pool';
	only($screen, 'application=eager', 4);
	press($screen, ['*', 'K'], qr/Terminate 4 sessions\?/, 'K');
	answer($screen, 4);
	my $said = qr/eager: they come back, ending does not help: 4 ended, 4 came back within \d[\d.]* \w+/;
	wait_ok { words($screen) =~ $said } 20, 'the result tells that they came back';
	press_gone($screen, 'Escape', qr/4 of 4 ended/, 'closed');
	press($screen, '7', qr/warning  [\d:]+  $said/, 'the messages have it');
	press($screen, ['1', ('v') x 5], qr/1 Turnover.*\n(?:.*\n)*.* eager +4 .* 4 +4\b/, 'the turnover too');
	$_->kill for @eager;
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
subtest 'they stay away' => sub { check_away($server) };
subtest 'they come back' => sub { check_back($server) };
done_testing();
