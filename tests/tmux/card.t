# SPDX-License-Identifier: PostgreSQL
# Statements to copy: the one of a setting, and those that stop an application. What y copies runs on
# the server as it is, and its undo restores what was there.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin, "$FindBin::Bin/../server";
use Acting;
use PgClient;
use PgServer;
use Screen;
use Test::More;

Screen::need();

use constant STATEMENTS_MOST => 30;

# All limits, and all values of roles and databases.
sub present {
	my ($server) = @_;
	return $server->psql("select string_agg(rolname || rolconnlimit, ' ' order by oid) from pg_roles"
		. " where rolname !~ '^pg_'; select string_agg(datname || datconnlimit, ' ' order by oid)"
		. " from pg_database; select string_agg(s.setdatabase || ' ' || s.setrole || ' ' || c, ' '"
		. " order by 1, 2, c) from pg_db_role_setting s, unnest(setconfig) c" =~ s/order by 1, 2, c/order by c/r);
}

sub run_ok {
	my ($server, $sql) = @_;
	my ($status, undef, $err) = $server->psql_rc($sql);
	is("$status$err", '0', $sql);
	return;
}

# The statements one after the other, up to those of PgBouncer: each changes something, its undo
# changes it back.
sub check_pairs {
	my ($server, $screen, $file) = @_;
	my $before = present($server);
	my $pairs = 0;
	for (1 .. STATEMENTS_MOST) {
		my $statement = $screen->copied($file);
		last if $statement =~ /^SHOW/;
		run_ok($server, $statement);
		isnt(present($server), $before, 'it changes something');
		$screen->keys('Down');
		run_ok($server, $screen->copied($file));
		is(present($server), $before, 'its undo restores it');
		$screen->keys('Down');
		$pairs++;
	}
	return $pairs;
}

sub check_session {
	my ($server, $screen, $file) = @_;
	my @sheep = map { PgClient->new($server, user => "o'n\"eil", database => "wall", application_name => 'sheep') } 1 .. 3;
	only($screen, 'application=sheep', @sheep);
	press($screen, 'Enter', qr/Session \d+/, 'details');
	press($screen, 'L', qr/Stop sheep: statements to copy/, 'what stops it');
	# Two limits each, and a timeout more in 14 and 17.
	my $expected = 6 + ($server->major >= 14) + ($server->major >= 17);
	is(check_pairs($server, $screen, $file), $expected, 'so many statements');
	press($screen, 'Escape', qr/Session \d+/, 'back to the details');
	press($screen, 'Escape', qr/3 Sessions/, 'and to the list');
	press($screen, 'X', qr/Free slots on/, 'the choice of whom to end');
	press($screen, 'L', qr/Stop sheep: statements to copy/, 'the same from there');
	press($screen, 'Escape', qr/Free slots on/, 'and back');
	press($screen, 'Escape', qr/3 Sessions/, 'out');
	return;
}

sub check_setting {
	my ($server, $screen, $file) = @_;
	press($screen, '8', qr/8 Settings/, 'the settings');
	$screen->keys('Home', 'Down', 'Down');
	my $statement = $screen->copied($file);
	like($statement, qr/^ALTER SYSTEM SET \w+ = \S+;(?: SELECT pg_reload_conf\(\);)?$/, 'of the list');
	press($screen, 'Enter', qr/STATEMENT TO COPY/, 'all of it');
	is($screen->copied($file), $statement, 'the same');
	run_ok($server, $statement);
	press($screen, 'q', qr/8 Settings/, 'back');
	$screen->keys('Home');
	press($screen, 'y', qr/there is nothing to change here/, 'one that may stay');
	return;
}

my $server = PgServer->new(conf => { max_connections => 30 });
$server->psql(q{create role "o'n""eil" login connection limit 20; create database wall connection limit 25;
	alter role "o'n""eil" set statement_timeout = '90s';
	alter role "o'n""eil" in database wall set idle_in_transaction_session_timeout = '3h'});
my $screen = acting($server);
my $record = $server->host . '/record';
$screen->record($record);
check_session($server, $screen, $record);
check_setting($server, $screen, $record);
$screen->keys('q');
is($screen->wait_exit(5), 0, 'it ends as it should');
done_testing();
