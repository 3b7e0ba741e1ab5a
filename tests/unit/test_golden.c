/* SPDX-License-Identifier: PostgreSQL */
/*
 * Golden screens: a made-up server, a size and keys give a canvas, whose
 * text is compared with tests/golden/NAME.txt. UPDATE=1 writes these files
 * anew; look at every difference before it is committed.
 */
#include "test_golden_fixture.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

/* A screen to be kept. */
struct golden {
	const char *name;
	enum scene scene;
	bool pools;
	int cols, rows;
	bool ascii;
	const char *keys; /* pressed after a first frame; NULL for none */
	bool read_only;
};

#define SIZES(scene, pools)                                      \
	{ NULL, scene, pools, 80, 24, false, NULL, false },      \
	    { NULL, scene, pools, 120, 40, false, NULL, false }, \
	{                                                        \
		NULL, scene, pools, 200, 60, false, NULL, false  \
	}

/* On a small and on a large screen. */
#define DIALOG(name, scene, keys)                                        \
	{ name "-80x24", scene, true, 80, 24, false, keys, false },      \
	{                                                                \
		name "-160x50", scene, true, 160, 50, false, keys, false \
	}

static const struct golden goldens[] = {
	SIZES(SCENE_BUSY, true),
	SIZES(SCENE_HEALTHY, false),
	SIZES(SCENE_REFUSED, false),
	SIZES(SCENE_DOWN, true),
	SIZES(SCENE_HOSTILE, false),
	SIZES(SCENE_THOUSAND, false),
	SIZES(SCENE_RESTRICTED, false),
	SIZES(SCENE_PILE, false),
	{ "pile-ascii-80x24", SCENE_PILE, false, 80, 24, true, "B", false },
	{ "pile-60x12", SCENE_PILE, false, 60, 12, false, NULL, false },
	{ "pile-30x8", SCENE_PILE, false, 30, 8, false, NULL, false },
	{ "pile-root-80x24", SCENE_PILE, false, 80, 24, false, "B Enter", false },
	{ "pile-chain-120x40", SCENE_PILE, false, 120, 40, false, "/ 'pid=20190' Enter 3 Enter",
	    false },
	{ "late-80x24", SCENE_LATE, true, 80, 24, false, NULL, false },
	{ "connecting-80x24", SCENE_CONNECTING, false, 80, 24, false, NULL, false },
	{ "tiny-1x1", SCENE_BUSY, true, 1, 1, false, NULL, false },
	{ "tiny-30x2", SCENE_BUSY, true, 30, 2, false, NULL, false },
	{ "tiny-20x5", SCENE_BUSY, true, 20, 5, false, NULL, false },
	{ "tiny-60x10", SCENE_BUSY, true, 60, 10, false, NULL, false },
	{ "ascii-80x24", SCENE_BUSY, true, 80, 24, true, NULL, false },
	{ "ascii-hostile-120x40", SCENE_HOSTILE, false, 120, 40, true, NULL, false },
	{ "help-80x24", SCENE_BUSY, true, 80, 24, false, "F1", false },
	{ "help-end-80x24", SCENE_BUSY, true, 80, 24, false, "? End", false },
	{ "help-120x120", SCENE_BUSY, true, 120, 120, false, "F1", false },
	{ "details-80x24", SCENE_BUSY, true, 80, 24, false, "4 Down Down Down Down Down Down Enter",
	    false },
	{ "details-120x40", SCENE_BUSY, true, 120, 40, false, "4 Enter", false },
	{ "details-hostile-80x24", SCENE_HOSTILE, false, 80, 24, false, "G Up Up Enter", false },
	{ "filter-80x24", SCENE_BUSY, true, 80, 24, false, "/ 'application=worker age>2h'", false },
	{ "filter-error-80x24", SCENE_BUSY, true, 80, 24, false, "/ 'application=worker stat=idle'",
	    false },
	{ "filter-nothing-80x24", SCENE_BUSY, true, 80, 24, false, "/ 'user=nobody' Enter", false },
	{ "filters-120x40", SCENE_BUSY, true, 120, 40, false,
	    "/ 'shop' Enter Down Down a i A '5s' Enter T", false },
	{ "group-80x24", SCENE_BUSY, true, 80, 24, false, "1 Down Enter", false },
	{ "users-80x24", SCENE_BUSY, true, 80, 24, false, "v", false },
	{ "idle-80x24", SCENE_BUSY, true, 80, 24, false, "v v v v", false },
	{ "turnover-120x40", SCENE_BUSY, true, 120, 40, false, "v v v v v", false },
	{ "unclaimed-80x24", SCENE_BUSY, true, 80, 24, false, "2 v", false },
	{ "unclaimed-none-80x24", SCENE_BUSY, false, 80, 24, false, "2 v", false },
	{ "pools-80x24", SCENE_BUSY, true, 80, 24, false, "2", false },
	{ "pools-none-80x24", SCENE_BUSY, false, 80, 24, false, "2", false },
	{ "queries-80x24", SCENE_BUSY, true, 80, 24, false, "4", false },
	{ "queries-hostile-80x24", SCENE_HOSTILE, true, 80, 24, false, "4", false },
	{ "states-80x24", SCENE_BUSY, true, 80, 24, false, "5", false },
	{ "limits-80x24", SCENE_BUSY, true, 80, 24, false, "6 Down", false },
	{ "limits-120x40", SCENE_BUSY, true, 120, 40, false, "6 f", false },
	{ "limits-enter-80x24", SCENE_BUSY, true, 80, 24, false, "6 Enter", false },
	{ "alerts-80x24", SCENE_BUSY, true, 80, 24, false, "7 Enter", false },
	{ "messages-120x40", SCENE_DOWN, true, 120, 40, false, "7 f End", false },
	{ "sort-80x24", SCENE_BUSY, true, 80, 24, false, "F6 Down Down", false },
	{ "sorted-120x40", SCENE_BUSY, true, 120, 40, false, "F6 Home Down Down Enter I", false },
	{ "shifted-80x24", SCENE_BUSY, true, 80, 24, false, "Right Right Right Right", false },
	{ "zoomed-120x40", SCENE_BUSY, true, 120, 40, false, "f", false },
	{ "paused-80x24", SCENE_BUSY, true, 80, 24, false, "Z", false },
	{ "read-only-80x24", SCENE_BUSY, true, 80, 24, false, NULL, true },
	{ "read-only-160x50", SCENE_BUSY, true, 160, 50, false, NULL, true },
	{ "read-only-key-80x24", SCENE_BUSY, true, 80, 24, false, "K", true },
	{ "read-only-key-160x50", SCENE_BUSY, true, 160, 50, false, "K", true },
	DIALOG("tagged", SCENE_BUSY, "Down Space Space Down Space / 'state!=idle' Enter G Space"),
	DIALOG("act-menu", SCENE_BUSY, "F9"),
	DIALOG("confirm-one", SCENE_BUSY, "Down Down Down K"),
	DIALOG("confirm-active", SCENE_BUSY, "4 Down Down K"),
	DIALOG("confirm-soft", SCENE_BUSY, "4 Down Down K c"),
	DIALOG("confirm-many", SCENE_BUSY, "/ 'application=web' Enter * K '4'"),
	DIALOG("confirm-end", SCENE_BUSY, "/ 'application=web' Enter * \\ K '39' Enter End"),
	DIALOG("confirm-cancel", SCENE_BUSY, "* C"),
	DIALOG("confirm-rights", SCENE_MANAGED, "K"),
	DIALOG("confirm-free", SCENE_BUSY, "i X Down Tab '1min' Tab '1' Enter"),
	DIALOG("confirm-details", SCENE_BUSY, "4 Down Down Enter C"),
	DIALOG("confirm-hostile", SCENE_HOSTILE, "* K"),
	DIALOG("confirm-thousand", SCENE_THOUSAND, "X Enter"),
	DIALOG("confirm-down", SCENE_DOWN, "K"),
	DIALOG("nothing-to-cancel", SCENE_BUSY, "Down C"),
	DIALOG("free", SCENE_BUSY, "X"),
	DIALOG("free-limits", SCENE_BUSY, "X Tab '1min' Tab '2' Tab '40' Tab '60'"),
	DIALOG("free-wrong", SCENE_BUSY, "i X Down Tab '5mins'"),
	DIALOG("free-group", SCENE_BUSY, "1 Down X Down Down Down"),
	DIALOG("free-none", SCENE_HEALTHY, "X Enter"),
	DIALOG("result-fetching", SCENE_BUSY, "X Enter '54' Enter"),
	DIALOG("result-running", SCENE_BUSY, "X Enter '54' Enter @!ssscsdgrsf"),
	DIALOG("result-stopped", SCENE_BUSY, "X Enter '54' Enter @!ssscsdg Esc @w"),
	DIALOG("result-over", SCENE_BUSY, "X Enter '54' Enter @!ssscsdgrsf*w"),
	DIALOG("result-back", SCENE_BUSY, "X Enter '54' Enter @!*b"),
	DIALOG("result-lost", SCENE_BUSY, "X Enter '54' Enter @!ssscsdglw"),
	DIALOG("result-log", SCENE_BUSY, "X Enter '54' Enter @!ssscsdgxw"),
	DIALOG("result-log-first", SCENE_BUSY, "X Enter '54' Enter @x"),
	DIALOG("result-still", SCENE_BUSY, "4 Down Down K c y @!skk"),
	DIALOG("escalate", SCENE_BUSY, "4 Down Down K c y @!skk K"),
	DIALOG("whatif", SCENE_BUSY, "w"),
	DIALOG("whatif-changed", SCENE_BUSY,
	    "w Right Right + Right Right - - Down Right '4' Down '250'"),
	DIALOG("whatif-down", SCENE_DOWN, "w +"),
	{ "whatif-end-80x24", SCENE_BUSY, true, 80, 24, false, "w PgDn", false },
	{ "whatif-ascii-80x24", SCENE_BUSY, true, 80, 24, true, "w + Down", false },
	{ "whatif-none-80x24", SCENE_HEALTHY, false, 80, 24, false, "w +", false },
	{ "whatif-40x12", SCENE_BUSY, true, 40, 12, false, "w Down Down -", false },
	{ "settings-80x24", SCENE_BUSY, true, 80, 24, false, "8", false },
	{ "settings-120x40", SCENE_BUSY, true, 120, 40, false, "8 f", false },
	{ "settings-200x60", SCENE_BUSY, true, 200, 60, false, "8", false },
	{ "settings-restricted-120x40", SCENE_RESTRICTED, false, 120, 40, false, "8 f", false },
	DIALOG("setting", SCENE_BUSY, "8 Down Down Enter"),
	DIALOG("setting-pending", SCENE_MANAGED, "8 Enter"),
	DIALOG("setting-hostile", SCENE_HOSTILE, "8 Down Down Down Enter"),
	DIALOG("card", SCENE_BUSY, "4 Down Down Enter L Down"),
	DIALOG("card-end", SCENE_BUSY, "Down X L End"),
	DIALOG("card-group", SCENE_BUSY, "v v 1 Down L"),
	DIALOG("card-hostile", SCENE_HOSTILE, "Home L"),
	DIALOG("card-none", SCENE_BUSY, "5 L"),
	{ "card-40x12", SCENE_BUSY, true, 40, 12, false, "Down L Down Down", false },
	{ "card-ascii-80x24", SCENE_BUSY, true, 80, 24, true, "Down L Down Down", false },
	{ "unknown-key-80x24", SCENE_BUSY, true, 80, 24, false, "F12", false },
};

