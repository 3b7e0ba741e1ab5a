/* SPDX-License-Identifier: PostgreSQL */
/*
 * A value is a whole number of its setting's unit, whatever unit it was
 * written in; it is written again in the largest that leaves it whole.
 */
#include "model/param.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/text.h"
#include "base/units.h"

#define NUMBER_MAX 32 /* bytes of a number as it is written */

/* Units of time as the server writes them, the largest first. */
static const struct {
	const char *name;
	double ms;
} times[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "min", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
	{ "us", 0.001 },
};

#define TIME_COUNT (sizeof times / sizeof times[0])

static double
unit_ms(enum param_unit unit)
{
	return unit == PARAM_S ? 1000 : 1;
}

enum param_id
param_find(const char *name, size_t len)
{
	int id = 0;

	while (id < PARAM_COUNT &&
	    (strlen(param_rows[id].name) != len ||
	        strncasecmp(param_rows[id].name, name, len) != 0))
		id++;
	return (enum param_id)id;
}

static size_t
blanks(const char *s)
{
	return strspn(s, " \t");
}

bool
param_parse(enum param_id id, const char *text, int64_t *value)
{
	enum param_unit unit = param_rows[id].unit;
	char digits[NUMBER_MAX];
	struct err ignored;
	size_t len, i = 0;
	double number;

	text += blanks(text);
	len = strspn(text, "0123456789.");
	if (len == 0 || len >= sizeof digits)
		return false;
	snprintf(digits, sizeof digits, "%.*s", (int)len, text);
	if (!units_parse_number(digits, &number, &ignored))
		return false;
	text += len;
	text += blanks(text);
	len = strcspn(text, " \t");
	if (text[len + blanks(text + len)] != '\0')
		return false;
	while (len > 0 && i < TIME_COUNT &&
	    (strlen(times[i].name) != len || strncmp(times[i].name, text, len) != 0))
		i++;
	if (i == TIME_COUNT || (len > 0 && unit == PARAM_NUMBER))
		return false;
	if (len > 0)
		number *= times[i].ms / unit_ms(unit);
	if (number > INT32_MAX)
		return false;
	*value = (int64_t)(number + 0.5);
	return true;
}

const char *
param_text(char out[PARAM_TEXT_MAX], enum param_id id, int64_t value)
{
	enum param_unit unit = param_rows[id].unit;
	size_t i = 0;

	if (value < 0)
		snprintf(out, PARAM_TEXT_MAX, "-");
	else if (value == 0 || unit == PARAM_NUMBER)
		snprintf(out, PARAM_TEXT_MAX, "%lld", (long long)value);
	if (value <= 0 || unit == PARAM_NUMBER)
		return out;
	value *= (int64_t)unit_ms(unit);
	while (i < TIME_COUNT - 1 && value % (int64_t)times[i].ms != 0)
		i++;
	snprintf(out, PARAM_TEXT_MAX, "%lld%s", (long long)(value / (int64_t)times[i].ms),
	    times[i].name);
	return out;
}

void
params_init(struct params *params)
{
	*params = (struct params){ .overrides = NULL };
	for (int id = 0; id < PARAM_COUNT; id++)
		params->items[id] = (struct param){ .value = -1, .actual = -1 };
}

const struct override *
params_override(const struct params *params, enum param_id id, const char *role,
    const char *database)
{
	for (size_t i = 0; i < params->override_count; i++) {
		const struct override *override = &params->overrides[i];

		if (override->id == id && text_same(override->role, role) &&
		    text_same(override->database, database))
			return override;
	}
	return NULL;
}

const struct param_row param_rows[PARAM_COUNT] = {
	[PARAM_MAX_CONNECTIONS] = { "max_connections", PARAM_ALWAYS, PARAM_NUMBER, PARAM_RESTART,
	    100, false },
	[PARAM_SUPERUSER_RESERVED] = { "superuser_reserved_connections", PARAM_ALWAYS, PARAM_NUMBER,
	    PARAM_RESTART, 3, false },
	[PARAM_RESERVED] = { "reserved_connections", 160000, PARAM_NUMBER, PARAM_RESTART, 0,
	    false },
	[PARAM_IDLE_IN_TRANSACTION] = { "idle_in_transaction_session_timeout", PARAM_ALWAYS,
	    PARAM_MS, PARAM_RELOAD, 0, true },
	[PARAM_IDLE_SESSION] = { "idle_session_timeout", 140000, PARAM_MS, PARAM_RELOAD, 0, true },
	[PARAM_STATEMENT] = { "statement_timeout", PARAM_ALWAYS, PARAM_MS, PARAM_RELOAD, 0, true },
	[PARAM_TRANSACTION] = { "transaction_timeout", 170000, PARAM_MS, PARAM_RELOAD, 0, true },
	[PARAM_KEEPALIVES_IDLE] = { "tcp_keepalives_idle", PARAM_ALWAYS, PARAM_S, PARAM_RELOAD, 0,
	    true },
	[PARAM_KEEPALIVES_INTERVAL] = { "tcp_keepalives_interval", PARAM_ALWAYS, PARAM_S,
	    PARAM_RELOAD, 0, true },
	[PARAM_KEEPALIVES_COUNT] = { "tcp_keepalives_count", PARAM_ALWAYS, PARAM_NUMBER,
	    PARAM_RELOAD, 0, true },
	[PARAM_USER_TIMEOUT] = { "tcp_user_timeout", 120000, PARAM_MS, PARAM_RELOAD, 0, true },
	[PARAM_CHECK_INTERVAL] = { "client_connection_check_interval", 140000, PARAM_MS,
	    PARAM_RELOAD, 0, true },
	[PARAM_AUTHENTICATION] = { "authentication_timeout", PARAM_ALWAYS, PARAM_S, PARAM_RELOAD,
	    60, false },
};
