// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the checks and orders what they find: see finding.h.
#include "import/finding/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"
#include "net/private_space.h"

enum { TEXT_LIMIT = 900, SHORT_LIMIT = 80, THINGS_SAID = 6 };

// Cuts at the limit, but within no character.
static void add_cut(struct strbuf *out, const char *text, size_t limit)
{
	size_t length = strlen(text);

	if (length <= limit) {
		strbuf_add(out, text);
		return;
	}
	while (limit && ((unsigned char)text[limit] & 0xc0) == 0x80)
		limit--;
	strbuf_add_bytes(out, text, limit);
	strbuf_add(out, "...");
}

void text_add_short(struct strbuf *out, const char *text)
{
	add_cut(out, text, SHORT_LIMIT);
}

char *thing_title(const struct aws_thing *thing)
{
	struct strbuf title = { 0 };

	text_add_short(&title, thing->id);
	if (thing->name && *thing->name) {
		strbuf_add(&title, " (");
		text_add_short(&title, thing->name);
		strbuf_add_char(&title, ')');
	}
	return strbuf_steal(&title);
}

struct strbuf *said_next(struct said_list *list)
{
	if (list->count++ >= THINGS_SAID)
		return NULL;
	strbuf_add(&list->text, list->text.length ? "; " : "");
	return &list->text;
}

const char *said_text(struct said_list *list)
{
	if (list->count > THINGS_SAID)
		strbuf_format(&list->text, "; and %zu more", list->count - THINGS_SAID);
	return strbuf_text(&list->text);
}

void said_release(struct said_list *list)
{
	strbuf_release(&list->text);
}

void words_release(id_vec *words)
{
	vec_for_each (word, words)
		free(*word);
	vec_release(words);
}

static const char *region_of(const struct finder *finder)
{
	return finder->assembly && finder->assembly->selection ? finder->assembly->selection->region : NULL;
}

static const char *placeholder_value(const struct finder *finder, const struct finding_about *about, const char *name,
				     size_t length)
{
	const struct assembly *assembly = finder->assembly;
	const struct {
		const char *name, *value;
	} rows[] = {
		{ "id", about->subject },
		{ "argument", about->argument },
		{ "vpc", assembly ? finder_vpc(finder) : NULL },
		{ "subnet", assembly && assembly->subnet ? assembly->subnet->thing.id : NULL },
		{ "group", assembly && assembly->groups.count ? assembly->groups.items[0].group->thing.id : NULL },
		{ "table", assembly && assembly->table ? assembly->table->thing.id : NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].name) == length && memcmp(rows[i].name, name, length) == 0)
			return rows[i].value ? rows[i].value : "ID";
	return "ID";
}

static void add_words(const id_vec *words, struct strbuf *out)
{
	if (!words)
		return;
	vec_for_each (word, words) {
		strbuf_add(out, word == words->items ? "" : " ");
		command_add_word(out, *word);
	}
}

static char *remedy_text(const struct finder *finder, const struct finding_about *about, const char *remedy)
{
	struct strbuf out = { 0 };
	const char *at = remedy, *open;

	while ((open = strchr(at, '{'))) {
		size_t length = strcspn(open + 1, "}");

		strbuf_add_bytes(&out, at, (size_t)(open - at));
		if (strncmp(open, "{region}", 8) == 0)
			command_add_region(&out, region_of(finder));
		else if (strncmp(open, "{arguments}", 11) == 0)
			add_words(about->arguments, &out);
		else
			command_add_word(&out, placeholder_value(finder, about, open + 1, length));
		at = open + 1 + length + 1;
	}
	strbuf_add(&out, at);
	return strbuf_steal(&out);
}

struct finding *finding_add(struct finder *finder, const struct finding_about *about, const char *format, ...)
{
	struct finding finding = { .code = finder->check->code, .weight = finder->check->weight };
	AUTO_STRBUF struct strbuf cut = { 0 };
	struct strbuf text = { 0 }, subject = { 0 };
	va_list arguments;
	AUTO_FREE char *whole = NULL;

	va_start(arguments, format);
	if (vasprintf(&whole, format, arguments) < 0)
		whole = memory_copy_text(format);
	va_end(arguments);
	add_cut(&cut, whole, TEXT_LIMIT);
	strbuf_add_safe(&text, strbuf_text(&cut));
	finding.text = strbuf_steal(&text);
	if (about->subject) {
		strbuf_clear(&cut);
		text_add_short(&cut, about->subject);
		strbuf_add_safe(&subject, strbuf_text(&cut));
		finding.subject = strbuf_steal(&subject);
	}
	if (about->at)
		finding.at = *about->at;
	finding.remedy = about->remedy ? about->remedy : finder->check->remedy;
	if (finding.remedy && strchr(finding.remedy, '{')) {
		finding.remedy_text = remedy_text(finder, about, finding.remedy);
		finding.remedy = NULL;
	}
	vec_push(finder->findings, finding);
	return &finder->findings->items[finder->findings->count - 1];
}

static size_t row_of(const char *code)
{
	for (size_t i = 0; i < finding_check_count; i++)
		if (strcmp(finding_checks[i].code, code) == 0)
			return i;
	return finding_check_count;
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

// By weight, then as the table has them; what is left must not depend on the order of documents.
static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	size_t row_x = row_of(x->code), row_y = row_of(y->code);
	int result = x->weight != y->weight ? (x->weight < y->weight ? -1 : 1) : 0;

	if (!result)
		result = row_x != row_y ? (row_x < row_y ? -1 : 1) : 0;
	if (!result)
		result = compare_texts(x->subject, y->subject);
	return result ? result : compare_texts(x->text, y->text);
}

static void finding_release(struct finding *finding)
{
	free(finding->subject);
	free(finding->text);
	free(finding->remedy_text);
}

void findings_order(finding_vec *findings)
{
	size_t kept = 0;

	if (findings->count)
		qsort(findings->items, findings->count, sizeof(*findings->items), compare_findings);
	for (size_t i = 0; i < findings->count; i++)
		if (kept && compare_findings(&findings->items[kept - 1], &findings->items[i]) == 0)
			finding_release(&findings->items[i]);
		else
			findings->items[kept++] = findings->items[i];
	findings->count = kept;
}

void findings_release(finding_vec *findings)
{
	vec_for_each (finding, findings)
		finding_release(finding);
	vec_release(findings);
}

static void finder_release(struct finder *finder)
{
	prefix_set_release(&finder->hosts);
	prefix_set_release(&finder->inside);
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		reach_release(&finder->groups[direction]);
}

static void finder_prepare(struct finder *finder)
{
	const struct assembly *assembly = finder->assembly;

	if (assembly->selection)
		vec_for_each (subnet, &assembly->selection->subnets)
			vec_for_each (block, &(*subnet)->blocks)
				if (block->base.family == FAMILY_IPV4)
					prefix_set_add(&finder->hosts, block);
	prefix_set_normalize(&finder->hosts);
	vec_for_each (block, &assembly->cidrs)
		prefix_set_add(&finder->inside, block);
	private_space_add(&finder->inside);
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		groups_reach(assembly, direction, &finder->hosts, &finder->groups[direction]);
}

void findings_make(const struct assembly *assembly, finding_vec *findings)
{
	CLEANUP(finder_release) struct finder finder = { .assembly = assembly, .findings = findings };

	finder_prepare(&finder);
	for (size_t i = 0; i < finding_check_count; i++) {
		finder.check = &finding_checks[i];
		if (finder.check->find && (!assembly->isolated || finder.check->when_isolated))
			finder.check->find(&finder);
	}
	findings_order(findings);
}
