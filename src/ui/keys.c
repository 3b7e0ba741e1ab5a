/* SPDX-License-Identifier: PostgreSQL */
/* Names of keys, both ways. A key that types a character is named by it, ^X is a control key. */
#include "ui/keys.h"

#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The first name of a code is the one shown. */
static const struct {
	const char *name;
	uint32_t code;
} names[] = {
	{ "Space", ' ' },
	{ "Tab", KEY_CODE_TAB },
	{ "S-Tab", KEY_CODE_BACK_TAB },
	{ "Enter", KEY_CODE_ENTER },
	{ "Esc", KEY_CODE_ESC },
	{ "Backspace", KEY_CODE_BACKSPACE },
	{ "Up", KEY_CODE_UP },
	{ "Down", KEY_CODE_DOWN },
	{ "Left", KEY_CODE_LEFT },
	{ "Right", KEY_CODE_RIGHT },
	{ "Home", KEY_CODE_HOME },
	{ "End", KEY_CODE_END },
	{ "PgUp", KEY_CODE_PAGE_UP },
	{ "PgDn", KEY_CODE_PAGE_DOWN },
	{ "Del", KEY_CODE_DELETE },
	{ "F1", KEY_CODE_F1 },
	{ "F2", KEY_CODE_F1 + 1 },
	{ "F3", KEY_CODE_F1 + 2 },
	{ "F4", KEY_CODE_F1 + 3 },
	{ "F5", KEY_CODE_F1 + 4 },
	{ "F6", KEY_CODE_F1 + 5 },
	{ "F7", KEY_CODE_F1 + 6 },
	{ "F8", KEY_CODE_F1 + 7 },
	{ "F9", KEY_CODE_F1 + 8 },
	{ "F10", KEY_CODE_F1 + 9 },
	{ "F11", KEY_CODE_F1 + 10 },
	{ "F12", KEY_CODE_F12 },
	{ "^H", KEY_CODE_BACKSPACE },
	{ "^J", KEY_CODE_ENTER },
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* ^A to ^Z, ^\ ^] ^^ ^_, and ^@ is none: a NUL is no key. */
static bool
is_control_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '[' && c <= '_');
}

uint32_t
key_parse(const char *name)
{
	size_t len = strlen(name);
	uint32_t cp;

	for (size_t i = 0; i < NAME_COUNT; i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].code;
	if (len == 2 && name[0] == '^' && is_control_letter(name[1]))
		return KEY_CODE_CTRL((unsigned char)name[1]);
	if (len == 0 || text_decode(name, len, &cp) != len || cp == TEXT_BAD || cp <= ' ' ||
	    cp == 127)
		return 0;
	return cp;
}

const char *
key_name(uint32_t code, char out[16])
{
	char bytes[4];

	for (size_t i = 0; i < NAME_COUNT; i++) {
		if (names[i].code == code) {
			snprintf(out, 16, "%s", names[i].name);
			return out;
		}
	}
	if (code < ' ')
		snprintf(out, 16, "^%c", (char)(code | 0x40));
	else if (code < KEY_CODE_FIRST)
		snprintf(out, 16, "%.*s", (int)text_encode(code, bytes), bytes);
	else
		snprintf(out, 16, "?");
	return out;
}
