/* SPDX-License-Identifier: PostgreSQL */
/*
 * The screen. Curses is told only of the cells that differ from the canvas
 * shown before, and sends what it must of them. The state of curses itself
 * is global, so the hooks that take no argument work through it.
 */
#include "term/term.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/settings.h"
#include "internal.h"

/* terminfo has a struct of this name. */
#define term terminfo_term
#include <term.h>
#undef term

/* Nobody has such a terminal; keeps a wrong size from taking all memory. */
#define SIZE_MOST 1000

/* Whether this is a terminal that can be drawn on, and the colours it has: 0, 8, 16 or 256. */
static bool
probe_terminal(int *colors, struct err *err)
{
	const char *name = getenv("TERM");
	int found, most;
	bool moves;

	if (!isatty(STDIN_FILENO))
		return err_set(err, "standard input is no terminal");
	if (!isatty(STDOUT_FILENO))
		return err_set(err, "standard output is no terminal");
	if (name == NULL || *name == '\0')
		return err_set(err, "TERM is not set; try TERM=xterm or vt100");
	if (setupterm(NULL, STDOUT_FILENO, &found) != OK) {
		if (found == 0)
			return err_set(err, "TERM=%s is unknown here; try TERM=xterm or vt100",
			    name);
		if (found < 0)
			return err_set(err, "no terminal descriptions (terminfo) for TERM=%s",
			    name);
		return err_set(err, "TERM=%s cannot show a screen; try TERM=xterm or vt100", name);
	}
	moves = cursor_address != NULL && clear_screen != NULL;
	most = max_pairs > STYLE_COUNT ? max_colors : 0;
	del_curterm(cur_term);
	if (!moves)
		return err_set(err, "TERM=%s cannot show a screen; try TERM=xterm or vt100", name);
	/* Past 256 a number is no longer the index of a colour, but for the first 8. */
	*colors = most == 256 ? 256 : most >= 16 && most < 256 ? 16 : most >= 8 ? 8 : 0;
	return true;
}

/* newterm(), without the signal handlers that curses would bring. */
static SCREEN *
open_screen(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction old[sizeof(signals) / sizeof(signals[0])];
	SCREEN *screen;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], NULL, &old[i]);
	/* It never touches again what it found taken. */
	signal(SIGTSTP, SIG_IGN);
	signal(SIGWINCH, SIG_IGN);
	screen = newterm(NULL, stdout, stdin);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &old[i], NULL);
	return screen;
}

/* Ends curses; a terminal with one screen only gets an empty last line for what comes next. */
static void
leave_screen(void)
{
	wmove(stdscr, LINES - 1, 0);
	wclrtoeol(stdscr);
	wrefresh(stdscr);
	endwin();
}

/* Gives the terminal back before die() speaks. */
static void
restore(void)
{
	if (stdscr == NULL || isendwin())
		return;
	keys_restore();
	leave_screen();
}

struct term *
term_open(const struct settings *settings, struct err *err)
{
	struct look looks[STYLE_COUNT];
	struct term *term;
	SCREEN *screen;
	int colors = 0;

	if (!probe_terminal(&colors, err))
		return NULL;
	if (!looks_wanted(settings))
		colors = 0;
	style_defaults(looks, colors > 0);
	if (!style_configure(looks, settings, colors > 0, err))
		return NULL;
	screen = open_screen();
	if (screen == NULL) {
		err_set(err, "the terminal cannot be taken over");
		return NULL;
	}
	err_set_restore(restore);
	term = mem_alloc(1, sizeof(*term));
	term->screen = screen;
	term->whole = true;
	term->utf8 = !settings->ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	raw();
	noecho();
	nonl();
	set_escdelay(25);
	typeahead(-1); /* an update is never put off: it would not be asked for again */
	leaveok(stdscr, TRUE);
	curs_set(0);
	looks_set(term, looks, colors);
	keys_open(term, !settings->no_mouse);
	term_resized(term);
	return term;
}

void
term_pause(struct term *term)
{
	if (isendwin())
		return;
	keys_pause(term);
	leave_screen();
}

void
term_close(struct term *term)
{
	if (term == NULL)
		return;
	term_pause(term);
	err_set_restore(NULL);
	delwin(term->keyboard);
	delscreen(term->screen);
	canvas_free(&term->shown);
	mem_free(term);
}

void
term_resume(struct term *term)
{
	if (!isendwin())
		endwin(); /* somebody else had the terminal: it is taken over anew */
	reset_prog_mode();
	term_resized(term);
	werase(stdscr);
	wnoutrefresh(stdscr);
	term_redraw(term);
	doupdate();
	keys_resume(term);
}