/* The whole file; NULL when it cannot be read. */
static char *
read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf text = { 0 };
	char part[4096];
	size_t n;
	char *copy;

	if (file == NULL)
		return NULL;
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add(&text, part, n);
	fclose(file);
	copy = mem_strdup(buf_str(&text));
	buf_clear(&text);
	return copy;
}

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

/* Prints the lines that differ. */
static void
show_difference(const char *wanted, const char *got)
{
	for (int line = 1; *wanted != '\0' || *got != '\0'; line++) {
		size_t w = strcspn(wanted, "\n"), g = strcspn(got, "\n");

		if (w != g || memcmp(wanted, got, w) != 0)
			print_message("# line %d\n# -%.*s\n# +%.*s\n", line, (int)w, wanted, (int)g,
			    got);
		wanted += w + (wanted[w] == '\n');
		got += g + (got[g] == '\n');
	}
}

/* Whether the text is that of the file. */
static bool
check_text(const char *name, const char *got)
{
	const char *srcdir = getenv("srcdir");
	struct buf path = { 0 };
	char *wanted;
	bool same;

	buf_addf(&path, "%s/tests/golden/%s.txt", srcdir != NULL ? srcdir : ".", name);
	if (getenv("UPDATE") != NULL)
		write_file(buf_str(&path), got);
	wanted = read_file(buf_str(&path));
	same = wanted != NULL && strcmp(wanted, got) == 0;
	if (!same) {
		print_message("# %s is not as it was\n", buf_str(&path));
		show_difference(wanted != NULL ? wanted : "", got);
	}
	mem_free(wanted);
	buf_clear(&path);
	return same;
}

