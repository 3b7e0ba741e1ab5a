/* SPDX-License-Identifier: PostgreSQL */
/*
 * Orders: options that end or cancel sessions without the screen. What they
 * need, and what cannot be given together with them, is checked before
 * anything is connected.
 */
#include "order.h"

#include <math.h>
#include <string.h>

#include "analysis/alert_limit.h"
#include "analysis/alerts.h"
#include "base/err.h"
#include "base/settings.h"

static const struct order_row {
	const char *option;
	enum action action;
	enum policy policy;
	bool filtered; /* has no sessions of its own: a filter must name them */
} rows[] = {
	{ "terminate", ACTION_TERMINATE, POLICY_CHOSEN, true },
	{ "cancel", ACTION_CANCEL, POLICY_CHOSEN, true },
	{ "kill-idle", ACTION_TERMINATE, POLICY_IDLE, false },
	{ "kill-idle-in-transaction", ACTION_TERMINATE, POLICY_IDLE_IN_TRANSACTION, false },
	{ "kill-all", ACTION_TERMINATE, POLICY_ALL, false },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define ALL_ORDERS "--terminate, --cancel, --kill-idle, --kill-idle-in-transaction or --kill-all"

/* Whether the settings have that order; *age_us gets its age, if it has one. */
static bool
is_given(const struct settings *settings, const struct order_row *order, int64_t *age_us)
{
	const struct setting_row *row = settings_find(order->option);
	const char *field = (const char *)settings + row->offset;

	if (row->kind != SETTING_AGE)
		return *(const bool *)field;
	*age_us = *(const int64_t *)field;
	return *age_us != SETTING_AGE_NONE;
}

bool
order_given(const struct settings *settings)
{
	int64_t age_us;

	for (size_t i = 0; i < ROWS; i++)
		if (is_given(settings, &rows[i], &age_us))
			return true;
	return settings->yes || settings->when != NULL;
}

bool
order_refuse_alone(const char *option, struct err *err)
{
	return err_set(err, "--%s belongs to an order: " ALL_ORDERS, option);
}

/* The one order that was given. */
static const struct order_row *
find_row(const struct settings *settings, int64_t *age_us, struct err *err)
{
	const struct order_row *found = NULL;

	for (size_t i = 0; i < ROWS; i++) {
		int64_t age = TIME_UNKNOWN;

		if (!is_given(settings, &rows[i], &age))
			continue;
		if (found != NULL) {
			err_set(err, "--%s and --%s cannot be given together: one order at a time",
			    found->option, rows[i].option);
			return NULL;
		}
		found = &rows[i];
		*age_us = age;
	}
	if (found == NULL)
		order_refuse_alone(settings->yes ? "yes" : "when", err);
	return found;
}

/* What forbids it. */
static bool
check_company(const struct order *order, const struct settings *settings, struct err *err)
{
	if (settings->read_only)
		return err_set(err, "--%s cannot be given with --read-only: no action is possible",
		    order->option);
	if (settings->check)
		return err_set(err, "--%s cannot be given with --check, which only looks",
		    order->option);
	if (settings->limit != 0)
		return err_set(err,
		    "--limit is for tables: --max-kills=N is the most that --%s acts on",
		    order->option);
	if (order->guard && !order->yes && !order->dry_run)
		return err_set(err,
		    "--watch with --%s cannot ask at each sample: give --yes, or --dry-run to "
		    "only look",
		    order->option);
	return true;
}

/* "ALERT" or "ALERT:LEVEL". */
static bool
read_when(struct order *order, const char *when, struct err *err)
{
	const char *colon = strchr(when, ':');
	size_t n = colon != NULL ? (size_t)(colon - when) : strlen(when);
	char name[64];

	if (n >= sizeof(name))
		n = sizeof(name) - 1;
	memcpy(name, when, n);
	name[n] = '\0';
	order->when = alert_find(name);
	order->level = LEVEL_WARNING;
	if (order->when == NULL)
		return err_set(err,
		    "--when: there is no alert \"%s\"; pgconntop(1) lists them, such as %s", name,
		    alert_rules[0].name);
	if (colon == NULL || strcmp(colon + 1, level_name(LEVEL_WARNING)) == 0)
		return true;
	order->level = LEVEL_CRITICAL;
	return strcmp(colon + 1, level_name(LEVEL_CRITICAL)) == 0 ||
	    err_set(err, "--when: \"%s\" must be warning or critical", colon + 1);
}

static bool
has_limit(const struct order *order, const struct settings *settings, bool critical)
{
	const struct alert_limit limit = alerts_limit(order->when, settings, critical);

	return !isnan(alert_limit_number(&limit));
}

/* An alert without a limit never stands, and who waits for it would wait for ever. */
static bool
check_limit(const struct order *order, const struct settings *settings, struct err *err)
{
	const char *level = level_name(order->level);

	if (!order->guard && order->when->samples > 1)
		return err_set(err,
		    "--when=%s would never act: that alert takes more than one sample; give "
		    "--watch, or another alert",
		    order->when->name);
	return has_limit(order, settings, true) ||
	    (order->level == LEVEL_WARNING && has_limit(order, settings, false)) ||
	    err_set(err,
	        "--when=%s:%s would never act: that alert has no such limit; give one with "
	        "--%s=%s:LIMIT",
	        order->when->name, level, level, order->when->name);
}

bool
order_check_when(const char *when, struct err *err)
{
	struct order unused;

	return read_when(&unused, when, err);
}

bool
order_read(struct order *order, const struct settings *settings, struct err *err)
{
	int64_t age_us = TIME_UNKNOWN;
	const struct order_row *row = find_row(settings, &age_us, err);

	if (row == NULL)
		return false;
	*order = (struct order){
		.option = row->option,
		.guard = settings->watch,
		.dry_run = settings->dry_run,
		.yes = settings->yes,
		.choice = {
			.action = row->action,
			.policy = row->policy,
			.age_us = age_us,
			.most = settings->max_kills,
			.until = action_row(row->action)->frees ? (double)settings->until / 100 : 0,
		},
	};
	if (row->filtered && settings->filter.count == 0)
		return err_set(err,
		    "--%s needs a --filter that says which sessions, such as --filter=pid=4711",
		    row->option);
	return check_company(order, settings, err) &&
	    (settings->when == NULL ||
	        (read_when(order, settings->when, err) && check_limit(order, settings, err)));
}
