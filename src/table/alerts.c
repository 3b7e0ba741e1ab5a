/* SPDX-License-Identifier: PostgreSQL */
/*
 * The alerts that are raised, critical ones first.
 */
#include "analysis/alerts.h"

#include <math.h>

#include "analysis/alert_limit.h"
#include "base/mem.h"
#include "internal.h"

/* A figure of an alert in the unit of its rule. */
static struct value
figure(const struct alert *alert, double number)
{
	if (isnan(number))
		return value_none();
	if (alert->rule->unit == VALUE_SHARE)
		return value_share(number);
	if (alert->rule->unit == VALUE_DURATION)
		return value_duration((int64_t)number);
	if (alert->rule->unit == VALUE_INT)
		return value_int((int64_t)number);
	return value_real(number);
}

static struct value
alert_name(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return value_text(alert->rule->name);
}

static struct value
alert_level(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return value_text(level_name(alert->level));
}

static struct value
alert_severity(const struct table_data *data, const void *row)
{
	static const int severities
	    [] = { [LEVEL_OK] = 0, [LEVEL_INFO] = 0, [LEVEL_WARNING] = 1, [LEVEL_CRITICAL] = 2 };
	const struct alert *alert = row;

	(void)data;
	if (!alert->known && alert->level == LEVEL_OK)
		return value_none();
	return value_int(severities[alert->level]);
}

static struct value
alert_value(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return figure(alert, alert->value);
}

static struct value
alert_warning(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return figure(alert, alert_limit_number(&alert->warning));
}

static struct value
alert_critical(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return figure(alert, alert_limit_number(&alert->critical));
}

static struct value
alert_since(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return value_time(alert->since_us);
}

static struct value
alert_subject(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return value_text(alert->subject);
}

static struct value
alert_message(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return value_text(alert->message);
}

static void
rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	const struct alert *alert;

	out->items = arena_alloc(arena, ALERTS_MAX, sizeof *out->items);
	out->count = 0;
	while ((alert = alerts_raised(data->alerts, out->count)) != NULL)
		out->items[out->count++] = alert;
}

/* All that are watched: one that is well has its figure too. */
static void
metric_rows(const struct table_data *data, struct rows *out, struct arena *arena)
{
	out->items = arena_alloc(arena, ALERTS_MAX, sizeof *out->items);
	out->count = data->alerts->count;
	for (size_t i = 0; i < out->count; i++)
		out->items[i] = &data->alerts->items[i];
}

static uint64_t
key(const void *row)
{
	const struct alert *alert = row;

	return row_key_text(alert->rule->name);
}

static int
level(const struct table_data *data, const void *row)
{
	const struct alert *alert = row;

	(void)data;
	return alert->level;
}

static const struct column columns[] = {
	{ "level", NULL, "LEVEL", "warning or critical", VALUE_TEXT, 8, 0, alert_level },
	{ "severity", NULL, "SEVERITY", "0 when all is well, 1 for a warning, 2 for critical",
	    VALUE_INT, 8, COLUMN_HIDDEN, alert_severity, "level" },
	{ "name", NULL, "ALERT", "name of the alert", VALUE_TEXT, 19, COLUMN_WIDE, alert_name },
	{ "value", NULL, "VALUE", "what was measured", VALUE_REAL, 8, COLUMN_HIDDEN, alert_value },
	{ "warning", NULL, "WARNING",
	    "limit for a warning; of a range its upper end, else the lower one", VALUE_REAL, 8,
	    COLUMN_HIDDEN, alert_warning },
	{ "critical", NULL, "CRITICAL", "limit for critical, likewise", VALUE_REAL, 8,
	    COLUMN_HIDDEN, alert_critical },
	{ "since", NULL, "SINCE", "when it rose to this level", VALUE_TIME, 27, COLUMN_HIDDEN,
	    alert_since },
	{ "subject", NULL, "SUBJECT", "who it is about", VALUE_TEXT, 20, COLUMN_HIDDEN,
	    alert_subject },
	{ "message", NULL, "MESSAGE", "the alert in words", VALUE_TEXT, 40, COLUMN_STRETCH,
	    alert_message },
};

const struct table table_alerts = {
	.name = "alerts",
	.title = "Alerts",
	.help = "the alerts that are raised",
	.shape = SHAPE_LIST,
	.label = "alert",
	.columns = columns,
	.column_count = COUNT_OF(columns),
	.rows = rows,
	.metric_rows = metric_rows,
	.key = key,
	.level = level,
};
