/* SPDX-License-Identifier: PostgreSQL */
/*
 * The configuration as a configuration file: what is in force
 * (--dump-config), and the commented sample.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/alert_limit.h"
#include "app.h"
#include "base/buf.h"
#include "ui/style.h"
#include "ui/ui.h"

void
docs_string(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		if ((unsigned char)*text < ' ')
			buf_addf(out, "\\x%02x", (unsigned)*text);
		else
			buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

/* libconfig takes a whole number for one of 32 bits unless it is marked as a long one. */
static void
add_value(struct buf *out, const struct setting_row *row, const char *text)
{
	bool plain = row->kind == SETTING_FLAG || row->kind == SETTING_INT;

	if (!plain)
		docs_string(out, text);
	else
		buf_addf(out, "%s%s", text, strlen(text) > strlen("999999999") ? "L" : "");
}

static void
dump_list(const struct settings *settings, const struct setting_row *row, struct buf *out)
{
	struct buf text = { 0 };

	for (size_t n = 0; settings_get(settings, row, n, &text); n++) {
		buf_adds(out, n == 0 ? "" : ", ");
		if (n == 0)
			buf_addf(out, "%s = ( ", row->field);
		docs_string(out, buf_str(&text));
		buf_reset(&text);
	}
	if (out->len > 0 && out->data[out->len - 1] == '"')
		buf_adds(out, " );\n");
	buf_clear(&text);
}

/* Whether a file may have it at its top; an order it may have only in a profile. */
static bool
is_plain_key(const struct setting_row *row)
{
	return row->section < SECTION_ORDER;
}

static void
dump_setting(const struct settings *settings, const struct setting_row *row, struct buf *out)
{
	struct buf text = { 0 };

	if (row->kind == SETTING_LIST) {
		dump_list(settings, row, out);
	} else if (settings_get(settings, row, 0, &text)) {
		buf_addf(out, "%s = ", row->field);
		add_value(out, row, buf_str(&text));
		buf_adds(out, ";\n");
	}
	buf_clear(&text);
}

static void
dump_settings(const struct settings *settings, struct buf *out)
{
	for (size_t i = 0; i < setting_count; i++)
		if (is_plain_key(&setting_rows[i]))
			dump_setting(settings, &setting_rows[i], out);
}

/* Whether it says anything: a flag that is off does not. */
static bool
is_given(const struct settings *settings, const struct setting_row *row)
{
	struct buf text = { 0 };
	bool given = settings_get(settings, row, 0, &text) &&
	    !(row->kind == SETTING_FLAG && strcmp(buf_str(&text), "false") == 0);

	buf_clear(&text);
	return given;
}

/* What is to be done, as the profile that would say so. */
static void
dump_orders(const struct settings *settings, struct buf *out)
{
	const char *name = settings->profile != NULL ? settings->profile : "orders";
	bool open = false;

	for (size_t i = 0; i < setting_count; i++) {
		if (setting_rows[i].section != SECTION_ORDER ||
		    !is_given(settings, &setting_rows[i]))
			continue;
		if (!open)
			buf_addf(out, "profiles = {\n\t%s = {\n", name);
		open = true;
		buf_adds(out, "\t\t");
		dump_setting(settings, &setting_rows[i], out);
	}
	buf_adds(out, open ? "\t};\n};\n" : "");
}

/* A large number must look like one with a fraction, for the same reason as above. */
static void
dump_limit(const struct alert_rule *rule, const char *name, const struct alert_limit *limit,
    struct buf *out)
{
	struct buf text = { 0 };

	alert_limit_format(rule->unit, limit, &text);
	buf_addf(out, " %s = ", name);
	if (limit->kind != LIMIT_PLAIN || rule->unit == VALUE_DURATION) {
		docs_string(out, buf_str(&text));
	} else {
		buf_adds(out, buf_str(&text));
		if (text.len > strlen("999999999") && strpbrk(text.data, ".e") == NULL)
			buf_adds(out, ".0");
	}
	buf_addc(out, ';');
	buf_clear(&text);
}

static void
dump_alert(const struct alert *alert, struct buf *out)
{
	buf_addf(out, "\t%s = {", alert->rule->name);
	dump_limit(alert->rule, "warning", &alert->warning, out);
	dump_limit(alert->rule, "critical", &alert->critical, out);
	buf_adds(out, " };\n");
}

