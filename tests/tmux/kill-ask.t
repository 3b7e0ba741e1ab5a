# SPDX-License-Identifier: PostgreSQL
# An order on a terminal without --yes: what it says before it asks, and that the answer is no
# unless it is yes.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use Order;
use PgServer;
use Screen;
use Test::More;

Screen::need();

my $question = qr/Terminate (\d+) on \S+:\d+\/postgres\? (?:y is yes|Type \1 for yes), anything else (?:is )?no:/;

# Gives the order on a terminal and waits until it asks.
sub ask {
	my ($server, @args) = @_;
	my $screen = Screen->new(cols => 110, rows => 40, command => [argv($server, @args)]);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok($screen->wait_for($question), "@args: it asks");
	return $screen;
}

sub refused {
	my ($screen, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($screen->wait_exit, 1, "$what: exit status");
	like($screen->capture, qr/^pgconntop: nothing was done/m, "$what: nothing was done");
	ok($screen->is_restored, 'the terminal is as it was');
	return;
}

sub check_few {
	my ($server) = @_;
	my @web = clients($server, 3, 'web');
	my ($dump) = clients($server, 1, 'pg_dump');
	for my $answer ("\n", "n\n", "yes\n", "Y\n", "3\n", " y\n", "\004") {
		my $screen = ask($server, '--kill-idle=0s');
		$screen->type($answer);
		refused($screen, $answer =~ s/\n/ and Enter/r =~ s/\004/end of input/r);
	}
	my $screen = ask($server, '--kill-idle=0s', '--filter=application=web|pg_dump');
	my $text = $screen->capture;
	like($text, qr/^Terminate 3 sessions: idle for 0 .*or longer, within the filter application=web\|pg_dump$/m,
		'whom');
	like($text, qr/^on \S+:\d+\/postgres, primary, PostgreSQL \d/m, 'where');
	like($text, qr/^ *$_ postgres\@postgres web idle [^\n]*: select 1$/m, "each of them: $_") for map { $_->pid } @web;
	like($text, qr/^Applications: web 3\. .*^States: idle 3\..*^Users: postgres 3\./ms, 'by application, state, user');
	like($text, qr/^This ends (?:the session, rolls its|these sessions, rolls) transactions? back/m, 'what it does');
	like($text, qr/^Utilization [\d.]+ % -> [\d.]+ %: 3 slots come free\./m, 'what comes of it');
	like($text, qr/^Left alone: 1 protected\./m, 'and who is left alone');
	$screen->keys('C-c');
	refused($screen, '^C');
	is(alive($server, @web, $dump), 4, 'all live');
	ok(!-e kill_log($server), 'there is no log of nothing');
	$screen = ask($server, '--kill-idle=0s');
	$screen->type("y\n");
	is($screen->wait_exit, 0, 'y: exit status');
	like($screen->capture, qr/^3 of 3 ended; utilization/m, 'all ended');
	is_deeply([alive($server, @web, $dump)], [$dump], 'and are gone');
	send_home($server, $dump);
	return;
}

sub check_many {
	my ($server) = @_;
	my @web = clients($server, 7, 'web');
	for my $answer ("y\n", "6\n", "77\n", "7 \n", "-7\n") {
		my $screen = ask($server, '--kill-all');
		$screen->type($answer);
		refused($screen, $answer =~ s/\n/ and Enter/r);
	}
	is(alive($server, @web), 7, 'all live');
	my $screen = ask($server, '--kill-all');
	$screen->type("7\n");
	is($screen->wait_exit, 0, 'the number: exit status');
	is(alive($server, @web), 0, 'all are gone');
	return;
}

# What was typed before the question was seen is no answer to it.
sub check_typed_ahead {
	my ($server) = @_;
	my @web = clients($server, 2, 'web');
	$server->freeze;
	my $screen = Screen->new(command => [argv($server, '--kill-idle=0s')]);
	$screen->type("y\n");
	ok($screen->wait_for(qr/^y$/m), 'an answer before the question');
	$server->thaw;
	ok($screen->wait_for($question), 'it asks nevertheless');
	is($screen->status, undef, 'and waits');
	$screen->type("\n");
	refused($screen, 'Enter');
	is(alive($server, @web), 2, 'all live');
	# Who works when the answer comes is spared.
	$screen = ask($server, '--kill-idle=0s');
	$web[0]->query('select 2');
	$screen->type("y\n");
	is($screen->wait_exit, 4, 'one has changed: exit status');
	like($screen->capture, qr/^1 of 2 ended, 1 changed; utilization/m, 'the outcome');
	is_deeply([alive($server, @web)], [$web[0]], 'and lives');
	send_home($server, $web[0]);
	return;
}

# A yes that is taken back, and a connection that is lost: nobody has his turn after that. Our process
# of the server stands still meanwhile.
sub check_stopped {
	my ($server) = @_;
	my @web = clients($server, 2, 'web');
	for my $how ('signal', 'lost') {
		my $log = kill_log($server) . ".$how";
		my $screen = ask($server, '--kill-idle=0s', '--filter=application=web', "--kill-log=$log");
		my $own = own_pid($server);
		hold($server, $own);
		$server->psql("select pg_terminate_backend($own)") if $how eq 'lost';
		$screen->type("y\n");
		wait_ok { -e $log } 20, "$how: yes";
		$screen->keys('C-c') if $how eq 'signal';
		process($own, 'CONT') if $how eq 'lost';
		is($screen->wait_exit, 4, "$how: exit status");
		process($own, 'CONT') if $how eq 'signal';
		like($screen->capture, qr/^0 of 2 ended, 2 not tried; utilization .*; stopped: /m, 'the outcome');
		like($screen->capture, $how eq 'lost' ? qr/connection/ : qr/^pgconntop: ended by a signal/m, 'and why');
		is(alive($server, @web), 2, 'all live');
	}
	send_home($server, @web);
	return;
}

# A server that goes while the question stands.
sub check_lost {
	my ($server) = @_;
	my @web = clients($server, 2, 'web');
	my $screen = ask($server, '--kill-idle=0s', '--interval=0.2');
	$server->stop('immediate');
	is($screen->wait_exit, 2, 'the server is lost: exit status');
	like($screen->capture, qr/^pgconntop: nothing was done/m, 'nothing was done');
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
subtest 'few' => sub { check_few($server) };
subtest 'many' => sub { check_many($server) };
subtest 'typed ahead' => sub { check_typed_ahead($server) };
subtest 'stopped' => sub { check_stopped($server) };
subtest 'lost' => sub { check_lost($server) };
done_testing();
