# SPDX-License-Identifier: PostgreSQL
# Metrics of a real server: promtool takes them, and what a real Prometheus has of them, out of the
# text format, out of OpenMetrics and through node_exporter, is what JSON says.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use HTTP::Tiny;
use JSON::PP ();
use lib $FindBin::Bin;
use PgClient;
use PgServer;
use Report;
use Test::More;

use constant TIMEOUT => 60;

my $dir = tempdir('pgconntop-metrics-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $top = $ENV{abs_top_srcdir} // "$FindBin::Bin/../..";
my $hostile = "q\"uote\\back{}";
my %show = (show => 'summary,states,applications,users,databases,clients,pools,alerts');
delete @ENV{qw(http_proxy HTTP_PROXY all_proxy ALL_PROXY)};
my $http = HTTP::Tiny->new(timeout => 10);

sub has {
	my ($name) = @_;
	return grep { -x "$_/$name" } split /:/, $ENV{PATH};
}

# The samples of a text: "name{labels}" => value.
sub samples {
	my ($text) = @_;
	return { $text =~ /^(\w+\{.*\}) (\S+)$/mg };
}

sub check_lint {
	my ($text, $what) = @_;
	SKIP: {
		skip 'promtool is not here (Debian: prometheus)', 1 if !has('promtool');
		my ($status, $out, $err) = run_program(['promtool', 'check', 'metrics'], stdin => $text, timeout => 30);
		is("$status$out$err", '0', "$what: promtool has nothing to say");
	}
	return;
}

# The same figures as in JSON, all sums those of the used slots.
sub check_version {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30 });
	my @sessions = map { PgClient->new($server, application_name => $_) } 'web', 'web', $hostile;
	$sessions[0]->query('begin');
	my $label = 'server="' . $server->host . ':' . $server->port . '"';
	my ($status, $out, $err) = monitor($server, format => 'openmetrics', count => 2, %show);
	is("$status$err", '0', 'two samples');
	my ($first, $second, @more) = split /(?<=^# EOF\n)/m, $out;
	is(scalar @more, 0, 'that is all');
	check_lint($_->[0], $_->[1]) for [$first, 'first'], [$second, 'second'];
	my $report = report($server);
	my $samples = samples($second);
	unlike($first, qr/_(?:opened|closed)_total/, 'nothing was counted in the first');
	is($samples->{"pgconntop_opened_total{$label}"}, 0, 'in the second it was');
	is($samples->{"pg_up{$label}"}, 1, 'pg_up');
	is($samples->{"pg_settings_max_connections{$label}"}, 30, 'max_connections');
	is($samples->{"pgconntop_$_\_slots{$label}"}, $report->{slots}{$_}, $_) for qw(used usable free reserved);
	for my $table (qw(application user database client)) {
		my @counts = map { $samples->{$_} } grep { /^pgconntop_${table}_sessions\{/ } keys %$samples;
		is(total(@counts), $report->{slots}{used}, "$table: the sum is the used slots");
	}
	is($samples->{"pgconntop_application_sessions{$label,application=\"web\",state=\"idle in transaction\"}"}, 1,
		'one in a transaction');
	$server->stop;
	my $file = "$dir/last.prom";
	($status, $out, $err) = monitor($server, format => 'openmetrics', output => $file, %show);
	is($status, 2, 'a server that is gone');
	is($out, '', 'the file has it');
	like(slurp($file), qr/^pg_up\{\Q$label\E\} 0$/m, 'pg_up is 0');
	check_lint(slurp($file), 'a failure');
	return;
}

# Serves a file under /text and /openmetrics, as these; gives the program and its port.
my $serve = <<'END';
my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5, ReuseAddr => 1) or die $@;
$| = 1;
print $socket->sockport, "\n";
while (my $client = $socket->accept) {
	my ($request) = scalar <$client>;
	while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
	open my $in, '<:raw', $ARGV[0];
	my $body = do { local $/; <$in> // '' };
	my $type = $request =~ m{/openmetrics} ? 'application/openmetrics-text; version=1.0.0' : 'text/plain; version=0.0.4';
	print $client "HTTP/1.0 200 OK\r\nContent-Type: $type; charset=utf-8\r\nContent-Length: ",
	    length $body, "\r\n\r\n$body";
	close $client;
}
END

sub serve {
	my ($file) = @_;
	my $program = Program->start([$^X, '-MIO::Socket::INET', '-e', $serve, $file]);
	wait_until { $program->out =~ /\n/ } 20, 'the port of the file server';
	my ($port) = $program->out =~ /(\d+)/;
	return ($program, $port);
}

# Starts a program that listens on a port, and waits until it answers; others may take the port.
sub listening {
	my ($path, @argv) = @_;
	for my $try (1 .. 5) {
		my $port = PgServer::_free_port();
		my $program = Program->start([map { s/PORT/$port/r } @argv], dir => $dir);
		my $answer = wait_until {
			defined $program->status || $http->get("http://127.0.0.1:$port$path")->{success};
		} TIMEOUT, $argv[0];
		return ($program, $port) if $answer && !defined $program->status;
		$program->err =~ /address already in use/ or die "$argv[0]: ", $program->out, $program->err, "\n";
	}
	die "no free port in five tries\n";
}

sub start_prometheus {
	my (%targets) = @_;
	open my $out, '>', "$dir/prometheus.yml" or die "prometheus.yml: $!";
	print $out "global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }\n",
	    "rule_files: [ '$top/doc/prometheus/alerts.yml' ]\nscrape_configs:\n";
	for my $job (sort keys %targets) {
		my ($port, $path) = @{ $targets{$job} };
		print $out "  - { job_name: $job, metrics_path: $path, ",
		    "static_configs: [ { targets: [ '127.0.0.1:$port' ] } ] }\n";
	}
	close $out or die "prometheus.yml: $!";
	return listening('/-/ready', 'prometheus', "--config.file=$dir/prometheus.yml",
		"--storage.tsdb.path=$dir/data", '--web.listen-address=127.0.0.1:PORT', '--log.level=warn');
}

# What its interface answers.
sub ask {
	my ($port, $path, %form) = @_;
	my $answer = $http->get("http://127.0.0.1:$port/api/v1/$path?" . $http->www_form_urlencode(\%form));
	return if !$answer->{success};
	return JSON::PP->new->utf8->decode($answer->{content})->{data};
}

# The value of the one sample that a query finds.
sub value_of {
	my ($port, $query) = @_;
	my $result = (ask($port, 'query', query => $query) // {})->{result} // [];
	return @$result == 1 ? $result->[0]{value}[1] : undef;
}

sub wait_value {
	my ($port, $query, $value) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return wait_ok { (value_of($port, $query) // '') eq $value } TIMEOUT, "$query is $value";
}

sub check_job {
	my ($port, $job, $report, $label) = @_;
	wait_value($port, "pg_up{job=\"$job\",server=\"$label\"}", 1);
	wait_value($port, "pgconntop_usable_slots{job=\"$job\"}", $report->{slots}{usable});
	wait_value($port, "pgconntop_used_slots{job=\"$job\"}", $report->{slots}{used});
	wait_value($port, "pgconntop_application_sessions{job=\"$job\",application='$_->{name}',state='idle'}",
		$_->{states}{idle}) for map { { %$_, name => $_->{name} =~ s/\\/\\\\/gr } } @{ $report->{applications} };
	wait_value($port, "count(pgconntop_alert_level{job=\"$job\",alert='utilization'} == 0)", 1);
	my ($target) = grep { $_->{labels}{job} eq $job } @{ ask($port, 'targets')->{activeTargets} };
	is("$target->{health}$target->{lastError}", 'up', "$job: scraped without error");
	my $about = ask($port, 'targets/metadata', match_target => "{job=\"$job\"}", metric => 'pgconntop_opened_total');
	is($about->[0]{type}, 'counter', "$job: a counter is one");
	$about = ask($port, 'targets/metadata', match_target => "{job=\"$job\"}", metric => 'pgconntop_oldest_idle_seconds');
	is($about->[0]{type}, 'gauge', "$job: a gauge is one");
	is($about->[0]{unit}, 'seconds', 'its unit') if $job eq 'openmetrics';
	return;
}

sub check_prometheus {
	my ($bindir) = @_;
	my $server = PgServer->new(bindir => $bindir, conf => { max_connections => 30 });
	my @sessions = map { PgClient->new($server, application_name => $_) } 'web', 'web', $hostile, 'other';
	my $label = $server->host . ':' . $server->port;
	my $file = "$dir/pgconntop.prom";
	my $watch = Report->watch($server, format => 'openmetrics', output => $file, interval => 0.5, %show);
	wait_ok { slurp($file) =~ /_opened_total/ } TIMEOUT, 'the file is written';
	my ($web, $web_port) = serve($file);
	my %targets = (openmetrics => [$web_port, '/openmetrics'], text => [$web_port, '/text']);
	my $exporter;
	($exporter, $targets{node}[0]) = listening('/metrics', 'prometheus-node-exporter',
		'--collector.disable-defaults', '--collector.textfile', "--collector.textfile.directory=$dir",
		'--web.listen-address=127.0.0.1:PORT') if has('prometheus-node-exporter');
	$targets{node}[1] = '/metrics' if $exporter;
	my ($prometheus, $port) = start_prometheus(%targets);
	my $report = report($server);
	$report->{slots}{used}--; # that of the report itself
	$report->{applications} = [grep { $_->{name} ne 'pgconntop' } @{ $report->{applications} }];
	is(scalar @{ $report->{applications} }, 3, 'applications in JSON');
	check_job($port, $_, $report, $label) for sort keys %targets;
	wait_value($port, "node_textfile_scrape_error", 0) if $exporter;

	my $before = value_of($port, 'pgconntop_opened_total{job="text"}');
	push @sessions, map { PgClient->new($server, application_name => 'late') } 1 .. 3;
	wait_ok { (value_of($port, 'pgconntop_opened_total{job="text"}') // 0) >= $before + 3 } TIMEOUT,
	    'what opens is counted';
	$server->stop;
	wait_value($port, "pg_up{job=\"$_\",server=\"$label\"}", 0) for sort keys %targets;
	wait_value($port, 'count(ALERTS{alertname="PostgresUnreachable",job="text"})', 1);
	wait_value($port, 'count(ALERTS{alertname="PostgresLoginRefused"})', '');
	wait_value($port, 'count(pgconntop_used_slots)', '');
	my @rules = map { @{ $_->{rules} } } @{ ask($port, 'rules')->{groups} };
	is_deeply([grep { $_->{health} ne 'ok' } @rules], [], 'all rules can be evaluated');
	is($watch->stop, 0, 'and on it goes until it is ended');
	return;
}

my @bindirs = PgServer::bindirs();
plan skip_all => 'no PostgreSQL server found (PG_BINDIRS names where)' if !@bindirs;
PgServer::each_version(\&check_version);
SKIP: {
	skip 'prometheus is not here (Debian: prometheus)', 1 if !has('prometheus');
	diag('prometheus-node-exporter is not here: not tried with it') if !has('prometheus-node-exporter');
	check_prometheus($bindirs[-1]);
}
done_testing();
