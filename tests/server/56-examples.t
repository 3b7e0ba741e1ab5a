# SPDX-License-Identifier: PostgreSQL
# The commands of the section EXAMPLES of the manual, and the profiles of the other documents that
# act, each on a real server.
use strict;
use warnings;

use File::Path qw(make_path);
use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Test::More;

my $home = tempdir('pgconntop-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# What cannot be run here, and why.
my @left_out = (
	[qr/^sudo /, 'it takes another account'],
	[qr/example\.com/, 'there is no such server'],
);

# Those that do not end with 0, for nothing needs to be done, or for what they find.
my @statuses = (
	[qr/--check/ => qr/^[012]$/],
	[qr/^(?!.*--when).*--(?:kill-idle=5min|cancel)/ => qr/^5$/],
);

sub commands {
	my ($section) = slurp("$FindBin::Bin/../../doc/pgconntop.1") =~ /^\.SH EXAMPLES\n(.*?)^\.SH /ms;
	my $text = join '', $section =~ /^\.EX\n(.*?)^\.EE$/msg;
	my %names = ('\\-' => '-', '\\(aq' => "'", '\\e' => '\\', '\\(ha' => '^');
	$text =~ s/(\\-|\\\(aq|\\e|\\\(ha)/$names{$1}/g;
	$text =~ s/\\\n\s*//g;
	$text =~ s/\|\n\s*/| /g;
	return split /\n/, $text;
}

# As it stands there, but for what only a person can do: answering, and ending it.
sub adapt {
	my ($command, $pid) = @_;
	$command =~ s{^\*/30 \* \* \* \* }{};
	$command =~ s/--watch/--watch --count=2/ if $command !~ /--count/;
	$command =~ s/--interval=\d+/--interval=0.1/;
	$command =~ s/pid=4711/pid=$pid/;
	$command .= ' --yes' if $command =~ /--(?:kill-\w+|terminate|cancel)/ && $command !~ /--yes/;
	return $command;
}

# A document's example of profiles, without its marks.
sub profiles {
	my ($file) = @_;
	my $text = slurp("$FindBin::Bin/../../doc/$file") =~ s/^# ?//mgr =~ s/\\-/-/gr;
	my ($profiles) = $text =~ /^(profiles = \{(?: .*\};\n|\n.*?^\};\n))/ms or die "no profiles in $file";
	return $profiles;
}

sub check_profile {
	my ($server, $file, $name) = @_;
	open my $out, '>', "$home/conf" or die "conf: $!";
	print $out profiles($file);
	close $out or die "conf: $!";
	my ($status, undef, $err) = run_program([$ENV{PGCONNTOP}, "--config=$home/conf", "--profile=$name", '--count=1',
		"--kill-log=$home/log", $server->connstr], session => 1, timeout => 60);
	like("$status$err", qr/^[05]$/, "$file: --profile=$name");
	return;
}

my ($bindir) = reverse PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !$bindir;
my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30 });
$server->psql('create database shop');
mkdir "$home/bin";
symlink $ENV{PGCONNTOP}, "$home/bin/pgconntop" or die "symlink: $!";
open my $service, '>', "$home/services" or die $!;
print $service "[shop]\nhost=", $server->host, "\nport=", $server->port, "\nuser=postgres\ndbname=postgres\n";
close $service or die $!;
make_path("$home/.config/pgconntop");
open my $conf, '>', "$home/.config/pgconntop/pgconntop.conf" or die $!;
print $conf qq{pools = ( { name = "web"; match = "application=web"; connections = 10; } );\n}; # for --plan
close $conf or die $!;

my $run = 0;
for my $line (commands()) {
	my ($reason) = map { $line =~ $_->[0] ? $_->[1] : () } @left_out;
	if (!defined $reason && $line =~ /\bjq\b/ && (run_program(['sh', '-c', 'command -v jq']))[0] ne '0') {
		$reason = 'there is no jq';
	}
	SKIP: {
		skip "$line: $reason", 1 if defined $reason;
		my @sessions = map { PgClient->new($server, database => 'shop', application_name => 'web') } 1 .. 2;
		my $command = adapt($line, $sessions[0]->pid);
		my ($wanted) = map { $line =~ $_->[0] ? $_->[1] : () } @statuses;
		my ($status, $out, $err) = run_program(['sh', '-c', $command], session => 1, timeout => 60, dir => $home,
			env => { $server->env, PGSERVICEFILE => "$home/services", HOME => $home,
				XDG_CONFIG_HOME => undef, PATH => "$home/bin:$ENV{PATH}" });
		like($status, $wanted // qr/^0$/, $command) or diag("$out$err");
		$run++;
	}
}
cmp_ok($run, '>=', 14, 'so many were run');
check_profile($server, 'pgconntop.conf', 'guard');
check_profile($server, 'pgconntop.conf.5', 'free-idle');
check_profile($server, 'systemd/pgconntop-close-idle.service', 'close-idle');
done_testing();
