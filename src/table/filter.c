/* SPDX-License-Identifier: PostgreSQL */
/*
 * Matching sessions against a filter. The parser is in filter_parse.c.
 */
#include "table/filter.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "filter_term.h"
#include "model/snapshot.h"

/* A number to compare with; false for what has none. */
static bool
as_number(const struct value *value, double *number)
{
	switch (value->type) {
	case VALUE_INT:
	case VALUE_DURATION:
	case VALUE_TIME:
		*number = (double)value->i;
		return true;
	case VALUE_REAL:
	case VALUE_SHARE:
		*number = value->d;
		return true;
	case VALUE_BOOL:
		*number = value->b;
		return true;
	case VALUE_NONE:
	case VALUE_TEXT:
	case VALUE_PIDS:
		break;
	}
	return false;
}

static bool
pids_have(const struct value *value, double pid)
{
	for (size_t i = 0; i < value->list.count; i++)
		if ((double)value->list.pids[i] == pid)
			return true;
	return false;
}

static bool
equals(const struct term *term, const struct value *value)
{
	for (size_t i = 0; i < term->count; i++) {
		double number;

		if (value->type == VALUE_TEXT && strcmp(value->s, term->texts[i]) == 0)
			return true;
		if (value->type == VALUE_PIDS && pids_have(value, term->numbers[i]))
			return true;
		if (as_number(value, &number) && number == term->numbers[i])
			return true;
	}
	return false;
}

static bool
compares(const struct term *term, const struct value *value)
{
	double number, limit = term->numbers[0];

	if (!as_number(value, &number))
		return false;
	if (term->op == OP_GREATER)
		return number > limit;
	if (term->op == OP_AT_LEAST)
		return number >= limit;
	if (term->op == OP_LESS)
		return number < limit;
	return number <= limit;
}

static bool
matches(const struct term *term, const struct value *value)
{
	return value->type == VALUE_TEXT && regexec(&term->regex, value->s, 0, NULL, 0) == 0;
}

/* Whether any text column has the word in it. */
static bool
contains(const struct term *term, const struct table_data *data, const void *row)
{
	for (size_t i = 0; i < table_sessions.column_count; i++) {
		const struct column *column = &table_sessions.columns[i];
		struct value value;

		if (column->type != VALUE_TEXT)
			continue;
		value = column->get(data, row);
		if (value.type == VALUE_TEXT && text_contains(value.s, term->texts[0]))
			return true;
	}
	return false;
}

static bool
term_holds(const struct term *term, const struct table_data *data, const void *row)
{
	struct value value = term->column != NULL ? term->column->get(data, row) : value_none();

	switch (term->op) {
	case OP_CONTAINS:
		return contains(term, data, row);
	case OP_EQUAL:
		return equals(term, &value);
	case OP_NOT_EQUAL:
		return !equals(term, &value);
	case OP_MATCH:
		return matches(term, &value);
	case OP_NOT_MATCH:
		return !matches(term, &value);
	case OP_GREATER:
	case OP_AT_LEAST:
	case OP_LESS:
	case OP_AT_MOST:
		return compares(term, &value);
	}
	return false;
}

/* What our role may not see of it. */
static bool
is_closed(const struct session *session)
{
	return session->kind == KIND_UNKNOWN;
}

/* What is none of a session that is seen is only not to be seen of one that is not. */
static bool
is_unseen(const struct column *column, const struct table_data *data, const struct session *session)
{
	return column->get(data, session).type == VALUE_NONE ||
	    ((column->flags & COLUMN_STATE) != 0 && is_closed(session) &&
	        session->state == STATE_UNKNOWN);
}

static bool
has_unseen_text(const struct table_data *data, const struct session *session)
{
	for (size_t i = 0; i < table_sessions.column_count; i++)
		if (table_sessions.columns[i].type == VALUE_TEXT &&
		    is_unseen(&table_sessions.columns[i], data, session))
			return true;
	return false;
}

/* `part`: the session is shown in part. */
static enum filter_answer
judge_term(const struct term *term, const struct table_data *data, const struct session *session,
    bool part)
{
	if (part && term->op != OP_CONTAINS && is_unseen(term->column, data, session))
		return FILTER_MAYBE;
	if (term_holds(term, data, session))
		return FILTER_YES;
	return part && term->op == OP_CONTAINS && has_unseen_text(data, session) ? FILTER_MAYBE
	                                                                         : FILTER_NO;
}

static enum filter_answer
judge(const struct filter *filter, const struct table_data *data, const struct session *session,
    bool part)
{
	enum filter_answer all = FILTER_YES;

	for (size_t i = 0; i < filter->count && all != FILTER_NO; i++) {
		enum filter_answer one = judge_term(&filter->terms[i], data, session, part);

		if (one < all)
			all = one;
	}
	return all;
}

static bool
by_proc(const struct table_data *data)
{
	return data->snap != NULL && data->snap->via == VIA_PROC;
}

enum filter_answer
filter_judge(const struct filter *filter, const struct table_data *data,
    const struct session *session)
{
	return judge(filter, data, session, by_proc(data));
}

enum filter_answer
filter_claims(const struct filter *filter, const struct table_data *data,
    const struct session *session)
{
	return judge(filter, data, session, by_proc(data) || is_closed(session));
}

bool
filter_any(struct filter *const *filters, size_t count, enum filter_answer answer,
    const struct table_data *data, const struct session *session)
{
	for (size_t i = 0; i < count; i++)
		if (filter_judge(filters[i], data, session) == answer)
			return true;
	return false;
}

bool
filter_match(const struct filter *filter, const struct table_data *data,
    const struct session *session)
{
	for (size_t i = 0; i < filter->count; i++)
		if (!term_holds(&filter->terms[i], data, session))
			return false;
	return true;
}

bool
filter_names_one(const struct filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		const struct term *term = &filter->terms[i];

		if (term->op == OP_EQUAL && term->count == 1 && term->column != NULL &&
		    strcmp(term->column->name, "pid") == 0)
			return true;
	}
	return false;
}

bool
filter_is_empty(const struct filter *filter)
{
	return filter->count == 0;
}

const char *
filter_text(const struct filter *filter)
{
	return filter->text;
}

void
filter_free(struct filter *filter)
{
	if (filter == NULL)
		return;
	for (size_t i = 0; i < filter->count; i++)
		if (filter->terms[i].op == OP_MATCH || filter->terms[i].op == OP_NOT_MATCH)
			regfree(&filter->terms[i].regex);
	arena_clear(&filter->arena);
	mem_free(filter);
}

void
filter_quote(struct buf *out, const char *column, const char *text)
{
	buf_adds(out, column);
	buf_addc(out, '=');
	if (text[0] != '\0' && strpbrk(text, " \t\n\r\"'|") == NULL) {
		buf_adds(out, text);
		return;
	}
	/* a double quote stands in single ones, all else in double ones: "a b"'"'"c" */
	buf_addc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_adds(out, "\"'\"'\"");
		else
			buf_addc(out, *text);
	}
	buf_addc(out, '"');
}
