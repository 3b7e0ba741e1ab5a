/* SPDX-License-Identifier: PostgreSQL */
/*
 * Always quoted: then no name is a keyword, and no case is folded.
 */
#include "model/quote.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* How a name can be written. */
enum kind { KIND_PLAIN, KIND_ESCAPED, KIND_NOT };

static enum kind
kind_of(const char *name)
{
	size_t n = strlen(name), len;
	enum kind kind = n > 0 ? KIND_PLAIN : KIND_NOT;
	uint32_t cp;
	int width;

	for (; n > 0 && kind != KIND_NOT; name += len, n -= len) {
		len = text_decode(name, n, &cp);
		if (cp == TEXT_BAD)
			kind = KIND_NOT;
		else if (text_shown(cp, TEXT_UTF8, &width) != cp)
			kind = KIND_ESCAPED;
	}
	return kind;
}

/* Between double quotes, these doubled. */
static void
add_plain(struct buf *buf, const char *name)
{
	buf_addc(buf, '"');
	for (; *name != '\0'; name++) {
		if (*name == '"')
			buf_addc(buf, '"');
		buf_addc(buf, *name);
	}
	buf_addc(buf, '"');
}

static void
add_escaped(struct buf *buf, const char *name)
{
	size_t n = strlen(name), len;
	uint32_t cp;
	int width;

	buf_adds(buf, "U&\"");
	for (; n > 0; name += len, n -= len) {
		len = text_decode(name, n, &cp);
		if (cp == '"' || cp == '\\')
			buf_addc(buf, (char)cp);
		if (text_shown(cp, TEXT_UTF8, &width) == cp)
			buf_add(buf, name, len);
		else
			buf_addf(buf, "\\+%06lX", (unsigned long)cp);
	}
	buf_addc(buf, '"');
}

bool
quote_name(struct buf *buf, const char *name)
{
	switch (kind_of(name)) {
	case KIND_PLAIN:
		add_plain(buf, name);
		return true;
	case KIND_ESCAPED:
		add_escaped(buf, name);
		return true;
	case KIND_NOT:
		break;
	}
	return false;
}

bool
quote_name_plain(struct buf *buf, const char *name)
{
	if (kind_of(name) != KIND_PLAIN)
		return false;
	add_plain(buf, name);
	return true;
}

bool
quote_scope(struct buf *buf, const char *role, const char *database)
{
	size_t before = buf->len;
	bool good = true;

	buf_adds(buf, role != NULL || database == NULL ? "ROLE " : "DATABASE ");
	if (role != NULL)
		good = quote_name(buf, role);
	else if (database == NULL)
		buf_adds(buf, "ALL");
	if (role != NULL && database != NULL)
		buf_adds(buf, " IN DATABASE ");
	if (database != NULL)
		good = quote_name(buf, database) && good;
	if (!good)
		buf_chop(buf, buf->len - before);
	return good;
}

void
quote_text(struct buf *buf, const char *text)
{
	if (strchr(text, '\\') != NULL)
		buf_addc(buf, 'E');
	buf_addc(buf, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			buf_addc(buf, *text);
		buf_addc(buf, *text);
	}
	buf_addc(buf, '\'');
}
