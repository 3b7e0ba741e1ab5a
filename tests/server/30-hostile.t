# SPDX-License-Identifier: PostgreSQL
# Names and queries with control bytes, escape sequences, quotes and bytes of other encodings: they
# reach no terminal and no file as they are, break no report, and can be filtered for.
use strict;
use warnings;

use Encode ();
use FindBin;
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

use constant E_ACUTE => "\xe9"; # in LATIN1

# Bytes as a client of a UTF-8 database sends them.
my $escape = "\e[31m\e]0;title\a'\"\\; drop\n\tnext\r\x7f";
my $wide = Encode::encode('UTF-8', "\x{202e}gnp\x{2066}\x{200b}\x{301}\x{4e2d}\x{1f418}\x{9b}31m\x{2028}");

# From 19 on no new role or database has a name of several lines.
sub names {
	my ($server) = @_;
	my $name = $server->major < 19 ? $escape : $escape =~ s/[\n\r]//gr;
	return ($name, $wide, ' ', '(unknown)', '%s%n', 'x' x 63);
}

# A name or string in SQL.
sub quote_name { return '"' . $_[0] =~ s/"/""/gr . '"' }
sub quote_text { return "'" . $_[0] =~ s/'/''/gr . "'" }

# Sessions of hostile roles in databases of three encodings; (UTF8, LATIN1, SQL_ASCII).
sub open_sessions {
	my ($server) = @_;
	my @names = names($server);
	my $boss = PgClient->new($server);
	$boss->query("create database $_->[0] encoding '$_->[1]' lc_collate 'C' lc_ctype 'C' template template0")
		for ['latin', 'LATIN1'], ['ascii', 'SQL_ASCII'];
	$boss->query('create role ' . quote_name($_) . ' login') for @names;
	my $ascii = PgClient->new($server, database => 'ascii');
	my $foreign = 'caf' . E_ACUTE;
	$ascii->query('create role ' . quote_name($foreign) . ' login');
	$ascii->query('create database ' . quote_name($foreign));
	my @sessions = map { PgClient->new($server, user => $_, application_name => $_) } @names;
	push @sessions, PgClient->new($server, user => $foreign, database => $foreign);
	$_->query('select ' . quote_text("q$escape$wide")) for @sessions[0 .. $#names];
	for my $database (qw(latin ascii)) {
		my $session = PgClient->new($server, database => $database, application_name => $foreign);
		$session->query("select 1 --$database caf" . E_ACUTE);
		push @sessions, $session;
	}
	push @sessions, PgClient->new($server, database => 'latin');
	$sessions[-1]->query('select 1 --' . ("\xe4\xb8" x 600)); # cut anywhere: halves of characters
	return ($boss, $ascii, @sessions);
}

# A text is UTF-8 and has nothing that a terminal obeys or that reorders or hides what follows.
sub check_clean {
	my ($bytes, $what) = @_;
	my $text = eval { Encode::decode('UTF-8', $bytes, Encode::FB_CROAK) };
	ok(defined $text, "$what: UTF-8") or return;
	my @bad = map { sprintf 'U+%04X', ord } $text =~ /[^\P{Cc}\n]|[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/g;
	is_deeply(\@bad, [], "$what: no control characters");
	return;
}

sub check_text {
	my ($server, $database) = @_;
	for my $locale (qw(C.UTF-8 C)) {
		my ($status, $out, $err) = monitor($server, login => { dbname => $database }, format => 'text',
			env => { LC_ALL => $locale });
		is($status, 0, "text in $locale from $database");
		check_clean($out, 'text');
		unlike($out, qr/[^\n\x20-\x7e]/, 'only ASCII') if $locale eq 'C';
		like($out, qr/drop/, 'what is harmless stays');
		is($err, '', 'no complaints');
	}
	return;
}

sub check_json {
	my ($server, $database) = @_;
	my $report = report($server, login => { dbname => $database });
	sums_ok($report, "sums in $database");
	is(named($report->{users}, $_)->{total}, 1, "the role's name as it is")
		for map { Encode::decode('UTF-8', $_) } names($server);
	is(named($report->{users}, 'caf\xe9')->{total}, 1, "a role's name that is no UTF-8");
	ok(named($report->{databases}, 'caf\xe9'), "a database's name that is no UTF-8");
	my %queries = map { ($_->{query} // '') => $_ } @{ $report->{sessions} };
	ok($queries{"select 1 --$_ caf\\xe9"}, "a query in $_, up to its last byte") for qw(latin ascii);
	my $query = 'select ' . quote_text("q$escape$wide");
	ok($queries{ Encode::decode('UTF-8', $query) }, 'a query with all that is bad');
	is(scalar(grep { /\Aselect 1 --\\xe4\\xb8\\xe4/ } keys %queries), 1, 'a long one, cut somewhere');
	return;
}

# One session for each filter.
sub check_filters {
	my ($server) = @_;
	my ($name) = names($server);
	my $quoted = $name =~ s/'/'"'"'/gr;
	my %filters = (
		'an escape sequence' => "user='$quoted'",
		'a character of several bytes' => "user=$wide",
		'a blank' => 'user=" "',
		'a conversion' => 'user=%s%n',
		'a foreign byte' => 'user=caf' . E_ACUTE,
		'a regular expression' => 'query~latin.caf',
	);
	for my $what (sort keys %filters) {
		my @sessions = @{ report($server, args => ["--filter=$filters{$what}"])->{sessions} };
		is(scalar @sessions, 1, "a filter with $what");
	}
	my ($status, $out, $err) = monitor($server, args => ["--filter=nothing$escape=1"]);
	is($status, 1, 'a wrong filter with an escape sequence');
	like($err, qr/\Apgconntop: [^\n]+\n\z/, 'one line');
	check_clean($err, 'and that');
	return;
}

# Words of the server that quote a name of ours.
sub check_errors {
	my ($server) = @_;
	my $name = 'caf' . E_ACUTE . $escape;
	my $result = [monitor($server, login => { dbname => $name })];
	complaint($result, 2, qr/no such database/, 'a database that does not exist');
	check_clean($result->[2], 'what is said about it');
	my ($status, $out) = monitor($server, login => { dbname => $name }, count => 2, show => 'summary');
	is(scalar(my @lines = $out =~ /^\{.*\}$/mg), 2, 'as data');
	ok(!(grep { !eval { JSON::PP->new->utf8->decode($_) } } @lines), 'that is JSON');
	return;
}

PgServer::each_version(sub {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30 });
	my @sessions = open_sessions($server);
	for my $database (qw(postgres latin ascii), 'caf' . E_ACUTE) {
		check_json($server, $database);
		check_text($server, $database);
	}
	check_filters($server);
	check_errors($server);
});
done_testing();
