# SPDX-License-Identifier: PostgreSQL
# Reports for programs, read back by readers that are not ours: CSV by the RFC and by what this
# machine has, JSON by jq; with names and queries at their worst, and when the server goes away.
use strict;
use warnings;

use Encode ();
use FindBin;
use lib $FindBin::Bin;
use Csv;
use JSON::PP ();
use PgClient;
use PgServer;
use Report;
use Test::More;

use constant TABLES => qw(summary states applications users databases clients sessions queries pools alerts);

# Prints what Python's reader makes of CSV, as JSON.
use constant PYTHON => 'import csv, json, sys; sys.stdout.write(json.dumps(list(csv.reader('
	. 'open(sys.argv[1], newline="", encoding="utf-8"), strict=True))))';

my $hostile = qq{a,"b";'c'\e]0;t\a\x7f=cmd() };
my $query = "select 1 /*\t\"x\",\r\n'y'\xe9\xc2\x9b2J*/";

sub has {
	my ($program) = @_;
	return grep { -x "$_/$program" } split /:/, $ENV{PATH};
}

sub csv {
	my ($server, @args) = @_;
	my ($status, $out, $err) = monitor($server, format => 'csv', show => undef, args => \@args);
	is("$status$err", '0', "csv @args");
	return $out;
}