static void
test_golden(void **state)
{
	const struct golden *golden = *state;
	struct fixture fixture;
	struct buf text = { 0 };
	char name[64];
	bool same;

	snprintf(name, sizeof(name), "%s-%dx%d", scene_name(golden->scene), golden->cols,
	    golden->rows);
	fixture_init(&fixture, golden->scene, golden->pools);
	fixture.settings.read_only = golden->read_only;
	fixture_draw(&fixture, golden->rows, golden->cols, !golden->ascii);
	if (golden->keys != NULL) {
		fixture_keys(&fixture, golden->keys);
		fixture_draw(&fixture, golden->rows, golden->cols, !golden->ascii);
	}
	canvas_dump(&fixture.canvas, &text);
	fixture_clear(&fixture);
	same = check_text(golden->name != NULL ? golden->name : name, buf_str(&text));
	buf_clear(&text);
	assert_true(same);
}

int
main(void)
{
	enum { COUNT = sizeof(goldens) / sizeof(goldens[0]) };
	struct CMUnitTest tests[COUNT];
	char names[COUNT][64];
	struct golden copies[COUNT];

	setlocale(LC_CTYPE, "C.UTF-8");
	memcpy(copies, goldens, sizeof(goldens));
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "%s %dx%d",
		    goldens[i].name != NULL ? goldens[i].name : scene_name(goldens[i].scene),
		    goldens[i].cols, goldens[i].rows);
		tests[i] = (struct CMUnitTest){ names[i], test_golden, NULL, NULL, &copies[i] };
	}
	return cmocka_run_group_tests_name("golden screens", tests, NULL, NULL);
}
