# SPDX-License-Identifier: PostgreSQL
# Running the program without a terminal and without a server, in a home of its own.
#
#   my ($status, $out, $err) = pgconntop('--help');
#   refused('a wrong number', ['--count=x'], qr/bad value "x" for count: .*/);
#   my $file = file('a.conf', 'interval = 5;');
package Cli;
use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/../server";
use Program;
use Test::More ();

our @EXPORT = qw($home $top %env file pgconntop refused run_program slurp);

our $top = $ENV{abs_top_srcdir} // "$FindBin::Bin/../..";
our $home = tempdir('pgconntop-cli-XXXXXX', TMPDIR => 1, CLEANUP => 1);
# No server answers there: what gets that far ends with status 2.
our %env = (HOME => $home, XDG_CONFIG_HOME => undef, NO_COLOR => undef, PGHOST => "$home/nobody");
my $program = $ENV{PGCONNTOP} // "$top/src/pgconntop";
-x $program or die "$program is not built\n";

# Writes a file in the home; gives its path.
sub file {
	my ($name, $text) = @_;
	my $path = "$home/$name";
	make_path(dirname($path));
	open my $out, '>:raw', $path or die "$path: $!";
	print $out $text;
	close $out or die "$path: $!";
	return $path;
}

sub pgconntop {
	my (@arguments) = @_;
	return run_program([$program, @arguments], env => \%env, timeout => 30);
}

# Exactly one line on stderr that matches as a whole, nothing on stdout, status 1 (or another).
sub refused {
	my ($name, $arguments, $reason, $expected) = @_;
	my ($status, $out, $err) = pgconntop(@$arguments);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	Test::More::is("status $status, stdout '$out'", 'status ' . ($expected // 1) . ", stdout ''", $name);
	Test::More::like($err, qr/\Apgconntop: (?-s:$reason)\n\z/, "$name: what is said");
	return;
}

1;