# The same rows by readers of others, where there are any.
sub check_others {
	my ($server, $text) = @_;
	my $file = $server->host . '/report.csv';
	open my $out, '>:raw', $file or die "$file: $!";
	print $out $text;
	close $out or die "$file: $!";
	my @rows = map { [map { Encode::decode('UTF-8', $_ // '') } @$_] } parse_csv($text);
	SKIP: {
		skip 'python3 is not here', 1 if !has('python3');
		my ($status, $json, $err) = run_program(['python3', '-c', PYTHON, $file]);
		is($status, 0, 'Python reads it') or diag $err;
		is_deeply(eval { JSON::PP->new->decode($json) }, \@rows, 'as the RFC says');
	}
	SKIP: {
		skip 'Text::CSV is not here', 1 if !eval { require Text::CSV };
		my $csv = Text::CSV->new({ binary => 1, strict => 1 });
		open my $in, '<:encoding(UTF-8)', $file or die "$file: $!";
		is_deeply($csv->getline_all($in), \@rows, 'Text::CSV reads it');
	}
	return;
}

# One table after the other: keys as in JSON, as many rows, nothing that a terminal obeys.
sub check_tables {
	my ($server) = @_;
	for my $table (TABLES) {
		my $text = csv($server, "--show=$table");
		my ($header) = parse_csv($text);
		is($header->[0], 'time', 'the time is first');
		unlike($text, qr/[^\n\r\t\x20-\x7e\x80-\xff]/, 'no control characters');
		ok(eval { Encode::decode('UTF-8', $text, Encode::FB_CROAK | Encode::LEAVE_SRC); 1 }, 'UTF-8');
		ok(eval { read_csv($text); 1 }, 'rows like the header') or diag $@;
		check_others($server, $text);
	}
	return;
}

# Both formats say the same of a session.
sub check_sessions {
	my ($server) = @_;
	my %rows = map { $_->{pid} => $_ } read_csv(csv($server));
	my $sessions = report($server)->{sessions};
	my ($worst) = grep { $_->{user} eq $hostile } @$sessions;
	ok($worst, 'a session with a bad name in JSON');
	my $row = $rows{ $worst->{pid} };
	is($row->{user}, $hostile =~ s/([\e\a\x7f])/sprintf '\\x%02x', ord $1/ger, 'its name in CSV');
	is($row->{application}, '', 'a text without anything in it is quoted');
	is($row->{query}, "select 1 /*\t\"x\",\\x0d\n'y'\\xe9\\xc2\\x9b2J*/", 'its query');
	for my $session (grep { !$_->{own} } @$sessions) {
		my $same = $rows{ $session->{pid} };
		my @fields = grep { !/_seconds$/ } keys %$session;
		my %wanted = map { $_ => $session->{$_} } @fields;
		$wanted{blocked_by} = join ' ', @{ $session->{blocked_by} } if $session->{blocked_by};
		$wanted{own} = 'false';
		delete @wanted{qw(user query database)}; # in other letters, as seen above
		is_deeply({ map { $_ => $same->{$_} } keys %wanted }, \%wanted, 'the same session');
	}
	return;
}

sub check_samples {
	my ($server) = @_;
	my $text = (monitor($server, format => 'csv', show => 'summary', count => 3))[1];
	my @rows = read_csv($text);
	is(scalar @rows, 3, 'a line for each sample, and one header');
	is(scalar(keys %{ { map { $_->{time} => 1 } @rows } }), 3, 'each with its time');
	like($_->{'slots.utilization'}, qr/^0\.\d+$/, 'a share of 1') for @rows;
	is($rows[0]{'churn.opened_per_second'}, undef, 'what is unknown is empty');
	like($rows[2]{'churn.opened_per_second'}, qr/^\d+\.\d+$/, 'and later known');
	my ($header) = parse_csv(csv($server, '--columns=user,age,pid', '--limit=1'));
	is_deeply($header, [qw(time user age_seconds pid)], 'columns as asked for');
	return;
}

# What comes before the first sample, and between two of them.
sub check_failures {
	my ($server) = @_;
	my $port = $server->port;
	$server->stop;
	my $watch = Program->start([$ENV{PGCONNTOP}, '--config=/dev/null', qw(--watch --interval=0.1),
			qw(--format=csv --show=states), $server->connstr]);
	wait_ok { $watch->err =~ /\n.*\n/ } 20, 'no sample: said on standard error';
	is($watch->out, '', 'and not in the data');
	$server->start;
	wait_ok { () = $watch->out =~ /,unknown,/g } 20, 'the first sample';
	$server->restart;
	my $seen = () = $watch->out =~ /,unknown,/g;
	wait_ok { (() = $watch->out =~ /,unknown,/g) > $seen + 1 } 20, 'samples go on';
	$watch->signal('TERM');
	is($watch->wait(20), '0', 'ended');
	my @rows = read_csv($watch->out);
	is(scalar(grep { $_->{state} eq 'state' } @rows), 0, 'one header');
	is(@rows % 8, 0, 'whole samples');
	like($watch->err, qr/\A(?:pgconntop: [^\n]+\n)+\z/, 'reasons line by line');
	return;
}

# Each line by jq, which knows nothing of ours, and by Perl.
sub check_json {
	my ($server) = @_;
	my ($status, $out, $err) = monitor($server, count => 2);
	is("$status$err", '0', 'JSON');
	unlike($out, qr/[^\n\x20-\x7e]/, 'only ASCII');
	my @reports = map { JSON::PP->new->utf8->decode($_) } split /\n/, $out;
	is_deeply([map { $_->{skipped} } @reports], [0, 0], 'nothing was left out');
	SKIP: {
		skip 'jq is not here', 1 if !has('jq');
		my ($code, $names) = run_program(['jq', '-c', '[.sessions[].user]'], stdin => $out);
		is($code, 0, 'jq reads it');
		is_deeply([map { JSON::PP->new->utf8->decode($_) } split /\n/, $names],
			[map { [map { $_->{user} } @{ $_->{sessions} }] } @reports], 'all names');
	}
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 20 });
	my $boss = PgClient->new($server);
	$boss->query('create role "' . $hostile =~ s/"/""/gr . '" login');
	$boss->query("create database latin encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0");
	my $session = PgClient->new($server, user => $hostile, database => 'latin');
	$session->query($query);
	check_tables($server);
	check_sessions($server);
	check_samples($server);
	check_json($server);
	check_failures($server);
});
done_testing();
