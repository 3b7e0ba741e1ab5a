/* SPDX-License-Identifier: PostgreSQL */
/*
 * The answer to a monitoring system. Its labels are those of the states and
 * the names of the alert rules, in their order, whatever there is to count:
 * graphs want the same ones each time. What separates fields for the reader
 * of the line does not stay in a name.
 */
#include "report/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/alert_limit.h"
#include "analysis/alerts.h"
#include "analysis/facts.h"
#include "analysis/verdict.h"
#include "base/buf.h"
#include "base/text.h"
#include "base/units.h"
#include "model/snapshot.h"
#include "table/table.h"

#define TEXT_MAX 4096 /* of all */
#define FIRED_MAX 320 /* of the alerts in the first line */
#define PART_MAX 200  /* of one of them, and of a failure's reason */
#define GROUPS 10     /* that are listed */
#define LINE_MAX_BYTES 400

static const char *const status_names[] = {
	[CHECK_OK] = "OK",
	[CHECK_WARNING] = "WARNING",
	[CHECK_CRITICAL] = "CRITICAL",
	[CHECK_UNKNOWN] = "UNKNOWN",
};

static enum check_status
status_of(enum level level)
{
	switch (level) {
	case LEVEL_OK:
	case LEVEL_INFO:
		return CHECK_OK;
	case LEVEL_WARNING:
		return CHECK_WARNING;
	case LEVEL_CRITICAL:
		return CHECK_CRITICAL;
	}
	return CHECK_UNKNOWN;
}

/* A limit that was asked for and could not be judged is no OK. */
static enum check_status
status_of_alerts(const struct alert_set *alerts)
{
	enum check_status status = status_of(alerts_worst(alerts));

	return status == CHECK_OK && alerts_missed(alerts, 0) != NULL ? CHECK_UNKNOWN : status;
}

/* Appends text cleaned, without the sign that begins the figures, cut to so many bytes. */
static void
add_clean(const struct check *check, const char *text, size_t room, struct buf *out)
{
	struct buf clean = { 0 };
	size_t n;

	text_clean(&clean, text, strlen(text), TEXT_SQUEEZE | (check->utf8 ? TEXT_UTF8 : 0));
	n = clean.len;
	if (n > room)
		for (n = room - 3; n > 0 && ((unsigned char)clean.data[n] & 0xC0) == 0x80;)
			n--;
	for (size_t i = 0; i < n; i++)
		buf_addc(out, clean.data[i] == '|' ? '/' : clean.data[i]);
	if (n < clean.len)
		buf_adds(out, "...");
	buf_clear(&clean);
}

/* "idle 28, active 9": what there is. */
static void
add_states(const int states[STATE_COUNT], struct buf *out)
{
	const char *between = "";

	for (int i = 0; i < STATE_COUNT; i++) {
		if (states[i] == 0)
			continue;
		buf_addf(out, "%s%s %d", between, session_state_name((enum session_state)i),
		    states[i]);
		between = ", ";
	}
}

/* "91 of 97 slots used (93.8 %), 6 free: idle 62, active 18". */
static void
add_slots(const struct table_data *data, struct buf *out)
{
	const struct slots *slots = &data->facts->slots;
	char share[UNITS_TEXT_MAX];

	buf_addf(out, "%d", slots->used);
	if (slots->usable >= 0)
		buf_addf(out, " of %d", slots->usable);
	buf_adds(out, " slots used");
	if (slots->usable > 0)
		buf_addf(out, " (%s)", units_share(share, slots->utilization));
	if (slots->usable >= 0)
		buf_addf(out, ", %d free", slots->free);
	if (data->snap->via != VIA_CLIENT)
		buf_addf(out, ", seen via %s", via_name(data->snap->via));
	if (slots->used > 0)
		buf_adds(out, ": ");
	add_states(slots->states, out);
}