void
term_resized(struct term *term)
{
	struct winsize size;
	int rows, cols;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		return;
	rows = size.ws_row < SIZE_MOST ? size.ws_row : SIZE_MOST;
	cols = size.ws_col < SIZE_MOST ? size.ws_col : SIZE_MOST;
	if (rows == LINES && cols == COLS)
		return;
	resizeterm(rows, cols);
	term->whole = true;
}

void
term_size(struct term *term, int *rows, int *cols)
{
	term_resized(term);
	*rows = LINES;
	*cols = COLS;
}

bool
term_utf8(const struct term *term)
{
	return term->utf8;
}

/* Columns of the cell at the start of the n: 2 when the right half of a wide character follows. */
static int
cell_width(const struct cell *cell, int n)
{
	return n > 1 && cell[0].ch != 0 && cell[1].ch == 0 ? 2 : 1;
}

/* Whether curses puts the character where we think it does. */
static bool
can_show(const struct term *term, uint32_t ch, int width)
{
	if (ch < 0x80 || !term->utf8)
		return ch >= ' ' && ch < 0x7f && width == 1;
	return wcwidth((wchar_t)ch) == width;
}

static void
show_cell(const struct term *term, int row, int col, int width, const struct cell *cell)
{
	wchar_t text[2] = { (wchar_t)cell->ch, L'\0' };
	int style = cell->style < STYLE_COUNT ? cell->style : STYLE_TEXT;
	cchar_t out;
	int times = 1;

	if (!can_show(term, cell->ch, width) || col + width > COLS) {
		text[0] = cell->ch == 0 ? L' ' : L'?';
		times = width;
	}
	setcchar(&out, text, term->attrs[style], term->pairs[style], NULL);
	for (int i = 0; i < times && col + i < COLS; i++)
		mvwadd_wch(stdscr, row, col + i, &out);
}

/* Writes what differs in a row; whether there was anything. */
static bool
show_row(const struct term *term, int row, const struct canvas *canvas)
{
	size_t start = (size_t)row * (size_t)canvas->cols;
	const struct cell *now = canvas->cells + start, *old = term->shown.cells + start;
	bool changed = false;
	int width;

	for (int col = 0; col < canvas->cols && col < COLS; col += width) {
		int left = canvas->cols - col;

		width = cell_width(now + col, left);
		if (!term->whole && now[col].ch == old[col].ch &&
		    now[col].style == old[col].style && cell_width(old + col, left) == width)
			continue;
		show_cell(term, row, col, width, now + col);
		changed = true;
	}
	return changed;
}

void
term_show(struct term *term, const struct canvas *canvas)
{
	struct canvas *shown = &term->shown;
	bool changed = false;

	if (isendwin())
		return;
	if (shown->rows != canvas->rows || shown->cols != canvas->cols) {
		canvas_resize(shown, canvas->rows, canvas->cols, canvas->utf8);
		werase(stdscr);
		term->whole = true;
	}
	for (int row = 0; row < canvas->rows && row < LINES; row++)
		changed |= show_row(term, row, canvas);
	if (!changed)
		return;
	memcpy(shown->cells, canvas->cells,
	    (size_t)canvas->rows * (size_t)canvas->cols * sizeof(*canvas->cells));
	term->whole = false;
	wnoutrefresh(stdscr);
	doupdate();
}

void
term_redraw(struct term *term)
{
	clearok(curscr, TRUE);
	term->whole = true;
}

void
term_emergency(void)
{
	/*
	 * Mouse off, cursor on, plain text, plain keypad, to the last line,
	 * off the alternate screen. Nothing is asked of curses, which a
	 * signal may have stopped anywhere; who knows none of these ignores it.
	 */
	static const char bytes[] =
	    "\033[?2004l\033[?1006l\033[?1002l\033[?1000l\033[?25h\033[m\033(B\017"
	    "\033[?1l\033>\033[999;1H\033[?1049l\r\n";
	struct termios mode;
	int saved = errno;
	ssize_t n;

	if (stdscr == NULL || isendwin())
		return;
	n = write(STDOUT_FILENO, bytes, sizeof(bytes) - 1);
	(void)n;
	if (tcgetattr(STDIN_FILENO, &mode) == 0) {
		mode.c_iflag |= ICRNL | IXON;
		mode.c_oflag |= OPOST | ONLCR;
		mode.c_lflag |= ISIG | ICANON | ECHO | ECHOE | ECHOK | IEXTEN;
		tcsetattr(STDIN_FILENO, TCSANOW, &mode);
	}
	errno = saved;
}