static void
dump_alerts(const struct settings *settings, struct buf *out)
{
	struct alert_set set;

	alerts_init(&set, settings);
	buf_adds(out, "alerts = {\n");
	for (size_t i = 0; i < set.count; i++)
		dump_alert(&set.items[i], out);
	buf_adds(out, "};\n");
}

/* What a pool opens, as the numbers of its kind. */
static void
dump_numbers(const struct pool_plan *plan, struct buf *out)
{
	bool bouncer = plan->databases > 0;

	if (plan->connections >= 0) {
		buf_addf(out, "; connections = %lld; }", (long long)plan->connections);
		return;
	}
	buf_addf(out, "; instances = %lld;", (long long)plan->instances);
	if (bouncer)
		buf_addf(out, " databases = %lld; pairs = %lld; max_db_connections = %lld;",
		    (long long)plan->databases, (long long)plan->workers, (long long)plan->most);
	else
		buf_addf(out, " workers = %lld; engines = %lld;", (long long)plan->workers,
		    (long long)plan->engines);
	buf_addf(out,
	    bouncer ? " default_pool_size = %lld; reserve_pool_size = %lld; }"
	            : " pool_size = %lld; max_overflow = %lld; }",
	    (long long)plan->pool_size, (long long)plan->max_overflow);
}

static void
dump_pools(const struct settings *settings, struct buf *out)
{
	buf_adds(out, "pools = (");
	for (size_t i = 0; i < settings->pool_count; i++) {
		const struct pool_plan *plan = &settings->pools[i];

		buf_adds(out, i > 0 ? ",\n\t{ name = " : "\n\t{ name = ");
		docs_string(out, plan->name);
		buf_adds(out, "; match = ");
		docs_string(out, plan->match);
		dump_numbers(plan, out);
	}
	buf_adds(out, settings->pool_count > 0 ? "\n);\n" : ");\n");
}

static void
dump_bindings(const char *name, const struct binding *bindings, size_t count, struct buf *out)
{
	buf_addf(out, "%s = {\n", name);
	for (size_t i = 0; i < count; i++) {
		buf_addf(out, "\t%s = ", bindings[i].name);
		docs_string(out, bindings[i].value);
		buf_adds(out, ";\n");
	}
	buf_adds(out, "};\n");
}

void
docs_config(const struct settings *settings, struct buf *out)
{
	dump_settings(settings, out);
	dump_alerts(settings, out);
	dump_pools(settings, out);
	docs_scenarios(settings, out);
	dump_bindings("keys", settings->keys, settings->key_count, out);
	dump_bindings("colors", settings->colors, settings->color_count, out);
	dump_orders(settings, out);
}

/* Examples for settings that have no default. */
static const struct {
	const char *field;
	const char *value;
} examples[] = {
	{ "host", "\"db1.example.com\"" },
	{ "port", "5432" },
	{ "username", "\"monitor\"" },
	{ "dbname", "\"postgres\"" },
	{ "show", "\"summary,applications,sessions\"" },
	{ "output", "\"/var/lib/node_exporter/pgconntop.prom\"" },
	{ "filter", "( \"state=idle\", \"age>5min\" )" },
	{ "sort", "\"-age\"" },
	{ "columns", "\"pid,application,state,age,query\"" },
	{ "warning", "( \"utilization:70\", \"long_query:2min\" )" },
	{ "critical", "\"utilization:10:85\"" },
	{ "max_connections", "100" },
	{ "protect", "( \"application=nightly-etl\", \"user=replicator\" )" },
	{ "kill_log", "\"/var/log/pgconntop.log\"" },
	{ "pgdata", "\"/var/lib/postgresql/15/main\"" },
};

static void
sample_value(const struct setting_row *row, struct buf *out)
{
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		if (strcmp(examples[i].field, row->field) == 0) {
			buf_adds(out, examples[i].value);
			return;
		}
	add_value(out, row, row->value != NULL ? row->value : "false");
}

/* A comment has a blank behind its sign, a setting that is commented out has none. */
static void
sample_settings(struct buf *out)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting_row *row = &setting_rows[i];

		if (!is_plain_key(row))
			continue;
		buf_addf(out, "\n# %s\n#%s = ", row->help, row->field);
		sample_value(row, out);
		buf_adds(out, ";\n");
	}
}