/* What fired, the worst first, then how things are. */
static void
add_verdict(const struct check *check, struct buf *out)
{
	const struct alert *alert;
	size_t start = out->len, n = 0;

	while ((alert = alerts_raised(check->data->alerts, n)) != NULL &&
	    out->len - start < FIRED_MAX) {
		add_clean(check, alert->message, PART_MAX, out);
		buf_adds(out, "; ");
		n++;
	}
	for (start = n; alerts_raised(check->data->alerts, n) != NULL;)
		n++;
	if (n > start)
		buf_addf(out, "%zu more; ", n - start);
	for (n = 0; (alert = alerts_missed(check->data->alerts, n)) != NULL; n++)
		buf_addf(out, "%s is unknown: %s; ", alert->rule->name, alert->why);
	add_slots(check->data, out);
}

/* " label=value": in the guidelines' form, where U is unknown. */
static void
add_figure(const char *label, double value, const char *unit, struct buf *out)
{
	buf_addf(out, " %s=", label);
	if (isfinite(value))
		buf_addf(out, "%.12g%s", units_round(value, 2), unit);
	else
		buf_addc(out, 'U');
}

/* A count of slots, between 0 and most; -1 is unknown. */
static void
add_count(const char *label, int count, int most, struct buf *out)
{
	add_figure(label, count >= 0 ? count : NAN, "", out);
	buf_adds(out, ";;;0");
	if (most >= 0)
		buf_addf(out, ";%d", most);
}

static void
add_alert_figure(const struct alert *alert, struct buf *out)
{
	char warning[ALERT_LIMIT_TEXT_MAX], critical[ALERT_LIMIT_TEXT_MAX];
	enum value_type unit = alert->rule->unit;
	double scale = unit == VALUE_SHARE ? 100
	    : unit == VALUE_DURATION       ? 1.0 / UNITS_US_PER_SECOND
	                                   : 1;

	add_figure(alert->rule->name, alert->known ? alert->value * scale : NAN,
	    unit == VALUE_SHARE          ? "%"
	        : unit == VALUE_DURATION ? "s"
	                                 : "",
	    out);
	alert_limit_perfdata(warning, unit, alert->rule->sense, &alert->warning);
	alert_limit_perfdata(critical, unit, alert->rule->sense, &alert->critical);
	buf_addf(out, ";%s;%s;0", warning, critical);
}

/* All figures, known or not. */
static void
add_figures(const struct table_data *data, struct buf *out)
{
	const struct slots *slots = &data->facts->slots;
	bool known = data->snap != NULL;
	int all = known ? slots->max_connections : -1, usable = known ? slots->usable : -1;

	buf_adds(out, " |");
	add_count("used", known ? slots->used : -1, all, out);
	add_count("free", usable < 0 ? -1 : slots->free, usable, out);
	for (int i = 0; i < STATE_COUNT; i++)
		add_count(session_state_label((enum session_state)i), known ? slots->states[i] : -1,
		    -1, out);
	for (size_t i = 0; i < data->alerts->count; i++)
		add_alert_figure(&data->alerts->items[i], out);
}

/* A line of the long text, when there is still room for it. */
static void
put_line(const struct check *check, const struct buf *line, struct buf *out)
{
	if (out->len + LINE_MAX_BYTES >= TEXT_MAX || line->len == 0)
		return;
	add_clean(check, buf_str(line), LINE_MAX_BYTES - 1, out);
	buf_addc(out, '\n');
}

static void
put_server(const struct check *check, struct buf *line, struct buf *out)
{
	const struct snapshot *snap = check->data->snap;
	const char *role = server_role(&snap->server);

	buf_reset(line);
	buf_addf(line, "%s: PostgreSQL %s %s, max_connections ", check->target,
	    snap->server.version != NULL ? snap->server.version : "(unknown version)",
	    role != NULL ? role : "(primary or standby)");
	if (snap->max_connections >= 0)
		buf_addf(line, "%d", snap->max_connections);
	else
		buf_adds(line, "unknown");
	if (snap->max_connections >= 0 && snap->limits_from != LIMITS_SERVER)
		buf_addf(line, " (%s)", limits_from_name(snap->limits_from));
	buf_addf(line, ", via %s", via_name(snap->via));
	put_line(check, line, out);
}

