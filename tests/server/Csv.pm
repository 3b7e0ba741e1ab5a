# SPDX-License-Identifier: PostgreSQL
# CSV read by the letter of RFC 4180: whatever the grammar does not have is an error.
package Csv;
use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(parse_csv read_csv);

# Rows of fields; undef is an empty field without quotes. Dies where it is no CSV.
sub parse_csv {
	my ($text) = @_;
	my @rows = ([]);
	pos($text) = 0;
	while (pos $text < length $text) {
		if ($text =~ /\G"((?:[^"]|"")*)"/gc) {
			push @{ $rows[-1] }, $1 =~ s/""/"/gr;
		} else {
			$text =~ /\G([^",\r\n]*)/gc;
			push @{ $rows[-1] }, $1 eq '' ? undef : $1;
		}
		next if $text =~ /\G,(?!\r\n)/gc;
		if ($text =~ /\G,(?=\r\n)/gc) {
			push @{ $rows[-1] }, undef;
		}
		$text =~ /\G\r\n/gc or die 'no CSV: ', substr($text, pos $text, 40), "\n";
		push @rows, [];
	}
	pop @rows;
	return @rows;
}

# Rows as hashes by the names of the header.
sub read_csv {
	my ($header, @rows) = parse_csv(@_);
	my %seen;
	$_ // die("a field of the header has no name\n"), $seen{$_}++ && die "$_ is there twice\n"
		for @$header;
	return map {
		@$_ == @$header or die scalar(@$_), ' fields of ', scalar(@$header), "\n";
		my %row;
		@row{@$header} = @$_;
		\%row;
	} @rows;
}

1;
