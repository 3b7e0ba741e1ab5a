# SPDX-License-Identifier: PostgreSQL
# The examples for services, cron and monitoring systems: their command lines are taken, and the
# units are sound as far as systemd itself can tell.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Cli;
use Test::More;

my $program = $ENV{PGCONNTOP} // "$top/src/pgconntop";
my @units = glob "$top/doc/systemd/*";

# Options that the shell splits; nothing is done with them but to read them.
sub accepted {
	my ($options, $what) = @_;
	my ($status, $out, $err) = run_program(['sh', '-c', "exec \"\$0\" $options --dump-config", $program],
		env => { %env, XDG_CONFIG_HOME => "$home/config" });
	is("status $status: $err", 'status 0: ', "$what: $options") or diag($out);
	return;
}

sub check_units {
	my $commands = 0;
	for my $unit (grep { /\.service$/ } @units) {
		my $text = slurp($unit);
		file('config/pgconntop/pgconntop.conf', join "\n", $text =~ /^# (profiles = .*)$/mg);
		while ($text =~ m{^ExecStart=/usr/bin/pgconntop (.*)$}mg) {
			my $options = $1;
			accepted($options, $unit =~ s{.*/}{}r);
			$commands++;
		}
	}
	is($commands, 2, 'commands of services');
	return;
}

sub check_cron {
	my @lines = slurp("$top/doc/cron/pgconntop") =~ /^(?:\S+ ){5} postgres  pgconntop (.*)$/mg;
	is(scalar @lines, 3, 'lines of cron');
	accepted($_, 'cron') for @lines;
	return;
}

sub check_nagios {
	my $text = slurp("$top/doc/monitoring/nagios.cfg");
	my ($command) = $text =~ m{^\s*command_line\s+/usr/bin/pgconntop (.*)$}m;
	my @services = $text =~ /^\s*check_command\s+check_pgconntop!(.*)$/mg;
	is(scalar @services, 2, 'services of Nagios');
	for my $arguments (@services) {
		accepted($command =~ s/\$HOSTADDRESS\$/db1/r =~ s/\$ARG1\$/$arguments/r, 'Nagios');
	}
	return;
}

sub check_icinga {
	my $text = slurp("$top/doc/monitoring/icinga2.conf");
	my (undef, $help) = pgconntop('--help');
	my @options = $text =~ /"(--[\w-]+)"/g;
	cmp_ok(scalar @options, '>', 5, 'options of Icinga');
	like($help, qr/ $_\b/, "Icinga: $_") for @options;
	my %limits;
	push @{ $limits{$1} }, $2 =~ /"([^"]+)"/g while $text =~ /vars\.pgconntop_(warning|critical) = \[(.*?)\]/g;
	accepted(join(' ', '--check', map { my $level = $_; map { "--$level=$_" } @{ $limits{$level} } } sort keys %limits),
		'Icinga');
	is($text =~ tr/{//, $text =~ tr/}//, 'Icinga: braces');
	return;
}

sub check_systemd {
	my @verify = qw(systemd-analyze --man=no verify);
	my $plain = file('plain.service', "[Service]\nExecStart=/bin/sh\n");
	my ($status, $out, $err) = eval { run_program([@verify, $plain], timeout => 60) };
	SKIP: {
		skip 'systemd-analyze does not work here', 1 if !defined $status || $status ne '0' || $err ne '';
		my @copies = map { file(s{.*/}{}r, slurp($_) =~ s{/usr/bin/pgconntop}{$program}gr) } @units;
		($status, $out, $err) = run_program([@verify, @copies], timeout => 60);
		is("status $status: $out$err", 'status 0: ', 'what systemd says of the units');
	}
	return;
}

cmp_ok(scalar @units, '>=', 3, 'units');
check_units();
check_cron();
check_nagios();
check_icinga();
check_systemd();
done_testing();
