/* SPDX-License-Identifier: PostgreSQL */
/*
 * Values whose meaning the settings do not know: filters, names of tables
 * and alerts, limits. The command line and configuration files both come through here.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/alert_limit.h"
#include "app.h"
#include "base/buf.h"
#include "base/err.h"
#include "order.h"
#include "report/report.h"
#include "table/filter.h"

bool
value_check_filter(const char *text, struct err *err)
{
	struct filter *filter = filter_parse(text, err);

	if (filter == NULL)
		return false;
	filter_free(filter);
	return true;
}

static bool
refuse_alert(const char *name, struct err *err)
{
	struct buf names = { 0 };

	for (size_t i = 0; i < alert_count; i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "", alert_rules[i].name);
	err_set(err, "no alert \"%s\": there are %s", name, buf_str(&names));
	buf_clear(&names);
	return false;
}

static void
set_limit(struct settings *settings, bool critical, const struct alert_rule *rule,
    const struct alert_limit *limit)
{
	struct alert_limits *limits = settings_add_alert(settings, rule->name);

	*(critical ? &limits->critical : &limits->warning) = *limit;
	limits->given = true;
}

/* "all:off": only what is given after it is left. */
static bool
switch_off(struct settings *settings, bool critical, const char *text, struct err *err)
{
	const struct alert_limit off = { .kind = LIMIT_OFF };

	if (strcmp(text, "off") != 0)
		return err_set(err, "all of them can only be off");
	for (size_t i = 0; i < alert_count; i++)
		set_limit(settings, critical, &alert_rules[i], &off);
	return true;
}

/* Reads "ALERT:LIMIT". */
static bool
add_limit(struct settings *settings, bool critical, const char *text, struct err *err)
{
	size_t n = strcspn(text, ":");
	const struct alert_rule *rule;
	struct alert_limit limit;
	char name[64];

	if (text[n] != ':')
		return err_set(err, "must be ALERT:LIMIT, such as utilization:85");
	snprintf(name, sizeof name, "%.*s", (int)(n < 63 ? n : 63), text);
	if (strcmp(name, "all") == 0)
		return switch_off(settings, critical, text + n + 1, err);
	rule = alert_find(name);
	if (rule == NULL)
		return refuse_alert(name, err);
	if (!alert_limit_parse(rule->unit, text + n + 1, &limit, err))
		return false;
	set_limit(settings, critical, rule, &limit);
	return true;
}

/* A filter without terms would mean everybody: more likely a variable of the shell is not set. */
static bool
check_list(const struct setting_row *row, const char *text, struct err *err)
{
	if (text[strspn(text, " \t")] == '\0')
		return err_set(err, "%s is empty: that would be every session", row->option);
	return value_check_filter(text, err);
}

bool
value_set(struct settings *settings, const struct setting_row *row, const char *text,
    struct err *err)
{
	bool critical = strcmp(row->field, "critical") == 0;
	struct report unused = { .writer = writer_by_format(0) };
	struct err why;

	if (critical || strcmp(row->field, "warning") == 0)
		return add_limit(settings, critical, text, &why) ||
		    err_set(err, "%s=%.80s: %s", row->option, text, why.msg);
	if (row->kind == SETTING_LIST && !check_list(row, text, err))
		return false;
	if (strcmp(row->field, "show") == 0 && !report_show(&unused, text, err))
		return false;
	if (strcmp(row->field, "when") == 0 && !order_check_when(text, err))
		return false;
	return settings_set(settings, row, text, err);
}
