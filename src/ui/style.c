/* SPDX-License-Identifier: PostgreSQL */
/*
 * The looks of the styles, and the colour words of the configuration:
 * "red bold", "white on blue", "color208", "default".
 */
#include "ui/style.h"

#include "base/err.h"
#include "base/settings.h"
#include "base/units.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 32

enum color { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE, DEFAULT = -1 };

static const char *const color_names[] = {
	"black",
	"red",
	"green",
	"yellow",
	"blue",
	"magenta",
	"cyan",
	"white",
};

#define COLOR_WORDS                                                                            \
	"black red green yellow blue magenta cyan white default color0..color255 on bold dim " \
	"underline reverse"

#define COLOR_COUNT (sizeof(color_names) / sizeof(color_names[0]))

struct style_row {
	const char *name;
	const char *help;
	struct look color; /* on a terminal with colours */
	struct look mono;  /* without */
};

#define PLAIN                                \
	{                                    \
		.fg = DEFAULT, .bg = DEFAULT \
	}
#define BOLD                                               \
	{                                                  \
		.fg = DEFAULT, .bg = DEFAULT, .bold = true \
	}
#define DIM                                               \
	{                                                 \
		.fg = DEFAULT, .bg = DEFAULT, .dim = true \
	}
#define REVERSE                                               \
	{                                                     \
		.fg = DEFAULT, .bg = DEFAULT, .reverse = true \
	}
#define UNDERLINE                                               \
	{                                                       \
		.fg = DEFAULT, .bg = DEFAULT, .underline = true \
	}
#define FG(color)                            \
	{                                    \
		.fg = (color), .bg = DEFAULT \
	}
#define FG_BOLD(color)                                     \
	{                                                  \
		.fg = (color), .bg = DEFAULT, .bold = true \
	}

static const struct style_row styles[STYLE_COUNT] = {
	[STYLE_TEXT] = { "text", "what has no style of its own", PLAIN, PLAIN },
	[STYLE_TITLE] = { "title", "first line of the screen", BOLD, BOLD },
	[STYLE_HEADING] = { "heading", "headings of columns", UNDERLINE, UNDERLINE },
	[STYLE_FRAME] = { "frame", "lines between panes and their titles", FG(CYAN), PLAIN },
	[STYLE_FOCUS] = { "focus", "title of the pane that has the keys",
	    { .fg = BLACK, .bg = CYAN }, REVERSE },
	[STYLE_CURSOR] = { "cursor", "row under the cursor", REVERSE, REVERSE },
	[STYLE_TAGGED] = { "tagged", "sessions that are tagged", { .fg = BLACK, .bg = YELLOW },
	    REVERSE },
	[STYLE_DIM] = { "dim", "what matters less, and old data", DIM, DIM },
	[STYLE_ACTIVE] = { "active", "sessions that run a query", FG(GREEN), BOLD },
	[STYLE_IDLE] = { "idle", "idle sessions", FG(CYAN), PLAIN },
	[STYLE_TRANSACTION] = { "transaction", "sessions idle in a transaction", FG(YELLOW),
	    UNDERLINE },
	[STYLE_ABORTED] = { "aborted", "sessions in an aborted transaction", FG(RED), UNDERLINE },
	[STYLE_UNKNOWN] = { "unknown", "sessions whose state cannot be seen", FG(MAGENTA), DIM },
	[STYLE_FREE] = { "free", "free slots", PLAIN, PLAIN },
	[STYLE_OK] = { "ok", "all is well", FG(GREEN), PLAIN },
	[STYLE_WARNING] = { "warning", "a warning", FG_BOLD(YELLOW), BOLD },
	[STYLE_CRITICAL] = { "critical", "what must be seen first",
	    { .fg = WHITE, .bg = RED, .bold = true },
	    { .fg = DEFAULT, .bg = DEFAULT, .bold = true, .reverse = true } },
	[STYLE_KEY] = { "key", "names of keys in the bottom line", FG_BOLD(CYAN), REVERSE },
	[STYLE_INPUT] = { "input", "a line that is being typed", BOLD, BOLD },
};

const char *
style_name(enum style style)
{
	return styles[style].name;
}

const char *
style_help(enum style style)
{
	return styles[style].help;
}

void
style_defaults(struct look looks[STYLE_COUNT], bool colors)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		looks[i] = colors ? styles[i].color : styles[i].mono;
}

/* A colour by its name or as colorN; false when it is none. */
static bool
parse_color(const char *word, int16_t *color)
{
	int64_t number;

	if (strcasecmp(word, "default") == 0) {
		*color = DEFAULT;
		return true;
	}
	for (size_t i = 0; i < COLOR_COUNT; i++) {
		if (strcasecmp(word, color_names[i]) == 0) {
			*color = (int16_t)i;
			return true;
		}
	}
	if (strncasecmp(word, "color", 5) != 0 ||
	    !units_parse_int(word + 5, 0, 255, &number, &(struct err){ 0 }))
		return false;
	*color = (int16_t)number;
	return true;
}

/* An attribute by its name; NULL when it is none. */
static bool *
find_attribute(struct look *look, const char *word)
{
	const struct {
		const char *name;
		bool *flag;
	} attributes[] = {
		{ "bold", &look->bold },
		{ "dim", &look->dim },
		{ "underline", &look->underline },
		{ "reverse", &look->reverse },
	};

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (strcasecmp(word, attributes[i].name) == 0)
			return attributes[i].flag;
	return NULL;
}

/* One word after the other; `on` makes the next colour the background. */
static bool
parse_word(struct look *look, const char *word, bool *on)
{
	bool *flag = find_attribute(look, word);

	if (strcasecmp(word, "on") == 0) {
		*on = true;
		return true;
	}
	if (flag) {
		*flag = true;
		return true;
	}
	return parse_color(word, *on ? &look->bg : &look->fg);
}

static bool
parse_look(struct look *look, const struct binding *binding, struct err *err)
{
	const char *s = binding->value;
	char word[WORD_MAX];
	bool on = false;

	*look = (struct look){ .fg = DEFAULT, .bg = DEFAULT };
	for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
		size_t len = strcspn(s, " \t");

		if (len < sizeof(word)) {
			memcpy(word, s, len);
			word[len] = '\0';
		}
		if (len >= sizeof(word) || !parse_word(look, word, &on))
			return err_set(err, "colors.%s: \"%.*s\" is none of: " COLOR_WORDS,
			    binding->name, (int)len, s);
		s += len;
	}
	return true;
}

static bool
find_style(const char *name, enum style *style)
{
	for (int i = 0; i < STYLE_COUNT; i++) {
		if (strcasecmp(styles[i].name, name) == 0) {
			*style = (enum style)i;
			return true;
		}
	}
	return false;
}

bool
style_configure(struct look looks[STYLE_COUNT], const struct settings *settings, bool colors,
    struct err *err)
{
	enum style style;
	struct look look;

	for (size_t i = 0; i < settings->color_count; i++) {
		const struct binding *binding = &settings->colors[i];

		if (!find_style(binding->name, &style))
			return err_set(err, "colors: there is no style \"%s\"", binding->name);
		if (!parse_look(&look, binding, err))
			return false;
		if (!colors)
			look.fg = look.bg = DEFAULT;
		looks[style] = look;
	}
	return true;
}
