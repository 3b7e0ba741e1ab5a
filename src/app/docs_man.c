/* SPDX-License-Identifier: PostgreSQL */
/*
 * The generated parts of the manual pages, in the markup of man(7).
 */
#include <ctype.h>
#include <string.h>

#include "action/action.h"
#include "analysis/alert_limit.h"
#include "app.h"
#include "base/buf.h"
#include "model/link.h"
#include "report/report.h"
#include "ui/style.h"
#include "ui/ui.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ROFF_COLS 72 /* of a line of the manual's source */

/* Signs that would be read as markup, or printed as another one. */
static const struct {
	char sign;
	const char *markup;
} escapes[] = {
	{ '-', "\\-" },
	{ '\\', "\\e" },
	{ '"', "\\(dq" },
	{ '\'', "\\(aq" },
	{ '`', "\\(ga" },
	{ '^', "\\(ha" },
	{ '~', "\\(ti" },
};

static void
roff_word(struct buf *out, const char *text, size_t n)
{
	if (n > 0 && text[0] == '.')
		buf_adds(out, "\\&");
	for (size_t i = 0; i < n; i++) {
		size_t e = 0;

		while (e < COUNT_OF(escapes) && escapes[e].sign != text[i])
			e++;
		if (e < COUNT_OF(escapes))
			buf_adds(out, escapes[e].markup);
		else
			buf_addc(out, text[i]);
	}
}

static void
roff(struct buf *out, const char *text)
{
	roff_word(out, text, strlen(text));
}

/* A help text as a sentence, in short lines: a capital unless it begins with a name, and a stop. */
static void
roff_sentence(struct buf *out, const char *text)
{
	size_t start = out->len, n = strcspn(text, " ");

	roff_word(out, text, n);
	if (memchr(text, '_', n) == NULL && islower((unsigned char)text[0]))
		out->data[start] = (char)toupper((unsigned char)text[0]);
	for (text += n; *text == ' '; text += n) {
		bool fits;

		n = strcspn(++text, " ");
		fits = out->len - start + n < ROFF_COLS;
		buf_addc(out, fits ? ' ' : '\n');
		start = fits ? start : out->len;
		roff_word(out, text, n);
	}
	buf_adds(out, ".\n");
}

static void
roff_item(struct buf *out, const char *name, const char *help_text)
{
	buf_adds(out, ".TP 16\n.B ");
	roff(out, name);
	buf_addc(out, '\n');
	roff_sentence(out, help_text);
}

static void
man_default(const struct setting_row *row, struct buf *out)
{
	if (row->value == NULL || strcmp(row->value, "0") == 0)
		return;
	buf_adds(out, "The default is ");
	roff(out, row->value);
	buf_adds(out, ".\n");
}

static void
man_option(const struct setting_row *row, struct buf *out)
{
	buf_adds(out, ".TP 16\n");
	if (row->letter != 0)
		buf_addf(out, "\\fB\\-%c\\fR, ", row->letter);
	buf_adds(out, "\\fB\\-\\-");
	roff(out, row->option);
	buf_adds(out, "\\fR");
	if (row->arg != NULL) {
		buf_adds(out, row->kind == SETTING_AGE ? "[=\\fI" : "=\\fI");
		roff(out, row->arg);
		buf_adds(out, row->kind == SETTING_AGE ? "\\fR]" : "\\fR");
	}
	buf_addc(out, '\n');
	roff_sentence(out, row->help);
	man_default(row, out);
}

static void
man_options(struct buf *out)
{
	for (int section = 0; section < SECTION_HIDDEN; section++) {
		buf_addf(out, ".SS \"%s\"\n", docs_sections[section]);
		for (size_t i = 0; i < setting_count; i++)
			if (setting_rows[i].section == (enum setting_section)section)
				man_option(&setting_rows[i], out);
	}
}

