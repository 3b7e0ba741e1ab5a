/* SPDX-License-Identifier: PostgreSQL */
/*
 * Documentation made from the program's own tables: help, parts of the
 * manual pages (docs_man.c), the sample configuration (docs_config.c), the
 * completion. What is declared once is described here without being listed
 * again.
 */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "base/buf.h"

const char *const docs_sections[] = {
	[SECTION_CONNECTION] = "Connection options",
	[SECTION_REPORT] = "Report options",
	[SECTION_CHECK] = "Check options",
	[SECTION_PLAN] = "Plan options",
	[SECTION_SCREEN] = "Screen options",
	[SECTION_ACTION] = "Action options",
	[SECTION_ORDER] = "Acting without the screen",
	[SECTION_COMMAND] = "Other options",
	[SECTION_HIDDEN] = NULL,
};

#define HELP_INDENT 34 /* of what an option means */
#define HELP_COLS 100  /* of the whole line */

/* Words in lines that begin below each other. */
static void
help_words(const char *text, struct buf *out)
{
	size_t col = HELP_INDENT;

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (col > HELP_INDENT && col + 1 + n > HELP_COLS) {
			buf_addc(out, '\n');
			buf_fill(out, ' ', HELP_INDENT);
			col = HELP_INDENT;
		} else if (col > HELP_INDENT) {
			buf_addc(out, ' ');
			col++;
		}
		buf_add(out, text, n);
		col += n;
		text += n + strspn(text + n, " ");
	}
}

static void
help_section(enum setting_section section, struct buf *out)
{
	struct buf text = { 0 };

	buf_addf(out, "\n%s:\n", docs_sections[section]);
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
			buf_addf(out, row->kind == SETTING_AGE ? "[=%s]" : "=%s", row->arg);
		if (out->len - start >= HELP_INDENT - 1) {
			buf_addc(out, '\n');
			start = out->len;
		}
		buf_fill(out, ' ', HELP_INDENT - (out->len - start));
		buf_adds(&text, row->help);
		if (row->value != NULL && strcmp(row->value, "0") != 0)
			buf_addf(&text, " (default %s)", row->value);
		help_words(buf_str(&text), out);
		buf_addc(out, '\n');
		buf_reset(&text);
	}
	buf_clear(&text);
}

static void
help(const struct settings *settings, struct buf *out)
{
	struct buf names = { 0 };

	(void)settings;
	buf_adds(out,
	    "pgconntop shows who holds the connection slots of a PostgreSQL server.\n\n"
	    "Usage: pgconntop [OPTION]... [DBNAME | CONNINFO | URI [USERNAME]]\n");
	for (int section = 0; section < SECTION_HIDDEN; section++)
		help_section((enum setting_section)section, out);
	for (size_t i = 0; i < table_count; i++)
		buf_addf(&names, "%s%s", i > 0 ? " " : "", tables[i]->name);
	buf_adds(out, "\nTables for --show:");
	buf_fill(out, ' ', HELP_INDENT - strlen("Tables for --show:"));
	help_words(buf_str(&names), out);
	buf_clear(&names);
	buf_adds(out,
	    "\n\nWithout a terminal one report is printed. Keys: press ? on the screen.\n"
	    "Manual: man pgconntop, man pgconntop.conf\n");
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

/* Options whose argument is a file. */
static void
completion_files(struct buf *out)
{
	const char *before = "\t";

	for (size_t i = 0; i < setting_count; i++) {
		const struct setting_row *row = &setting_rows[i];

		if (row->arg == NULL || strcmp(row->arg, "FILE") != 0)
			continue;
		buf_addf(out, "%s--%s", before, row->option);
		before = " | ";
	}
	buf_adds(out, ") mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") && return ;;\n");
}

/* Readline makes a word of its own of the equals sign; a list goes on behind its last comma. */
static void
completion(const struct settings *settings, struct buf *out)
{
	(void)settings;
	buf_adds(out,
	    "# SPDX-License-Identifier: PostgreSQL\n"
	    "# Completion for bash, made by pgconntop --generate=completion.\n"
	    "_pgconntop()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	    "\tlocal words='' head=''\n"
	    "\t[ \"$cur\" = = ] && cur=''\n"
	    "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	    "\tcase $prev in\n");
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].kind == SETTING_CHOICE ||
		    strcmp(setting_rows[i].field, "show") == 0)
			completion_case(&setting_rows[i], out);
	completion_files(out);
	buf_adds(out,
	    "\tesac\n"
	    "\tif [ -n \"$words\" ]; then\n"
	    "\t\t[[ $cur != *,* ]] || head=${cur%,*},\n"
	    "\t\tmapfile -t COMPREPLY < <(compgen -P \"$head\" -W \"$words\" -- \"${cur##*,}\")\n"
	    "\t\treturn\n\tfi\n"
	    "\t[[ $cur == -* ]] || return\n"
	    "\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0; i < setting_count; i++)
		if (setting_rows[i].section != SECTION_HIDDEN)
			buf_addf(out, "%s--%s%s", i > 0 ? " " : "", setting_rows[i].option,
			    setting_rows[i].arg != NULL && setting_rows[i].kind != SETTING_AGE
			        ? "="
			        : "");
	buf_adds(out,
	    "' -- \"$cur\")\n"
	    "\t[[ ${COMPREPLY-} != *= ]] || compopt -o nospace\n"
	    "}\ncomplete -o default -F _pgconntop pgconntop\n");
}

static const struct {
	const char *part;
	void (*print)(const struct settings *settings, struct buf *out);
} parts[] = {
	{ "help", help },
	{ "config", docs_config },
	{ "sample", docs_sample },
	{ "completion", completion },
};

static bool
add_part(const struct settings *settings, const char *part, struct buf *out)
{
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(parts[i].part, part) == 0) {
			parts[i].print(settings, out);
			return true;
		}
	return docs_man(part, out);
}

bool
docs_print(const struct settings *settings, const char *part)
{
	struct buf out = { 0 };
	bool found = add_part(settings, part, &out);

	if (found)
		fwrite(out.data, 1, out.len, stdout);
	buf_clear(&out);
	return found;
}