static void
sample_profiles(struct buf *out)
{
	buf_adds(out,
	    "\n# Profiles: more settings, for --profile=NAME. Only here may a file say what is to\n"
	    "# be done to sessions:\n");
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].section == SECTION_ORDER)
			buf_addf(out, "#   %-24s  %s\n", setting_rows[i].field,
			    setting_rows[i].help);
	buf_adds(out,
	    "#profiles = {\n"
	    "#\tshop = { host = \"db1.example.com\"; dbname = \"shop\"; read_only = true; };\n"
	    "#\t# With --dry-run it only shows whom it would end.\n"
	    "#\tguard = {\n"
	    "#\t\twatch = true;\n"
	    "#\t\tinterval = 10;\n"
	    "#\t\twhen = \"utilization:critical\";\n"
	    "#\t\tkill_idle = \"5min\";\n"
	    "#\t\tuntil = 70;\n"
	    "#\t\tmax_kills = 10;\n"
	    "#\t\tyes = true;\n"
	    "#\t};\n"
	    "#};\n");
}

static void
sample_alerts(struct buf *out)
{
	const struct settings none = { 0 };
	struct alert_set set;

	alerts_init(&set, &none);
	buf_adds(out,
	    "\n# Limits of the alerts: per cent, durations such as \"5min\", counts; also ranges\n"
	    "# that are good, \"10:80\", or bad, \"@10:80\"; and \"off\".\n"
	    "#alerts = {\n");
	for (size_t i = 0; i < set.count; i++) {
		buf_addf(out, "#\t# %s\n#", set.items[i].rule->help);
		dump_alert(&set.items[i], out);
	}
	buf_adds(out, "#};\n");
}

static void
sample_keys(struct buf *out)
{
	struct buf all = { 0 };
	char *line, *rest;

	buf_adds(out,
	    "\n# Keys of the commands, separated by blanks; they take the place of all it had.\n"
	    "#keys = {\n");
	ui_describe_keys(&all);
	for (line = strtok_r(all.data, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *fields;
		const char *keys = strtok_r(line, "\t", &fields);
		const char *name = strtok_r(NULL, "\t", &fields);

		buf_addf(out, "#\t%s = ", name);
		docs_string(out, keys);
		buf_addf(out, "; # %s\n", strtok_r(NULL, "\t", &fields));
	}
	buf_adds(out, "#};\n");
	buf_clear(&all);
}

static void
sample_colors(struct buf *out)
{
	buf_adds(out,
	    "\n# Colours: black red green yellow blue magenta cyan white, color0 to color255,\n"
	    "# default; \"on\" before a background; bold dim underline reverse. The styles:\n");
	for (int style = 0; style < STYLE_COUNT; style++)
		buf_addf(out, "#   %-12s %s\n", style_name((enum style)style),
		    style_help((enum style)style));
	buf_adds(out,
	    "#colors = { warning = \"bold yellow\"; critical = \"bold white on red\"; };\n");
}

void
docs_sample(const struct settings *settings, struct buf *out)
{
	(void)settings;
	buf_adds(out,
	    "# Sample configuration of pgconntop; see pgconntop.conf(5). None is needed to start.\n"
	    "# It is read from /etc/pgconntop.conf and ~/.config/pgconntop/pgconntop.conf, in\n"
	    "# this order, or from --config=FILE alone. What is commented out without a blank\n"
	    "# shows the default or an example.\n");
	sample_settings(out);
	sample_alerts(out);
	buf_adds(out,
	    "\n# Connection pools of the applications: capacity is\n"
	    "# instances x workers x engines x (pool_size + max_overflow), or connections; for\n"
	    "# PgBouncer, of its database and user pairs.\n"
	    "#pools = (\n"
	    "#\t{ name = \"api\"; match = \"application=web\"; instances = 2; workers = 4;\n"
	    "#\t  engines = 1; pool_size = 5; max_overflow = 2; },\n"
	    "#\t{ name = \"bouncer\"; match = \"client=10.0.0.9\"; default_pool_size = 20;\n"
	    "#\t  reserve_pool_size = 5; databases = 2; users = 3; max_db_connections = 50; },\n"
	    "#\t{ name = \"admin\"; match = \"user=postgres\"; connections = 5; }\n"
	    "#);\n");
	docs_sample_scenarios(out);
	sample_keys(out);
	sample_colors(out);
	sample_profiles(out);
}
