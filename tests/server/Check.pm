# SPDX-License-Identifier: PostgreSQL
# pgconntop --check as a monitoring system runs it, and its answer taken apart.
#
#   my $answer = check($server, args => ['--timeout=1s']);
#   is($answer->{status}, 2);                      # also line, details, figures, time
#   is($answer->{figures}{used}{value}, 5);
#   answers($server, 2, qr{^all slots in use}, 'a full server');
package Check;
use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use Test::More ();
use Time::HiRes qw(time);
use lib dirname(__FILE__);
use Program;

our @EXPORT = qw(check answers);

my @words = qw(OK WARNING CRITICAL UNKNOWN);
my $number = qr/-?[0-9]+(?:\.[0-9]+)?/;
my $range = qr/(?:\@?(?:(?:~|$number)?:$number?|$number))?/;

# What stands behind the bar: label => { value, unit, warning, critical, least, most }.
sub _figures {
	my ($text) = @_;
	my %figures;
	for my $figure (split / /, $text) {
		$figure =~ /^([a-z_]+)=($number|U)(s|%)?(?:;($range)(?:;($range)(?:;($number)?(?:;($number)?)?)?)?)?\z/
			or return { wrong => $figure };
		return { wrong => "$1 twice" } if $figures{$1};
		@{ $figures{$1} }{qw(value unit warning critical least most)} =
			($2 eq 'U' ? undef : $2, map { $_ // '' } $3, $4, $5, $6, $7);
	}
	return \%figures;
}

# Runs it to the end and checks what must hold for every answer. Options: login (PgServer::connstr's),
# args (a list), env, timeout.
sub check {
	my ($server, %opt) = @_;
	my $start = time;
	my @argv = ($ENV{PGCONNTOP}, '--config=/dev/null', '--check', @{ $opt{args} // [] },
		ref $server ? $server->connstr(%{ $opt{login} // {} }) : ());
	my ($status, $out, $err) = run_program(\@argv, session => 1, env => $opt{env}, timeout => $opt{timeout} // 60);
	my $answer = { status => $status, out => $out, time => time - $start };
	my ($first, $details) = $out =~ /\A([^\n]*)\n(.*)\z/s;
	@$answer{qw(line details)} = ($first // '', $details // '');
	my $wrong = '';
	$wrong = "stderr: $err" if $err ne '';
	$wrong = "more than one bar" if ($out =~ tr/|//) > 1;
	$wrong = "$status is not the word" if $status !~ /^[0-3]\z/ || $answer->{line} !~ s/^PGCONNTOP $words[$status] - //;
	if ($answer->{line} =~ s/ \| (.*)\z//) {
		$answer->{figures} = _figures($1);
		$wrong = "figure $answer->{figures}{wrong}" if $answer->{figures}{wrong};
	}
	Test::More::fail("an answer that is none: $wrong\n$out") if $wrong;
	return $answer;
}

# Status and line of an answer; %opt as above.
sub answers {
	my ($server, $status, $pattern, $what, %opt) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $answer = check($server, %opt);
	Test::More::is($answer->{status}, $status, "$what: $words[$status]");
	Test::More::like($answer->{line}, $pattern, "$what: what it says");
	return $answer;
}

1;
