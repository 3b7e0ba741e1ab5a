/* SPDX-License-Identifier: PostgreSQL */
/*
 * Documentation made from the program's own tables: help, parts of the
 * manual pages, the sample configuration, the completion. What is declared
 * once is described here without being listed again.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"
#include "base/units.h"
#include "report/report.h"
#include "ui/style.h"
#include "ui/ui.h"

#define ROFF_COLS 72 /* of a line of the manual's source */

static const char *const section_titles[] = {
	[SECTION_CONNECTION] = "Connection options",
	[SECTION_REPORT] = "Report options",
	[SECTION_SCREEN] = "Screen options",
	[SECTION_COMMAND] = "Other options",
	[SECTION_HIDDEN] = NULL,
};

static bool
is_key(const struct setting_row *row)
{
	return row->section != SECTION_COMMAND && row->section != SECTION_HIDDEN;
}

static void
help_section(enum setting_section section, struct buf *out)
{
	buf_addf(out, "\n%s:\n", section_titles[section]);
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting_row *row = &setting_rows[i];
		size_t start = out->len;

		if (row->section != section)
			continue;
		if (row->letter != 0)
			buf_addf(out, "  -%c, --%s", row->letter, row->option);
		else
			buf_addf(out, "      --%s", row->option);
		if (row->arg != NULL)
			buf_addf(out, "=%s", row->arg);
		buf_fill(out, ' ', out->len - start < 33 ? 34 - (out->len - start) : 1);
		buf_adds(out, row->help);
		if (row->value != NULL && strcmp(row->value, "0") != 0)
			buf_addf(out, " (default %s)", row->value);
		buf_addc(out, '\n');
	}
}

static void
help(const struct settings *settings, struct buf *out)
{
	(void)settings;
	buf_adds(out, "pgconntop shows who holds the connection slots of a PostgreSQL server.\n\n"
		      "Usage: pgconntop [OPTION]... [DBNAME | CONNINFO | URI [USERNAME]]\n");
	for (int section = 0; section < SECTION_HIDDEN; section++)
		help_section((enum setting_section)section, out);
	buf_adds(out, "\nTables for --show:");
	for (size_t i = 0; i < table_count; i++)
		buf_addf(out, " %s", tables[i]->name);
	buf_adds(out, "\n\nWithout a terminal one report is printed. Keys: press ? on the screen.\n"
		      "Manual: man pgconntop, man pgconntop.conf\n");
}

/* A word of the manual: a dash, a quote or a backslash must not be read as markup. */
static void
roff_word(struct buf *out, const char *text, size_t n)
{
	if (n > 0 && (text[0] == '.' || text[0] == '\''))
		buf_adds(out, "\\&");
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '-')
			buf_adds(out, "\\-");
		else if (text[i] == '"')
			buf_adds(out, "\\(dq");
		else if (text[i] == '\\')
			buf_adds(out, "\\e");
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
	buf_adds(out, ".TP\n.B ");
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
	buf_adds(out, ".TP\n");
	if (row->letter != 0)
		buf_addf(out, "\\fB\\-%c\\fR, ", row->letter);
	buf_adds(out, "\\fB\\-\\-");
	roff(out, row->option);
	buf_adds(out, "\\fR");
	if (row->arg != NULL) {
		buf_adds(out, "=\\fI");
		roff(out, row->arg);
		buf_adds(out, "\\fR");
	}
	buf_addc(out, '\n');
	roff_sentence(out, row->help);
	man_default(row, out);
}

static void
man_options(const struct settings *settings, struct buf *out)
{
	(void)settings;
	for (int section = 0; section < SECTION_HIDDEN; section++) {
		buf_addf(out, ".SS \"%s\"\n", section_titles[section]);
		for (size_t i = 0; i < setting_count; i++)
			if (setting_rows[i].section == (enum setting_section)section)
				man_option(&setting_rows[i], out);
	}
}

