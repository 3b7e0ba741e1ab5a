# SPDX-License-Identifier: PostgreSQL
# What leaves the screen: y puts rows or a query into the terminal's clipboard, W writes all tables
# to a file.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use Encode qw(decode);
use PgClient;
use PgServer;
use Screen;
use Test::More;

Screen::need();

sub check_copy {
	my ($server, $screen, $file) = @_;
	my @sheep = clients($server, 3, 'sheep');
	my $query = "select 1 -- caf\xc3\xa9\n\t-- " . 'and more ' x 300 . "\e[31m\n";
	my $hostile = PgClient->new($server, application_name => 'wolf');
	$hostile->query($query);
	only($screen, 'application=sheep', @sheep);
	my @lines = split /\n/, $screen->copied($file);
	is(scalar @lines, 2, 'a row: headings and itself');
	my @headings = split /\t/, $lines[0];
	is_deeply([@headings[0, 1, -1]], ['PID', 'USER', 'QUERY'], 'headings');
	my %row;
	@row{@headings} = split /\t/, $lines[1];
	my %expected = (USER => 'postgres', APPLICATION => 'sheep', STATE => 'idle', QUERY => 'select 1');
	is($row{$_}, $expected{$_}, $_) for sort keys %expected;
	press($screen, '*', qr/\b3 tagged\b/, 'tagged');
	@lines = split /\n/, $screen->copied($file);
	is_deeply([sort map { /^(\d+)\t/ } @lines], [sort map { $_->pid } @sheep], 'all tagged rows');
	press_gone($screen, 'U', qr/tagged/, 'untagged');
	only($screen, 'application=wolf', $hostile);
	my $text = $screen->copied($file);
	unlike($text, qr/[^\P{Cc}\n\t]/, 'no control characters in a row');
	press($screen, 'Enter', qr/and more.*\n(?:.*\n)*.*Back/, 'its details');
	$text = $screen->copied($file);
	my $expected = decode('UTF-8', $query) =~ s/\e/\x{fffd}/r;
	is($text, $expected, 'the whole query, with its line ends');
	$screen->tmux(qw(set-option -g set-clipboard on));
	$screen->copied($file);
	is(decode('UTF-8', $screen->tmux('show-buffer')), $expected, 'tmux takes it, when it is set to do so');
	$screen->keys('Escape', '\\');
	return;
}

sub written {
	my ($screen, $dir, $count) = @_;
	my ($name, @files);
	$screen->keys('W');
	wait_ok { (@files = glob "$dir/pgconntop-*.txt") == $count } 20, 'W writes a file';
	ok($screen->wait_for(qr/all tables are in \S*\Q$dir\E/), 'and says its name');
	return sort { -M $a <=> -M $b } @files;
}

sub check_write {
	my ($server, $screen, $dir) = @_;
	my ($sheep) = clients($server, 1, 'sheep');
	only($screen, 'application=sheep', $sheep);
	my ($file) = written($screen, $dir, 1);
	is(sprintf('%o', (stat $file)[2] & 07777), '600', 'nobody else reads it');
	my $text = slurp($file);
	my $pid = $sheep->pid;
	for my $name ('applications', 'users', 'databases', 'clients', 'sessions', 'states') {
		like($text, qr/^\W*$name\b/mi, "it has $name");
	}
	like($text, qr/\b$pid\b.*\bsheep\b/, 'each session');
	unlike($text, qr/\e/, 'no escape sequences');
	press($screen, 'Z', qr/PAUSED/, 'the same picture');
	written($screen, $dir, 2);
	written($screen, $dir, 3);
	is(slurp($file), $text, 'none is written over');
	press_gone($screen, 'Z', qr/PAUSED/, 'on again');
	return;
}

# A directory that is no more: the one for temporary files is taken.
sub check_elsewhere {
	my ($server, $screen, $dir, $temporary) = @_;
	my ($sheep) = clients($server, 1, 'sheep');
	only($screen, 'application=sheep', $sheep);
	unlink glob "$dir/*";
	rmdir $dir or die "rmdir: $!";
	my @files = written($screen, $temporary, 1);
	like(slurp($files[0]), qr/\bsheep\b/, 'with what it should have');
	unlink @files;
	rmdir $temporary;
	press($screen, 'W', qr/cannot make \S+: /, 'where none can be made, that is said');
	return;
}

my $server = PgServer->new(conf => { max_connections => 40, track_activity_query_size => 16384 });
my ($dir, $temporary) = map { $server->host . "/$_" } 'here', 'temporary';
mkdir $_ or die "$_: $!" for $dir, $temporary;
my $screen = Screen->new(cols => 120, rows => 40, env => { TMPDIR => $temporary }, command => ['sh', '-c',
	'cd "$1" && shift && exec "$@"', 'sh', $dir, $ENV{PGCONNTOP}, '--config=/dev/null', '--interval=0.2',
	'--read-only', $server->connstr]);
$screen->wait_for(qr/Slots \[/);
my $record = $server->host . '/record';
$screen->record($record);
subtest 'y' => sub { check_copy($server, $screen, $record) };
subtest 'W' => sub { check_write($server, $screen, $dir) };
subtest 'W elsewhere' => sub { check_elsewhere($server, $screen, $dir, $temporary) };
$screen->keys('q');
is($screen->wait_exit(5), 0, 'it ends as it should');
done_testing();
