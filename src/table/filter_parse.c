/* SPDX-License-Identifier: PostgreSQL */
/*
 * The parser of the filter language. Quotes work as in a shell: they may
 * stand anywhere in a value, and what is in them is taken as it is.
 */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/units.h"
#include "filter_term.h"
#include "table/filter.h"

#define ALTERNATIVES_MAX 64
#define TERMS_MAX 64

/* Longer ones first, for they begin like shorter ones. */
static const struct {
	const char *sign;
	enum op op;
} operators[] = {
	{ "!=", OP_NOT_EQUAL },
	{ "!~", OP_NOT_MATCH },
	{ ">=", OP_AT_LEAST },
	{ "<=", OP_AT_MOST },
	{ "=", OP_EQUAL },
	{ "~", OP_MATCH },
	{ ">", OP_GREATER },
	{ "<", OP_LESS },
};

struct parser {
	struct filter *filter;
	const char *at; /* what is read next */
	struct err *err;
};

/* Fails with the place, counted from 1. */
static bool
fail_at(const struct parser *parser, const char *at, const char *reason, const char *detail)
{
	size_t place = (size_t)(at - parser->filter->text) + 1;

	return err_set(parser->err, "bad filter, at %zu: %s%s", place, reason, detail);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Reads one value up to a blank or, in a list of alternatives, a bar; without its quotes. */
static bool
read_value(struct parser *parser, bool bars, struct buf *out)
{
	const char *start = parser->at;
	char quote = '\0';

	for (; *parser->at != '\0'; parser->at++) {
		char c = *parser->at;

		if (quote != '\0' && c == quote)
			quote = '\0';
		else if (quote == '\0' && (c == '"' || c == '\''))
			quote = c;
		else if (quote == '\0' && (is_blank(c) || (bars && c == '|')))
			break;
		else
			buf_addc(out, c);
	}
	return quote == '\0' || fail_at(parser, start, "the quote is not closed", "");
}

/* The value of a column that is no text, as a number. */
static bool
read_number(struct parser *parser, const char *at, const struct column *column, const char *text,
    double *number)
{
	struct err why;
	int64_t us;
	bool ok = true;

	switch (column->type) {
	case VALUE_DURATION:
		ok = units_parse_duration(text, &us, &why);
		*number = ok ? (double)us : 0;
		break;
	case VALUE_BOOL:
		ok = strcmp(text, "yes") == 0 || strcmp(text, "no") == 0 ||
		    err_set(&why, "\"%s\" must be yes or no", text);
		*number = strcmp(text, "yes") == 0;
		break;
	case VALUE_TEXT:
		*number = 0;
		break;
	case VALUE_NONE:
	case VALUE_INT:
	case VALUE_REAL:
	case VALUE_SHARE:
	case VALUE_TIME:
	case VALUE_PIDS:
		ok = units_parse_number(text, number, &why);
		break;
	}
	return ok || fail_at(parser, at, "", why.msg);
}

/* Reads the alternatives of a term; only = and != have more than one. */
static bool
read_values(struct parser *parser, struct term *term)
{
	bool bars = term->op == OP_EQUAL || term->op == OP_NOT_EQUAL;
	struct arena *arena = &parser->filter->arena;
	const char *at = parser->at;

	term->texts = arena_alloc(arena, ALTERNATIVES_MAX, sizeof *term->texts);
	term->numbers = arena_alloc(arena, ALTERNATIVES_MAX, sizeof *term->numbers);
	do {
		struct buf value = { 0 };
		const char *place = parser->at;
		bool ok = read_value(parser, bars, &value);

		term->texts[term->count] = arena_strndup(arena, buf_str(&value), value.len);
		buf_clear(&value);
		if (!ok)
			return false;
		if (parser->at == place && !bars)
			return fail_at(parser, place, "a value is missing", "");
		if (term->column != NULL && term->op != OP_MATCH && term->op != OP_NOT_MATCH &&
		    !read_number(parser, place, term->column, term->texts[term->count],
		        &term->numbers[term->count]))
			return false;
		if (++term->count == ALTERNATIVES_MAX)
			return fail_at(parser, at, "too many alternatives", "");
	} while (bars && *parser->at == '|' && *parser->at++ != '\0');
	return true;
}

static bool
check_operator(struct parser *parser, const char *at, const struct term *term)
{
	bool text = term->column->type == VALUE_TEXT;
	bool pids = term->column->type == VALUE_PIDS;
	bool regex = term->op == OP_MATCH || term->op == OP_NOT_MATCH;
	bool order = term->op == OP_GREATER || term->op == OP_AT_LEAST || term->op == OP_LESS ||
	    term->op == OP_AT_MOST;

	if (term->column->type == VALUE_TIME)
		return fail_at(parser, at,
		    "cannot filter by a time; use a duration such as session, not ",
		    term->column->name);
	if (pids && (order || regex))
		return fail_at(parser, at, "only = and != work on ", term->column->name);
	if (order && text)
		return fail_at(parser, at, "only = != ~ !~ work on ", term->column->name);
	if (regex && !text)
		return fail_at(parser, at, "~ works on text columns only, not on ",
		    term->column->name);
	return true;
}

static bool
compile_regex(struct parser *parser, const char *at, struct term *term)
{
	char reason[160];
	int code;

	if (term->op != OP_MATCH && term->op != OP_NOT_MATCH)
		return true;
	code = regcomp(&term->regex, term->texts[0], REG_EXTENDED | REG_NOSUB);
	if (code == 0)
		return true;
	regerror(code, &term->regex, reason, sizeof reason);
	return fail_at(parser, at, "bad regular expression: ", reason);
}

/* The length of the operator at a place, 0 when there is none. */
static size_t
find_operator(const char *at, enum op *op)
{
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		size_t n = strlen(operators[i].sign);

		if (strncmp(at, operators[i].sign, n) == 0) {
			*op = operators[i].op;
			return n;
		}
	}
	return 0;
}