/* Why it is so, and where to go on. */
static void
put_cause(const struct check *check, struct buf *line, struct buf *out)
{
	const struct verdict *verdict = check->data->verdict;

	if (verdict == NULL || verdict->rule == NULL || !verdict->rule->bad)
		return;
	buf_reset(line);
	buf_addf(line, "cause %s: ", verdict->rule->name);
	add_clean(check, verdict->text, PART_MAX, line);
	if (check->cause_key != NULL)
		buf_addf(line, "; key %s of pgconntop helps", check->cause_key);
	put_line(check, line, out);
}

static void
put_alerts(const struct check *check, struct buf *line, struct buf *out)
{
	const struct alert *alert;

	for (size_t n = 0; (alert = alerts_raised(check->data->alerts, n)) != NULL; n++) {
		buf_reset(line);
		buf_addf(line, "%s %s: ", status_names[status_of(alert->level)], alert->rule->name);
		buf_adds(line, alert->message);
		put_line(check, line, out);
	}
	buf_reset(line);
	if (alerts_worst(check->data->alerts) > LEVEL_OK)
		buf_addf(line, "next: %s", check->data->alerts->next);
	put_line(check, line, out);
}

/* Who holds most of the slots. */
static void
put_groups(const struct check *check, struct buf *line, struct buf *out)
{
	enum group_by by = facts_telling(check->data->facts);
	const struct groups *groups = &check->data->facts->groups[by];

	for (size_t i = 0; i < groups->count && i < GROUPS; i++) {
		const struct group *group = &groups->items[i];

		buf_reset(line);
		buf_adds(line, by == GROUP_USER ? "user " : "");
		add_clean(check, group->name != NULL ? group->name : "(unknown)", 80, line);
		buf_addf(line, " has %d: ", group->total);
		add_states(group->states, line);
		put_line(check, line, out);
	}
	buf_reset(line);
	if (groups->count > GROUPS)
		buf_addf(line, "and %zu %s more", groups->count - GROUPS,
		    by == GROUP_USER ? "users" : "applications");
	put_line(check, line, out);
}

/* What went wrong beside, the newest first. */
static void
put_messages(const struct check *check, struct buf *line, struct buf *out)
{
	const struct message *message;

	for (size_t n = 0; (message = messages_get(check->messages, n)) != NULL; n++) {
		if (message->level < LEVEL_WARNING)
			continue;
		buf_reset(line);
		buf_adds(line, message->text);
		put_line(check, line, out);
	}
}

static void
put_details(const struct check *check, struct buf *line, struct buf *out)
{
	if (check->failure == NULL) {
		put_server(check, line, out);
		put_cause(check, line, out);
		put_alerts(check, line, out);
		put_groups(check, line, out);
		put_messages(check, line, out);
	} else if (check->advice != NULL) {
		buf_addf(line, "%s: %s", check->target, check->advice);
		put_line(check, line, out);
	}
}

enum check_status
check_write(const struct check *check, struct buf *out)
{
	enum check_status status =
	    check->failure != NULL ? check->status : status_of_alerts(check->data->alerts);
	struct buf line = { 0 };

	buf_addf(out, "PGCONNTOP %s - ", status_names[status]);
	if (check->failure != NULL)
		add_clean(check, check->failure, LINE_MAX_BYTES, out);
	else
		add_verdict(check, out);
	if (check->data != NULL)
		add_figures(check->data, out);
	buf_addc(out, '\n');
	put_details(check, &line, out);
	buf_clear(&line);
	return status;
}
