/* SPDX-License-Identifier: PostgreSQL */
/*
 * The clipboard of the terminal, by OSC 52: the text in base64 between an
 * escape and a bell. tmux takes it itself, or passes on what is wrapped for
 * the terminal outside; it depends on its settings, so it gets both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "term/term.h"

#define COPY_MOST 74000 /* bytes: longer ones are refused by many terminals */

static void
add_base64(struct buf *out, const unsigned char *s, size_t n)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		unsigned bits = (unsigned)s[i] << 16;

		bits |= i + 1 < n ? (unsigned)s[i + 1] << 8 : 0;
		bits |= i + 2 < n ? s[i + 2] : 0;
		buf_addc(out, digits[bits >> 18]);
		buf_addc(out, digits[bits >> 12 & 63]);
		buf_addc(out, i + 1 < n ? digits[bits >> 6 & 63] : '=');
		buf_addc(out, i + 2 < n ? digits[bits & 63] : '=');
	}
}

void
term_copy(struct term *term, const char *text)
{
	struct buf data = { 0 }, out = { 0 };
	size_t n = strlen(text);

	(void)term;
	add_base64(&data, (const unsigned char *)text, n < COPY_MOST ? n : COPY_MOST);
	buf_addf(&out, "\033]52;c;%s\a", buf_str(&data));
	if (getenv("TMUX") != NULL)
		buf_addf(&out, "\033Ptmux;\033\033]52;c;%s\a\033\\", buf_str(&data));
	fflush(stdout);
	for (size_t done = 0; done < out.len;) {
		ssize_t written = write(STDOUT_FILENO, out.data + done, out.len - done);

		if (written <= 0)
			break; /* a terminal that takes nothing has no clipboard either */
		done += (size_t)written;
	}
	buf_clear(&data);
	buf_clear(&out);
}
