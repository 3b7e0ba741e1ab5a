/* SPDX-License-Identifier: PostgreSQL */
/*
 * Keys and mouse. Curses finds the sequences that terminfo or the tables
 * below know; we put UTF-8 together, read the reports of the mouse, and
 * swallow every other escape sequence whole, so that no part of one is
 * taken for a command.
 */
#include "term/term.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "internal.h"

#define ESC 27
#define BEL 7
#define ANSWER_MS 25     /* between the bytes of an answer of the terminal */
#define ANSWER_MOST 4096 /* bytes of one */
#define KEY_SGR_MOUSE \
	KEY_F(63)           /* start of a mouse report in the format that curses did not ask for */
#define KEY_PASTE KEY_F(62) /* before and behind a text that was pasted */
#define KEY_PASTED KEY_F(61)
#define PASTE_MOST_US 5000000 /* of a paste whose end does not come */
#define DEAF_MOST 20

struct key_pair {
	int curses;
	enum key key;
};

struct key_sequence {
	const char *bytes;
	int curses;
};

static const struct key_pair key_pairs[] = {
	{ KEY_UP, KEY_CODE_UP },
	{ KEY_DOWN, KEY_CODE_DOWN },
	{ KEY_LEFT, KEY_CODE_LEFT },
	{ KEY_RIGHT, KEY_CODE_RIGHT },
	{ KEY_HOME, KEY_CODE_HOME },
	{ KEY_FIND, KEY_CODE_HOME },
	{ KEY_A1, KEY_CODE_HOME },
	{ KEY_END, KEY_CODE_END },
	{ KEY_SELECT, KEY_CODE_END },
	{ KEY_LL, KEY_CODE_END },
	{ KEY_C1, KEY_CODE_END },
	{ KEY_PPAGE, KEY_CODE_PAGE_UP },
	{ KEY_A3, KEY_CODE_PAGE_UP },
	{ KEY_NPAGE, KEY_CODE_PAGE_DOWN },
	{ KEY_C3, KEY_CODE_PAGE_DOWN },
	{ KEY_DC, KEY_CODE_DELETE },
	{ KEY_BACKSPACE, KEY_CODE_BACKSPACE },
	{ KEY_BTAB, KEY_CODE_BACK_TAB },
	{ KEY_ENTER, KEY_CODE_ENTER },
	{ KEY_RESIZE, KEY_CODE_RESIZE },
};

/* What terminals send whatever TERM says; terminfo goes first. */
static const struct key_sequence key_sequences[] = {
	{ "\033[A", KEY_UP },
	{ "\033[B", KEY_DOWN },
	{ "\033[C", KEY_RIGHT },
	{ "\033[D", KEY_LEFT },
	{ "\033[H", KEY_HOME },
	{ "\033[F", KEY_END },
	{ "\033[Z", KEY_BTAB },
	{ "\033[1~", KEY_HOME },
	{ "\033[3~", KEY_DC },
	{ "\033[4~", KEY_END },
	{ "\033[5~", KEY_PPAGE },
	{ "\033[6~", KEY_NPAGE },
	{ "\033[7~", KEY_HOME },
	{ "\033[8~", KEY_END },
	{ "\033[11~", KEY_F(1) },
	{ "\033[12~", KEY_F(2) },
	{ "\033[13~", KEY_F(3) },
	{ "\033[14~", KEY_F(4) },
	{ "\033[15~", KEY_F(5) },
	{ "\033[17~", KEY_F(6) },
	{ "\033[18~", KEY_F(7) },
	{ "\033[19~", KEY_F(8) },
	{ "\033[20~", KEY_F(9) },
	{ "\033[21~", KEY_F(10) },
	{ "\033[23~", KEY_F(11) },
	{ "\033[24~", KEY_F(12) },
	{ "\033[200~", KEY_PASTE },
	{ "\033[201~", KEY_PASTED },
	{ "\033OA", KEY_UP },
	{ "\033OB", KEY_DOWN },
	{ "\033OC", KEY_RIGHT },
	{ "\033OD", KEY_LEFT },
	{ "\033OH", KEY_HOME },
	{ "\033OF", KEY_END },
	{ "\033OM", KEY_ENTER },
	{ "\033OP", KEY_F(1) },
	{ "\033OQ", KEY_F(2) },
	{ "\033OR", KEY_F(3) },
	{ "\033OS", KEY_F(4) },
};

/*
 * Clicks and wheel, told in the format 1006, or in the old one, which ends
 * at column 223, where the terminal has no better. Curses would know only
 * the one that terminfo names, and waits to see a double click.
 */
static const char mouse_on[] = "\033[?1000h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1000l";

/* Pasted text is marked as such, so that no letter of it is taken for a command. */
static const char paste_on[] = "\033[?2004h";
static const char paste_off[] = "\033[?2004l";

static void
send_bytes(const char *bytes)
{
	ssize_t n = write(STDOUT_FILENO, bytes, strlen(bytes));

	(void)n; /* a terminal that is gone shows when its keys are read */
}

static void
hold(struct term *term, int byte)
{
	if (term->held_count < sizeof(term->held))
		term->held[term->held_count++] = (unsigned char)byte;
}

/* One more byte of a held escape sequence. Gives a key only when it was a mouse report. */
static bool
key_from_sequence(struct term *term, int byte, int64_t mono_us, struct key_event *key)
{
	bool old_mouse, done, found = false;

	hold(term, byte);
	old_mouse = term->mouse && term->held[1] == '[' && term->held[2] == 'M';
	if (old_mouse)
		done = term->held_count == 6;
	else
		done = term->held[1] == 'O' || (byte >= '@' && byte <= '~');
	if (!done)
		return false;
	if (old_mouse || (term->mouse && term->held[2] == '<'))
		found = mouse_read(term, mono_us, key);
	term->held_count = 0;
	return found;
}