/* Reads "column operator value" when that is what stands here; true also when it does not, with op
 * CONTAINS. */
static bool
read_head(struct parser *parser, struct term *term)
{
	const char *end = parser->at;
	const char *name;
	size_t n;

	term->op = OP_CONTAINS;
	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	n = find_operator(end, &term->op);
	if (n == 0)
		return true;
	if (end == parser->at)
		return fail_at(parser, end, "a column name must stand before the operator", "");
	name = arena_strndup(&parser->filter->arena, parser->at, (size_t)(end - parser->at));
	term->column = table_column(&table_sessions, name);
	if (term->column == NULL)
		return fail_at(parser, parser->at, "there is no column ", name);
	parser->at = end + n;
	return check_operator(parser, end, term);
}

static bool
read_term(struct parser *parser)
{
	struct term *term = &parser->filter->terms[parser->filter->count];
	const char *value;

	if (!read_head(parser, term))
		return false;
	value = parser->at;
	if (!read_values(parser, term) || !compile_regex(parser, value, term))
		return false;
	if (term->column == NULL && term->texts[0][0] == '\0')
		return fail_at(parser, value, "an empty word is in every text", "");
	parser->filter->count++;
	return true;
}

static bool
read_terms(struct parser *parser)
{
	for (;;) {
		while (is_blank(*parser->at))
			parser->at++;
		if (*parser->at == '\0')
			return true;
		if (parser->filter->count == TERMS_MAX)
			return fail_at(parser, parser->at, "too many terms", "");
		if (!read_term(parser))
			return false;
	}
}

struct filter *
filter_parse(const char *text, struct err *err)
{
	struct filter *filter = mem_alloc(1, sizeof *filter);
	struct parser parser = { .filter = filter, .err = err };

	filter->text = arena_strndup(&filter->arena, text, strlen(text));
	filter->terms = arena_alloc(&filter->arena, TERMS_MAX, sizeof *filter->terms);
	parser.at = filter->text;
	if (read_terms(&parser))
		return filter;
	filter_free(filter);
	return NULL;
}
