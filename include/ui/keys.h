/* SPDX-License-Identifier: PostgreSQL */
/*
 * Key codes: a Unicode code point for what types a character, else one of
 * these. The terminal makes them, the commands know nothing of curses.
 */
#ifndef PGCONNTOP_UI_KEYS_H
#define PGCONNTOP_UI_KEYS_H

#include <stdbool.h>
#include <stdint.h>

enum key {
	KEY_CODE_TAB = 9,
	KEY_CODE_ENTER = 13, /* also for line feed */
	KEY_CODE_ESC = 27,
	KEY_CODE_BACKSPACE = 127,  /* also for ^H */
	KEY_CODE_FIRST = 0x200000, /* past Unicode */
	KEY_CODE_UP,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_DELETE,
	KEY_CODE_BACK_TAB,
	KEY_CODE_F1, /* F2 to F12 follow */
	KEY_CODE_F12 = KEY_CODE_F1 + 11,
	KEY_CODE_MOUSE,  /* see struct key_event */
	KEY_CODE_RESIZE, /* the size changed */
};

#define KEY_CODE_CTRL(letter) ((letter)&0x1f)

enum mouse { MOUSE_NONE, MOUSE_CLICK, MOUSE_DOUBLE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct key_event {
	uint32_t code;
	enum mouse mouse; /* for KEY_CODE_MOUSE, with the cell it happened at */
	int row, col;
	bool pasted; /* by the terminal, not typed */
};

/*
 * The code of a key name as the configuration writes it: "K", "/", "F4",
 * "^L", "Space", "Enter", "Tab", "S-Tab", "Esc", "Up", "PgDn", ...; 0 when it is none.
 */
uint32_t key_parse(const char *name);

/* The name of a code, for the help. out has room for 16 bytes. */
const char *key_name(uint32_t code, char out[16]);

#endif
