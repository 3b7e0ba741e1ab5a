# SPDX-License-Identifier: PostgreSQL
# Orders that a test gives without the screen, and what acting on sessions leaves behind: who is
# still alive on the server, what the kill log says.
#
#   my @clients = clients($server, 3, 'web');
#   my ($status, $out, $err) = order($server, '--kill-idle=0s', '--yes');
#   my $report = acted($server, '--kill-idle=0s', '--yes');   # strict JSON
#   is(alive($server, @clients), 0, 'all are gone');
package Order;
use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(dirname);
use JSON::PP ();
use Test::More ();
use lib dirname(__FILE__);
use PgClient;
use PgServer;

our @EXPORT = qw(acted alive argv clients eager entries kill_log order outcomes send_home state_of);

# The command line. A first argument that is a hash is the login's options, as those of
# PgServer::connstr.
sub argv {
	my ($server, @args) = @_;
	my $login = ref $args[0] ? shift @args : {};
	return ($ENV{PGCONNTOP}, '--config=/dev/null', '--kill-log=' . kill_log($server), @args,
		$server->connstr(%$login));
}

# Runs it to the end, away from any terminal: (exit status, stdout, stderr).
sub order {
	return run_program([argv(@_)], session => 1, timeout => 60);
}

# The same with a report as JSON. In list context the exit status comes first.
sub acted {
	my ($server, @args) = @_;
	my ($status, $out, $err) = order($server, @args, '--format=json');
	my $report = eval { JSON::PP->new->utf8->decode($out) } or Test::More::diag("status $status: $out$err");
	return wantarray ? ($status, $report, $err) : $report;
}

sub kill_log { return $_[0]->host . '/kill.log' }

# Idle sessions that ran one statement: n of an application. Options: those of PgClient->new.
sub clients {
	my ($server, $n, $application, %opt) = @_;
	my @clients = map { PgClient->new($server, application_name => $application, %opt) } 1 .. $n;
	$_->query('select 1') for @clients;
	return @clients;
}

# A program with an active session of an application, which opens a new one at once when that is
# ended.
sub eager {
	my ($server, $application) = @_;
	my $dir = dirname(__FILE__);
	my $script = 'my $server = bless {}; sub host { $ARGV[0] } sub port { $ARGV[1] }'
	    . ' while (1) { eval { PgClient->new($server, application_name => $ARGV[2])->query("select pg_sleep(100)") } }';
	return Program->start([$^X, "-I$dir", '-MPgClient', '-e', $script, $server->host, $server->port, $application]);
}

# Those of the clients whose session is there.
sub alive {
	my ($server, @clients) = @_;
	my %there = map { $_ => 1 } split /\n/, $server->psql('select pid from pg_stat_activity');
	return grep { $there{ $_->pid } } @clients;
}

# The state of a client's session, '' when it is gone.
sub state_of {
	my ($server, $client) = @_;
	my $pid = $client->pid;
	return $server->psql("select state from pg_stat_activity where pid = $pid");
}

# The sessions of these clients end for good; a query that runs would outlive its client.
sub send_home {
	my ($server, @clients) = @_;
	my $pids = join ',', map { $_->pid } @clients;
	$server->psql("select pg_terminate_backend(pid) from pg_stat_activity where pid in ($pids)");
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return wait_ok { !alive($server, @clients) } 20, 'clients go home';
}

# The kill log: its lines, each of them JSON and nothing else.
sub entries {
	my ($file) = @_;
	my $text = slurp($file);
	$text eq '' || $text =~ /\n\z/ or die "the last line of $file is cut\n";
	return map { JSON::PP->new->utf8->decode($_) } split /\n/, $text;
}

# What became of whom, by the log: pids by outcome, in order of size.
sub outcomes {
	my %pids;
	push @{ $pids{ $_->{outcome} } }, $_->{pid} for grep { $_->{event} eq 'outcome' } @_;
	@$_ = sort { $a <=> $b } @$_ for values %pids;
	return \%pids;
}

1;
