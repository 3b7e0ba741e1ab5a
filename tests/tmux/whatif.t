# SPDX-License-Identifier: PostgreSQL
# What if: other numbers for pools and max_connections are tried by keys on a real server, which
# stays as it is, and so does the configuration.
use strict;
use utf8;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use File::Temp;
use PgClient;
use PgServer;
use Program qw(slurp);
use Screen;
use Test::More;

my $plans = <<'END';
pools = (
	{ name = "api"; match = "application=web"; workers = 10; engines = 2; pool_size = 5; max_overflow = 10; },
	{ name = "job"; match = "application=job"; workers = 4; pool_size = 25; },
	{ name = "bouncer"; match = "user=bouncer"; default_pool_size = 10; pairs = 3; },
	{ name = "admin"; match = "user=admin"; connections = 10; }
);
scenarios = (
	{ name = "conservative"; pools = ( { name = "api"; workers = 3; pool_size = 2; max_overflow = 1; },
		{ name = "job"; workers = 1; } ); },
	{ name = "balanced"; pools = ( { name = "api"; workers = 5; pool_size = 3; max_overflow = 2; } );
		max_connections = 200; },
	{ name = "high-performance"; max_connections = 600; }
);
END

Screen::need();
my $server = PgServer->new(conf => { max_connections => 100 });
my $file = File::Temp->new(TEMPLATE => 'pgcw-XXXXXX', DIR => '/tmp', SUFFIX => '.conf');
print {$file} $plans;
close $file or die "$file: $!\n";
chmod 0644, "$file";
my @clients = map { PgClient->new($server, application_name => 'web') } 1 .. 8;
my $limit = $server->psql('show max_connections');

sub start {
	my (%opt) = @_;
	my $screen = Screen->monitor($server, cols => 80, rows => 24, %opt, args => ["--config=$file"]);
	ok($screen->wait_for(qr/Slots \[/), 'a screen');
	return $screen;
}

# Keys, and what must be seen then.
sub press {
	my ($screen, $keys, @seen) = @_;
	$screen->keys(@$keys);
	for my $seen (@seen) {
		ok($screen->wait_for($seen), "@$keys: $seen") or return;
	}
	return;
}

sub check_keys {
	my $screen = start();
	press($screen, ['2'], qr/^F1 Help.* w What if/m);
	press($screen, ['w'], qr/What if: 440 of 97 usable slots planned: 343 TOO MANY/,
		qr/A calculation: nothing is changed on any server or in any file\./,
		qr/^ > api +1 +10 +2 +5 +10 +300 +8 +0 +292 +- +-$/m,
		qr/^ planned +440 +440 +83 +190 +440$/m,
		qr/^ fits +NO -343 +NO -343 +high \+14 +high \+7 +high \+157$/m);
	press($screen, [qw(Right 5)], qr/api: workers 5, configured 10/, qr/ 5\*/, qr/What if\*: 290 of 97/);
	press($screen, [qw(Right Right 3)], qr/api: pool_size 3, configured 5/);
	press($screen, [qw(Right 3 -)], qr/api: max_overflow 2, configured 10/, qr/^ > api +1 +5\* +2 +3\* +2\* +50 /m);
	press($screen, [qw(Down Left - - - - -)], qr/job: pool_size 20, configured 25/, qr/What if\*: 170 of 97/);
	press($screen, [qw(Down + BSpace BSpace 4)], qr/bouncer: default_pool_size 4, configured 10/);
	press($screen, [qw(Down +)], qr/admin: connections 11, configured 10/);
	press($screen, [qw(Down 1 0 0 0)], qr/max_connections 1000, the server has 100: 997 usable, 9 used now/,
		qr/What if\*: 153 of 997 usable slots planned: fits, 844 to spare/);
	press($screen, ['-'], qr/max_connections 990, /);
	press($screen, ['='], qr/What if: 440 of 97/, qr/max_connections 100: 97 usable/);
	press($screen, ['F1'], qr/Help /);
	press($screen, ['Escape'], qr/What if: /);
	press($screen, ['Escape'], qr/3 Sessions/);
	press($screen, ['+'], qr/every 0\.5s/);
	$screen->keys('q');
	is($screen->wait_exit(5), 0, 'and out');
	return;
}

# The memory of the server's processes, where they can be looked at; a change that waits.
sub check_notes {
	my $readable = -r '/proc/self/smaps_rollup';
	$server->psql('alter system set max_connections = 120');
	$server->psql('select pg_reload_conf()');
	PgServer::wait_until {
		$server->psql("select pending_restart from pg_settings where name = 'max_connections'") eq 't'
	} 20, 'a change that waits';
	my $screen = start(cols => 200, rows => 60, env => { LC_ALL => 'C' });
	press($screen, ['w'], qr/A change of max_connections needs a restart of the server: another value waits for one already\./,
		qr/1x10x2x\(5\+10\)=300 /);
	SKIP: {
		skip 'the kernel does not tell memory', 1 if !$readable;
		press($screen, [], qr/is an estimate: [\d.]+ [kM]B for each session, the mean of \d+ measured on this host/);
	}
	unlike($screen->capture, qr/[^\x00-\x7f]/, 'all of it in ASCII');
	$screen->keys('Escape', 'q');
	$screen->wait_exit(5);
	return;
}

subtest 'keys' => \&check_keys;
is($server->psql('show max_connections'), $limit, 'the server is as it was');
is(slurp("$file"), $plans, 'and so is the configuration');
subtest 'notes' => \&check_notes;
done_testing();