/* Calls `item` for each line "keys<TAB>name<TAB>help" of the screen's commands. */
static void
each_key(struct buf *out,
    void (*item)(struct buf *out, const char *keys, const char *name, const char *help_text))
{
	struct buf all = { 0 };
	char *line, *rest, *keys, *name;

	ui_describe_keys(&all);
	for (line = strtok_r(all.data, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *fields;

		keys = strtok_r(line, "\t", &fields);
		name = strtok_r(NULL, "\t", &fields);
		item(out, keys, name, strtok_r(NULL, "\t", &fields));
	}
	buf_clear(&all);
}

static void
man_key(struct buf *out, const char *keys, const char *name, const char *help_text)
{
	(void)name;
	roff_item(out, keys, help_text);
}

/* Items without a line between them. */
static void
dense(struct buf *out, bool begin)
{
	buf_adds(out, begin ? ".PD 0\n" : ".PD\n");
}

static void
man_keys(struct buf *out)
{
	dense(out, true);
	each_key(out, man_key);
	dense(out, false);
}

static void
man_tables(struct buf *out)
{
	dense(out, true);
	for (size_t i = 0; i < table_count; i++)
		roff_item(out, tables[i]->name, tables[i]->help);
	dense(out, false);
}

/* A star stands for a column that has to be asked for. */
static void
man_column(const struct column *column, struct buf *out)
{
	buf_adds(out, ".TP 16\n.BR ");
	roff(out, column->name);
	buf_adds(out, (column->flags & COLUMN_HIDDEN) != 0 ? " *\n" : "\n");
	roff_sentence(out, column->help);
	if (column->key != NULL) {
		buf_adds(out, "In JSON and CSV ");
		roff(out, column->key);
		buf_adds(out, ".\n");
	}
}

static void
man_table_columns(const struct table *table, struct buf *out)
{
	dense(out, true);
	for (size_t i = 0; i < table->column_count; i++)
		man_column(&table->columns[i], out);
	dense(out, false);
	if (table->total != NULL) {
		buf_addf(out, ".SS %s\n", table->total->name);
		man_table_columns(table->total, out);
	}
}

static void
man_columns(struct buf *out)
{
	for (size_t i = 0; i < table_count; i++) {
		const struct column *columns = tables[i]->columns;

		if (i > 0 && tables[i - 1]->columns == columns)
			continue; /* the groups have theirs in common */
		buf_addf(out, ".SS %s", tables[i]->name);
		for (size_t n = i + 1; n < table_count && tables[n]->columns == columns; n++)
			buf_addf(out, ", %s", tables[n]->name);
		buf_addc(out, '\n');
		man_table_columns(tables[i], out);
	}
}

static void
man_metric(void *out, const struct metric *metric)
{
	buf_adds(out, ".TP 16\n.B ");
	roff(out, metric->name);
	buf_addf(out, "\n(%s; %s)\n", metric->type, metric->labels);
	roff_sentence(out, metric->help);
}

static void
man_metrics(struct buf *out)
{
	dense(out, true);
	metrics_each(man_metric, out);
	dense(out, false);
}

/* "critical 85 %". */
static void
man_limit(const struct alert_rule *rule, const char *name, double limit, struct buf *out)
{
	const struct alert_limit plain = alert_limit_plain(limit);

	buf_addf(out, "%s ", name);
	alert_limit_format(rule->unit, &plain, out);
	if (rule->unit == VALUE_SHARE && plain.kind == LIMIT_PLAIN)
		buf_adds(out, " %");
}

static void
man_alerts(struct buf *out)
{
	for (size_t i = 0; i < alert_count; i++) {
		const struct alert_rule *rule = &alert_rules[i];

		roff_item(out, rule->name, rule->help);
		buf_adds(out, "Defaults: ");
		man_limit(rule, "warning", rule->warning, out);
		buf_adds(out, ", ");
		man_limit(rule, "critical", rule->critical, out);
		buf_adds(out, ".\n");
	}
}

/* Rules that say why it is so. */
static void
man_causes(struct buf *out)
{
	for (size_t i = 0; i < verdict_count; i++)
		roff_item(out, verdict_rules[i].name, verdict_rules[i].help);
}

/* Why a login can fail, and what to try. */
static void
man_refusals(struct buf *out)
{
	for (int refusal = REFUSAL_NONE + 1; refusal <= REFUSAL_OTHER; refusal++)
		roff_item(out, refusal_words((enum refusal)refusal),
		    refusal_advice((enum refusal)refusal));
}

/* What can become of a session that was acted on. */
static void
man_outcomes(struct buf *out)
{
	dense(out, true);
	for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
		roff_item(out, outcome_name((enum outcome)outcome),
		    outcome_help((enum outcome)outcome));
	dense(out, false);
}

/* What may stand behind the equals sign. */
static const char *const kind_words[] = {
	[SETTING_FLAG] = "True or false.",
	[SETTING_INT] = "A whole number.",
	[SETTING_DURATION] = "A duration.",
	[SETTING_AGE] = "A duration.",
	[SETTING_TEXT] = "A text.",
	[SETTING_CHOICE] = "One of ",
	[SETTING_LIST] = "A text, or a list of texts.",
};

static void
man_setting(const struct setting_row *row, struct buf *out)
{
	roff_item(out, row->field, row->help);
	buf_adds(out, kind_words[row->kind]);
	if (row->kind == SETTING_CHOICE) {
		roff(out, row->arg);
		buf_addc(out, '.');
	}
	buf_addc(out, '\n');
	if (row->kind != SETTING_AGE) /* there the key has to say it */
		man_default(row, out);
}

static void
man_settings(struct buf *out)
{
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].section < SECTION_ORDER)
			man_setting(&setting_rows[i], out);
}

/* Those that only a profile may have. */
static void
man_orders(struct buf *out)
{
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].section == SECTION_ORDER)
			man_setting(&setting_rows[i], out);
}

static void
man_key_name(struct buf *out, const char *keys, const char *name, const char *help_text)
{
	roff_item(out, name, help_text);
	buf_adds(out, "By default \\fB");
	roff(out, keys);
	buf_adds(out, "\\fR.\n");
}

static void
man_key_names(struct buf *out)
{
	dense(out, true);
	each_key(out, man_key_name);
	dense(out, false);
}

static void
man_colors(struct buf *out)
{
	dense(out, true);
	for (int style = 0; style < STYLE_COUNT; style++)
		roff_item(out, style_name((enum style)style), style_help((enum style)style));
	dense(out, false);
}

static const struct {
	const char *part;
	void (*print)(struct buf *out);
} parts[] = {
	{ "options", man_options },
	{ "keys", man_keys },
	{ "tables", man_tables },
	{ "columns", man_columns },
	{ "metrics", man_metrics },
	{ "alerts", man_alerts },
	{ "causes", man_causes },
	{ "refusals", man_refusals },
	{ "outcomes", man_outcomes },
	{ "settings", man_settings },
	{ "orders", man_orders },
	{ "key-names", man_key_names },
	{ "colors", man_colors },
};

bool
docs_man(const char *part, struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (strcmp(parts[i].part, part) == 0) {
			parts[i].print(out);
			return true;
		}
	return false;
}
