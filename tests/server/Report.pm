# SPDX-License-Identifier: PostgreSQL
# pgconntop as a test runs it: without a terminal, its reports read as strict JSON.
#
#   my $report = report($server, show => 'sessions', count => 2);   # the last of two
#   my $watch = Report->watch($server, show => 'states');           # goes on by itself
#   my $later = $watch->wait_for(sub { $_[0]{slots}{used} == 5 }, 'five sessions');
package Report;
use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use JSON::PP ();
use Test::More ();
use lib dirname(__FILE__);
use Program;

our @EXPORT = qw(complaint monitor named report sums_ok total);

use constant ALL => 'summary,states,applications,users,databases,clients,sessions,queries,pools,limits,alerts';

# The command line. Options: a server's connection string is made of login (those of
# PgServer::connstr), the others are pgconntop's: show, count, interval ...; args is a list of more.
sub _argv {
	my ($server, %opt) = @_;
	my $login = delete $opt{login} // {};
	my $args = delete $opt{args} // [];
	my %all = (config => '/dev/null', format => 'json', interval => 0.1, show => ALL, %opt);
	my @options = map { defined $all{$_} ? "--$_=$all{$_}" : () } sort keys %all;
	return [$ENV{PGCONNTOP}, '--watch', @options, @$args, ref $server ? $server->connstr(%$login) : ()];
}

# Runs it to the end: (exit status, stdout, stderr), as run_program does, which knows env and timeout.
sub monitor {
	my ($server, %opt) = @_;
	my %run = (session => 1); # away from any terminal
	exists $opt{$_} and $run{$_} = delete $opt{$_} for qw(env stdin timeout);
	return run_program(_argv($server, count => 1, %opt), %run);
}

# The reports on a server, or in scalar context the last one; dies if it fails. Options as above.
sub report {
	my ($server, %opt) = @_;
	my ($status, $out, $err) = monitor($server, %opt);
	$status eq '0' or die "pgconntop: status $status\n$err";
	my @reports = map { decode($_) } split /\n/, $out;
	return wantarray ? @reports : $reports[-1];
}

# One line, which must be UTF-8 and nothing but JSON.
sub decode {
	my ($line) = @_;
	my $report = eval { JSON::PP->new->utf8->decode($line) };
	defined $report or die "no JSON: $@\n$line\n";
	return $report;
}

# Starts it to run on and on. Options: env, and those above.
sub watch {
	my ($class, $server, %opt) = @_;
	my $env = delete $opt{env};
	my $program = Program->start(_argv($server, %opt), env => $env, session => 1);
	return bless { program => $program, reports => [], read => 0, seen => 0 }, $class;
}

sub program { return $_[0]{program} }
sub pid { return $_[0]{program}->pid }

# Number of reports up to now.
sub count {
	my ($self) = @_;
	open my $in, '<:raw', $self->{program}{out} or return 0; # it has not begun
	seek $in, $self->{read}, 0;
	while (defined(my $line = <$in>)) {
		last if $line !~ /\n\z/;
		$self->{read} += length $line;
		push @{ $self->{reports} }, $line;
	}
	return scalar @{ $self->{reports} };
}

# The report n, from 0. Large ones take their time to read, so that is put off.
sub _report {
	my ($self, $n) = @_;
	my $report = $self->{reports}[$n];
	return ref $report ? $report : ($self->{reports}[$n] = decode($report));
}

# All reports up to now.
sub reports {
	my ($self) = @_;
	return map { $self->_report($_) } 0 .. $self->count - 1;
}

# The first report for which the code says yes, of those that no call before has looked at; empty
# if it takes too long or the program ends.
sub wait_for {
	my ($self, $code, $what, $seconds) = @_;
	my $found;
	wait_until {
		my $ended = defined $self->{program}->status;
		my $count = $self->count;
		while (!$found && $self->{seen} < $count) {
			my $report = $self->_report($self->{seen}++);
			$found = $report if $code->($report);
		}
		$found || $ended;
	} $seconds // 20, $what;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	Test::More::ok(defined $found, $what) or Test::More::diag($self->{program}->err);
	return $found // {};
}

# The next report, whatever it says.
sub next_report {
	my ($self) = @_;
	$self->{seen} = $self->count;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return $self->wait_for(sub { 1 }, 'another report');
}

# Ends it; its exit status.
sub stop {
	my ($self, $signal) = @_;
	$self->{program}->signal($signal // 'TERM');
	return $self->{program}->wait(20);
}

# The element of a list that has such a name, or that pid; undef if there is none.
sub named {
	my ($list, $name) = @_;
	my ($found) = grep { ($_->{name} // $_->{pid}) eq $name } @$list;
	return $found;
}

# Sum of numbers.
sub total {
	my $sum = 0;
	$sum += $_ for @_;
	return $sum;
}

# Whether all that shall add up to the used slots does.
sub sums_ok {
	my ($report, $what) = @_;
	my $used = $report->{slots}{used};
	my %sums = (states => total(values %{ $report->{states} }), sessions => scalar @{ $report->{sessions} });
	for my $table (qw(applications users databases clients)) {
		$sums{$table} = total(map { $_->{total} } @{ $report->{$table} });
		for my $group (@{ $report->{$table} }) {
			my $states = total(values %{ $group->{states} });
			$sums{"$table $group->{name}"} = "$states of $group->{total}" if $states != $group->{total};
		}
	}
	my %expected = map { $_ => $used } qw(states sessions applications users databases clients);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::is_deeply(\%sums, \%expected, $what // 'all sums are those of the used slots');
}

# Whether it failed with that status, without data and with one line about it that is like the
# pattern.
sub complaint {
	my ($result, $status, $pattern, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return Test::More::subtest($what => sub {
		Test::More::is($result->[0], $status, "exit status $status");
		Test::More::is($result->[1], '', 'no data');
		Test::More::like($result->[2], qr/\Apgconntop: [^\n]+\n\z/, 'one line');
		Test::More::like($result->[2], $pattern, 'what it says');
	});
}

1;
