# SPDX-License-Identifier: PostgreSQL
# --output: each report replaces the file in one step. A reader never sees half of one, a full disk
# harms neither the old file nor the directory, and a device is not replaced.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use JSON::PP ();
use lib $FindBin::Bin;
use PgServer;
use Report;
use Test::More;
use Time::HiRes qw(time);

my $dir = tempdir('pgconntop-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub entries {
	opendir my $handle, $dir or die "$dir: $!";
	return sort grep { !/^\.\.?$/ } readdir $handle;
}

sub write_file {
	my ($path, $text, $mode) = @_;
	open my $out, '>', $path or die "$path: $!";
	print $out $text;
	close $out or die "$path: $!";
	chmod $mode, $path if defined $mode;
	return;
}

sub mode_of { return sprintf '%04o', (stat $_[0])[2] & 07777 }

# Whoever reads at any time has one whole report.
sub check_whole {
	my ($server) = @_;
	my $file = "$dir/report.json";
	my $watch = Report->watch($server, interval => 0.005, output => $file);
	wait_ok { -e $file } 20, 'the file comes';
	my (%inodes, @bad);
	my $end = time + 2;
	while (time < $end) {
		my $text = slurp($file);
		push @bad, $text if !eval { JSON::PP->new->utf8->decode($text)->{slots} } || $text !~ /\A[^\n]+\n\z/;
		$inodes{ (stat $file)[1] // 0 } = 1;
	}
	is_deeply(\@bad, [], 'always one whole report');
	cmp_ok(scalar keys %inodes, '>', 1, 'and not always the same file');
	is($watch->stop, 0, 'exit status');
	is($watch->program->out . $watch->program->err, '', 'nothing is printed');
	is_deeply([entries()], ['report.json'], 'no other file is left');
	unlink $file;
	return;
}

sub check_modes {
	my ($server) = @_;
	my $file = "$dir/state";
	my $old = umask 027;
	my ($status) = monitor($server, show => 'states', output => $file);
	umask $old;
	is($status, 0, 'exit status');
	is(mode_of($file), '0640', 'a new file has the mode of the umask');
	chmod 0604, $file;
	monitor($server, show => 'states', output => $file);
	is(mode_of($file), '0604', 'an old one keeps its mode');
	SKIP: {
		skip 'only root gives files away', 1 if $> != 0;
		chown 65534, 65534, $file;
		monitor($server, show => 'states', output => $file);
		is(join(' ', (stat $file)[4, 5]), '65534 65534', 'and its owner');
	}
	mkdir "$dir/other";
	write_file("$dir/other/target", 'old');
	symlink 'other/target', "$dir/link";
	($status) = monitor($server, show => 'states', output => "$dir/link");
	ok(-l "$dir/link", 'a link stays a link');
	like(slurp("$dir/other/target"), qr/\A\{.*\}\n\z/, 'and what it leads to is replaced');
	my ($same, $out) = run_program([$ENV{PGCONNTOP}, '--config=/dev/null', '--show=states',
		'--output=local', $server->connstr], dir => "$dir/other", session => 1);
	is($same, 0, 'a name without directory');
	like(slurp("$dir/other/local"), qr/^States\n/m, 'is of the working directory');
	unlink "$dir/link", $file, "$dir/other/target", "$dir/other/local";
	rmdir "$dir/other";
	is_deeply([entries()], [], 'no other file is left');
	(undef, $out) = monitor($server, show => 'states', output => '-');
	like($out, qr/\A\{/, '"-" is standard output');
	return;
}

sub check_refused {
	my ($server) = @_;
	my %cases = (
		"$dir/nowhere/file" => qr/cannot write beside .*: No such file or directory/,
		'/dev/null' => qr/no regular file/,
		$dir => qr/no regular file/,
		"$dir/dangling" => qr/cannot write .*: No such file or directory/,
	);
	symlink 'nothing', "$dir/dangling";
	for my $file (sort keys %cases) {
		complaint([monitor($server, show => 'states', output => $file)], 1, $cases{$file}, $file);
	}
	ok(-c '/dev/null', 'the device is there');
	unlink "$dir/dangling";
	is_deeply([entries()], [], 'no other file is left');
	return;
}

# A disk without room: a limit of 512 or 1024 bytes, by the shell.
sub check_full {
	my ($server) = @_;
	my $file = "$dir/file";
	my @run = ('sh', '-c', 'ulimit -f 1; exec "$@"', 'sh', $ENV{PGCONNTOP}, '--watch', '--config=/dev/null',
		'--format=json', '--interval=0.05', "--output=$file");
	write_file($file, "old\n");
	complaint([run_program([@run, '--count=1', $server->connstr], session => 1)], 1,
		qr/cannot write \Q$file\E: /, 'a full disk');
	is(slurp($file), "old\n", 'the old file is there');
	is_deeply([entries()], ['file'], 'and no other');
	my ($status, $out, $err) = run_program([@run, '--count=5', $server->connstr], session => 1);
	is($status, 1, 'the last report was not written');
	is(scalar(my @lines = split /\n/, $err), 1, 'said once');
	is_deeply([entries()], ['file'], 'no other file is left');
	unlink $file;
	return;
}

# The same for a while: the program goes on and says when it is over.
sub check_recovery {
	my ($server) = @_;
	mkdir "$dir/later";
	my $watch = Report->watch($server, interval => 0.05, show => 'states', output => "$dir/later/file");
	wait_ok { -e "$dir/later/file" } 20, 'a file';
	rename "$dir/later", "$dir/gone";
	wait_ok { $watch->program->err =~ /cannot write beside/ } 20, 'its directory is gone';
	rename "$dir/gone", "$dir/later";
	wait_ok { $watch->program->err =~ /is written again/ } 20, 'and comes back';
	is($watch->stop, 0, 'exit status');
	is(scalar(my @lines = split /\n/, $watch->program->err), 2, 'each said once');
	is(scalar(my @left = glob "$dir/later/.p*"), 0, 'no other file is left');
	unlink "$dir/later/file";
	rmdir "$dir/later";
	return;
}

# A signal at any time leaves the file whole and nothing else.
sub check_signals {
	my ($server) = @_;
	for my $n (1 .. 10) {
		my $watch = Report->watch($server, interval => 0.001, output => "$dir/file");
		wait_until { -e "$dir/file" } 20;
		is($watch->stop($n % 2 ? 'TERM' : 'INT'), 0, "signal $n");
		ok(JSON::PP->new->utf8->decode(slurp("$dir/file")), 'the file is whole');
		is_deeply([entries()], ['file'], 'and alone');
		unlink "$dir/file";
	}
	return;
}

# No server: the file says so, but for a single report, which leaves it as it was.
sub check_failure {
	my ($server) = @_;
	my $file = "$dir/file";
	write_file($file, "old\n");
	$server->stop('fast');
	complaint([monitor($server, output => $file)], 2, qr/server not reached/, 'no server');
	is(slurp($file), "old\n", 'the old file is there');
	my ($status) = monitor($server, output => $file, count => 2);
	is($status, 2, 'exit status with more reports');
	like(JSON::PP->new->utf8->decode(slurp($file))->{error}, qr/server not reached/, 'the file says so');
	unlink $file;
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
check_whole($server);
check_modes($server);
check_refused($server);
check_full($server);
check_recovery($server);
check_signals($server);
check_failure($server);
done_testing();
