/* SPDX-License-Identifier: PostgreSQL */
/*
 * Reading of answers, as a monitoring system does it.
 */
#include "test_report_answer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A number as the guidelines have it: digits, a minus, a point. */
static double
take_number(const char **s)
{
	size_t n = strspn(*s, "-.0123456789");
	char text[64], *end;
	double number;

	assert_in_range(n, 1, sizeof text - 1);
	snprintf(text, sizeof text, "%.*s", (int)n, *s);
	number = strtod(text, &end);
	assert_int_equal(*end, '\0');
	*s += n;
	return number;
}

/* "[@]start:end", where start and ":" may be missing, start may be "~", and end be nothing. */
static void
take_range(const char **s, char out[64])
{
	const char *start = *s;

	*s += **s == '@';
	if (**s == '~')
		(*s)++;
	else if (**s != ';' && **s != ' ' && **s != '\0')
		(void)take_number(s);
	if (**s == ':') {
		(*s)++;
		if (strchr("-.0123456789", **s) != NULL && **s != '\0')
			(void)take_number(s);
	}
	snprintf(out, 64, "%.*s", (int)(*s - start), start);
}

static double
take_bound(const char **s)
{
	if (**s != ';')
		return NAN;
	(*s)++;
	return strchr("; ", **s) != NULL ? NAN : take_number(s);
}

/* label=value[UOM];[warn];[crit];[min];[max] */
static void
take_figure(const char **s, struct figure *figure)
{
	size_t n = strcspn(*s, "= '");

	assert_in_range(n, 1, sizeof figure->label - 1);
	snprintf(figure->label, sizeof figure->label, "%.*s", (int)n, *s);
	*s += n;
	assert_int_equal(*(*s)++, '=');
	figure->value = NAN;
	if (**s == 'U')
		(*s)++;
	else
		figure->value = take_number(s);
	n = strcspn(*s, "; ");
	assert_true(n < sizeof figure->unit);
	snprintf(figure->unit, sizeof figure->unit, "%.*s", (int)n, *s);
	*s += n;
	figure->warning[0] = figure->critical[0] = '\0';
	if (**s == ';') {
		(*s)++;
		take_range(s, figure->warning);
	}
	if (**s == ';') {
		(*s)++;
		take_range(s, figure->critical);
	}
	figure->least = take_bound(s);
	figure->most = take_bound(s);
	assert_true(**s == ' ' || **s == '\0');
}

void
parse(struct answer *answer)
{
	size_t n = strcspn(buf_str(&answer->out), "\n"), bar;
	struct buf line = { 0 };
	const char *s;

	buf_add(&line, answer->out.data, n);
	bar = strcspn(buf_str(&line), "|");
	assert_true(bar < sizeof answer->line);
	snprintf(answer->line, sizeof answer->line, "%.*s", (int)bar, buf_str(&line));
	assert_null(strchr(answer->out.data + bar + 1, '|'));
	s = buf_str(&line) + bar + (bar < n);
	for (answer->count = 0; *s != '\0'; answer->count++) {
		assert_true(answer->count < FIGURES_MAX);
		assert_int_equal(*s++, ' ');
		take_figure(&s, &answer->figures[answer->count]);
	}
	buf_clear(&line);
}

struct answer *
ask(struct fixture *fixture, bool utf8)
{
	struct answer *answer = calloc(1, sizeof *answer);
	struct messages *messages = calloc(1, sizeof *messages);
	struct check check = {
		.data = &fixture->data,
		.messages = messages,
		.target = "db1:5432/postgres",
		.utf8 = utf8,
	};

	messages_add(messages, NOW_US, LEVEL_INFO, "not worth a line");
	messages_add(messages, NOW_US, LEVEL_WARNING, "a role that | sees\nlittle");
	answer->status = check_write(&check, &answer->out);
	parse(answer);
	free(messages);
	return answer;
}

void
release(struct answer *answer)
{
	buf_clear(&answer->out);
	free(answer);
}

const struct figure *
find(const struct answer *answer, const char *label)
{
	for (size_t i = 0; i < answer->count; i++)
		if (strcmp(answer->figures[i].label, label) == 0)
			return &answer->figures[i];
	fail_msg("no figure %s", label);
	return NULL;
}

void
expect(const struct answer *answer, const char *label, double value, const char *rest)
{
	const struct figure *figure = find(answer, label);
	char text[256];

	if (isnan(value))
		assert_true(isnan(figure->value));
	else
		assert_float_equal(figure->value, value, 0.001);
	snprintf(text, sizeof text, "%s;%s;%s", figure->unit, figure->warning, figure->critical);
	assert_string_equal(text, rest);
}

void
has(const struct answer *answer, const char *text)
{
	if (strstr(buf_str(&answer->out), text) == NULL)
		fail_msg("no \"%s\" in:\n%s", text, buf_str(&answer->out));
}