/* The next byte of an answer that may still be on its way; ERR when there is none. */
static int
late_byte(struct term *term)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int byte = wgetch(term->keyboard);

	return byte == ERR && poll(&in, 1, ANSWER_MS) > 0 ? wgetch(term->keyboard) : byte;
}

/* Reads an answer of the terminal, a text up to BEL or ESC \\, to its end; false when it is none.
 */
static bool
skip_answer(struct term *term, int next)
{
	int byte = late_byte(term), before = 0, left = ANSWER_MOST;

	if (byte == ERR) {
		ungetch(next);
		return false;
	}
	while (left-- > 0 && byte != ERR && byte != BEL && !(before == ESC && byte == '\\')) {
		before = byte;
		byte = late_byte(term);
	}
	return true;
}

/* Esc itself, Alt and a key, or the start of a sequence that curses does not know. */
static bool
key_from_escape(struct term *term, struct key_event *key)
{
	int next = wgetch(term->keyboard);

	term->held_count = 0; /* whatever it was, this is something new */
	if (next == '[' || next == 'O') {
		hold(term, ESC);
		hold(term, next);
		return false;
	}
	if (next > 0 && next <= UINT8_MAX && strchr("]P^_X", next) != NULL) {
		if (skip_answer(term, next))
			return false;
	} else if (next != ERR) {
		ungetch(next);
	}
	key->code = KEY_CODE_ESC;
	return true;
}

/* Bytes that a character has by its first one; 0 when it cannot be a first one. */
static size_t
utf8_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* One more byte of a character, which is always UTF-8, whatever the screen shows. */
static bool
key_from_text(struct term *term, int byte, struct key_event *key)
{
	uint32_t cp;

	if ((byte & 0xc0) != 0x80)
		term->held_count = 0;
	hold(term, byte);
	if (term->held_count < utf8_length(term->held[0]))
		return false;
	text_decode((const char *)term->held, term->held_count, &cp);
	term->held_count = 0;
	if (cp == TEXT_BAD || cp == 0 || (cp >= 0x80 && cp < 0xa0))
		return false;
	if (cp == '\n')
		cp = KEY_CODE_ENTER;
	if (cp == '\b')
		cp = KEY_CODE_BACKSPACE;
	key->code = cp;
	return true;
}

static bool
key_from_code(struct term *term, int code, int64_t mono_us, struct key_event *key)
{
	term->held_count = 0;
	if (code == KEY_PASTE || code == KEY_PASTED) {
		term->pasting = code == KEY_PASTE;
		term->paste_mono_us = mono_us;
		return false;
	}
	if (code >= KEY_F(1) && code <= KEY_F(12)) {
		key->code = KEY_CODE_F1 + (uint32_t)(code - KEY_F(1));
		return true;
	}
	for (size_t i = 0; i < sizeof(key_pairs) / sizeof(key_pairs[0]); i++)
		if (key_pairs[i].curses == code) {
			key->code = key_pairs[i].key;
			return true;
		}
	return false;
}

/* After nothing could be read: whether this will stay so. */
static bool
has_gone(struct term *term)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	if (poll(&in, 1, 0) <= 0) {
		term->deaf = 0;
		return false;
	}
	if (in.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ++term->deaf >= DEAF_MOST;
}

bool
term_key(struct term *term, int64_t mono_us, struct key_event *key)
{
	int code;

	*key = (struct key_event){ 0 };
	while (!term->gone && (code = wgetch(term->keyboard)) != ERR) {
		bool found;

		term->deaf = 0;
		if (code > UINT8_MAX)
			found = key_from_code(term, code, mono_us, key);
		else if (code == ESC)
			found = key_from_escape(term, key);
		else if (term->held_count > 1 && term->held[0] == ESC)
			found = key_from_sequence(term, code, mono_us, key);
		else
			found = key_from_text(term, code, key);
		key->pasted = term->pasting && mono_us - term->paste_mono_us < PASTE_MOST_US;
		if (found)
			return true;
	}
	term->gone = term->gone || has_gone(term);
	return false;
}

bool
term_gone(const struct term *term)
{
	return term->gone;
}

void
keys_open(struct term *term, bool mouse)
{
	const char *report = tigetstr("kmous");

	term->keyboard = newpad(1, 1);
	keypad(term->keyboard, TRUE);
	nodelay(term->keyboard, TRUE);
	keyok(KEY_MOUSE, FALSE);
	for (size_t i = 0; i < sizeof(key_sequences) / sizeof(key_sequences[0]); i++) {
		int known = key_defined(key_sequences[i].bytes);

		if (known == 0 || known > KEY_MAX)
			define_key(key_sequences[i].bytes, key_sequences[i].curses);
	}
	term->click_row = -1;
	term->mouse = mouse && report != NULL && *report == ESC;
	keys_resume(term);
}

void
keys_restore(void)
{
	send_bytes(mouse_off);
	send_bytes(paste_off);
}

void
keys_pause(struct term *term)
{
	term->held_count = 0;
	term->pasting = false;
	send_bytes(paste_off);
	if (term->mouse)
		send_bytes(mouse_off);
}

void
keys_resume(const struct term *term)
{
	send_bytes(paste_on);
	if (term->mouse)
		send_bytes(mouse_on);
}
