# SPDX-License-Identifier: PostgreSQL
# A part of bench.pl: what reports cost without a screen, against the floor.
use strict;
use warnings;

use List::Util qw(sum0);

# What is measured: its name, the options, how many times the floor it may take.
my @reports = (
	['client CPU, all sessions as JSON', ['--format=json', '--show=sessions'], 6],
	['client CPU, all tables as JSON',
		['--format=json', '--show=summary,states,applications,users,databases,clients,'
			. 'sessions,queries,pools,alerts']],
	['client CPU, all sessions as CSV', ['--format=csv']],
	['client CPU, default report', [], 3],
);

# Each kind of report and a floor at once, one after the other within each interval. A line of the
# table for each; gives what makes it doubtful.
sub report_batch {
	my ($server, $sessions, $statement) = @_;
	my $active = $server->load('--active=' . ACTIVE);
	my $wait = sub { select undef, undef, undef, $_[0] };
	my $shift = INTERVAL / (@reports + 1);
	my @programs = map {
		$wait->($shift);
		Program->start([pgconntop(INTERVAL, 'postgres', '--watch', @{ $_->[1] })]);
	} @reports;
	$wait->($shift);
	my $floor = start_floor($statement);
	$wait->(5 * INTERVAL); # until all are in their stride
	my @cpu = map { cpu_ms($_->pid) } @programs;
	my @memory = map { (memory_kb($_->pid))[1] } @programs;
	$wait->(INTERVAL * REFRESHES);
	$cpu[$_] = (cpu_ms($programs[$_]->pid) - $cpu[$_]) / REFRESHES for 0 .. $#programs;
	my $floor_ms = floor_result($floor)->{client};
	$_->signal('TERM') for @programs;
	$_->wait(10) eq '0' or die $_->err for @programs;
	for my $i (0 .. $#reports) {
		my ($what, undef, $times) = @{ $reports[$i] };
		report($what, $sessions, 'ms', $cpu[$i], floor => $floor_ms, $times ? (times => $times) : ());
	}
	report('memory of the first, not of files', $sessions, 'kB', $memory[0]);
	my $skipped = sum0($programs[0]->out =~ /"skipped":(\d+)/g);
	return $skipped ? "reports of all sessions: $skipped samples left out" : ();
}

1;