/* Calls `item` for each line "keys<TAB>name<TAB>help" of the screen's commands. */
static void
each_key(struct buf *out, void (*item)(struct buf *out, const char *keys, const char *name, const char *help_text))
{
	struct buf all = {0};
	char *line, *rest, *keys, *name;

	ui_describe_keys(&all);
	for (line = strtok_r(all.data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
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

static void
man_keys(const struct settings *settings, struct buf *out)
{
	(void)settings;
	each_key(out, man_key);
}

static void
man_tables(const struct settings *settings, struct buf *out)
{
	(void)settings;
	for (size_t i = 0; i < table_count; i++)
		roff_item(out, tables[i]->name, tables[i]->help);
}

static void
man_column(const struct column *column, struct buf *out)
{
	roff_item(out, column->name, column->help);
	if (column->key != NULL) {
		buf_adds(out, "In JSON ");
		roff(out, column->key);
		buf_adds(out, ".\n");
	}
	if ((column->flags & COLUMN_HIDDEN) != 0)
		buf_adds(out, "Left out unless asked for.\n");
	if ((column->flags & COLUMN_WIDE) != 0)
		buf_adds(out, "On the screen only where there is room.\n");
}

static void
man_table_columns(const struct table *table, struct buf *out)
{
	for (size_t i = 0; i < table->column_count; i++)
		man_column(&table->columns[i], out);
	if (table->total != NULL) {
		buf_addf(out, ".SS %s\n", table->total->name);
		man_table_columns(table->total, out);
	}
}

static void
man_columns(const struct settings *settings, struct buf *out)
{
	(void)settings;
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

/* ", critical 85 %" */
static void
man_limit(const struct alert_rule *rule, const char *name, double limit, struct buf *out)
{
	if (isnan(limit)) {
		buf_addf(out, "no %s", name);
		return;
	}
	buf_addf(out, "%s ", name);
	docs_limit(rule, limit, out);
	if (rule->unit == VALUE_SHARE)
		buf_adds(out, " %");
}

static void
man_alerts(const struct settings *settings, struct buf *out)
{
	(void)settings;
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

/* What may stand behind the equals sign. */
static const char *const kind_words[] = {
	[SETTING_FLAG] = "True or false.",
	[SETTING_INT] = "A whole number.",
	[SETTING_DURATION] = "A duration.",
	[SETTING_TEXT] = "A text.",
	[SETTING_CHOICE] = "One of ",
	[SETTING_LIST] = "A text, or a list of texts.",
};

static void
man_settings(const struct settings *settings, struct buf *out)
{
	(void)settings;
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting_row *row = &setting_rows[i];

		if (!is_key(row))
			continue;
		roff_item(out, row->field, row->help);
		buf_adds(out, kind_words[row->kind]);
		if (row->kind == SETTING_CHOICE) {
			roff(out, row->arg);
			buf_addc(out, '.');
		}
		buf_addc(out, '\n');
		man_default(row, out);
	}
}

static void
man_key_name(struct buf *out, const char *keys, const char *name, const char *help_text)
{
	roff_item(out, name, help_text);
	buf_adds(out, "Keys: \\fB");
	roff(out, keys);
	buf_adds(out, "\\fR.\n");
}

static void
man_key_names(const struct settings *settings, struct buf *out)
{
	(void)settings;
	each_key(out, man_key_name);
}

static void
man_colors(const struct settings *settings, struct buf *out)
{
	(void)settings;
	for (int style = 0; style < STYLE_COUNT; style++)
		roff_item(out, style_name((enum style)style), style_help((enum style)style));
}

/* The words of a choice, or the names of the tables, for an option's argument. */
static void
completion_case(const struct setting_row *row, struct buf *out)
{
	buf_addf(out, "\t--%s) words='", row->option);
	for (const char *c = row->arg; row->kind == SETTING_CHOICE && *c != '\0'; c++)
		buf_addc(out, *c == '|' ? ' ' : *c);
	for (size_t i = 0; row->kind != SETTING_CHOICE && i < table_count; i++)
		buf_addf(out, "%s%s", i > 0 ? " " : "", tables[i]->name);
	buf_adds(out, "' ;;\n");
}

/* Readline makes a word of its own of the equals sign; a list goes on behind its last comma. */
static void
completion(const struct settings *settings, struct buf *out)
{
	(void)settings;
	buf_adds(out, "# SPDX-License-Identifier: PostgreSQL\n"
		      "# Completion for bash, made by pgconntop --generate=completion.\n"
		      "_pgconntop()\n{\n"
		      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words='' head=''\n"
		      "\t[ \"$cur\" = = ] && cur=''\n"
		      "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
		      "\tcase $prev in\n");
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].kind == SETTING_CHOICE || strcmp(setting_rows[i].field, "show") == 0)
			completion_case(&setting_rows[i], out);
	buf_adds(out, "\t--config) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") && return ;;\n\tesac\n"
		      "\tif [ -n \"$words\" ]; then\n"
		      "\t\t[[ $cur != *,* ]] || head=${cur%,*},\n"
		      "\t\tmapfile -t COMPREPLY < <(compgen -P \"$head\" -W \"$words\" -- \"${cur##*,}\")\n"
		      "\t\treturn\n\tfi\n"
		      "\t[[ $cur == -* ]] || return\n"
		      "\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].section != SECTION_HIDDEN)
			buf_addf(out, "%s--%s%s", i > 0 ? " " : "", setting_rows[i].option,
				 setting_rows[i].arg != NULL ? "=" : "");
	buf_adds(out, "' -- \"$cur\")\n"
		      "\t[[ ${COMPREPLY-} != *= ]] || compopt -o nospace\n"
		      "}\ncomplete -o default -F _pgconntop pgconntop\n");
}

static const struct {
	const char *part;
	void (*print)(const struct settings *settings, struct buf *out);
} parts[] = {
	{"help", help},
	{"config", docs_config},
	{"sample", docs_sample},
	{"completion", completion},
	{"options", man_options},
	{"keys", man_keys},
	{"tables", man_tables},
	{"columns", man_columns},
	{"alerts", man_alerts},
	{"settings", man_settings},
	{"key-names", man_key_names},
	{"colors", man_colors},
};

bool
docs_print(const struct settings *settings, const char *part)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		struct buf out = {0};

		if (strcmp(parts[i].part, part) != 0)
			continue;
		parts[i].print(settings, &out);
		fwrite(out.data, 1, out.len, stdout);
		buf_clear(&out);
		return true;
	}
	return false;
}
