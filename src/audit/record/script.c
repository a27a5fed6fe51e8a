// SPDX-License-Identifier: GPL-2.0-or-later
// What an interpreter runs, read from its command line: rows of interpreters and their options.
//
// Theory of operation. A command line is walked until the first word that is no option and no option's value: that is
// the script. Which options take a value differs between interpreters and is what the rows say; an option that no row
// names is taken for a switch. What a launcher (env, uv run) starts is a command line of its own.
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "audit/record/event.h"
#include "base/memory.h"

// Letters stand in groups ("-uc"); words are whole options, separated by spaces.
struct interpreter {
	const char *names;       // without a version behind them
	const char *subcommand;  // that must come first; NULL: none
	const char *code;        // letters that are followed by code
	const char *module;      // by a module's name, in the rest of the group or the next word
	const char *value;       // by another value, likewise
	const char *attached;    // by a value in the rest of the group alone
	const char *code_words, *module_words, *value_words;
	const char *file_words;  // followed by the script, in the next word or behind a '='
	bool plus;               // options begin with '+' as well
	bool launcher;           // what follows is a command
};

static const struct interpreter interpreters[] = {
	{ .names = "python pypy",
	  .code = "c",
	  .module = "m",
	  .value = "WXQ",
	  .value_words = "--check-hash-based-pycs" },
	{ .names = "bash sh dash zsh ksh ash",
	  .code = "c",
	  .value = "oO",
	  .value_words = "--rcfile --init-file",
	  .plus = true },
	{ .names = "perl", .code = "eE", .value = "I", .attached = "MmFixD" },
	{ .names = "ruby",
	  .code = "e",
	  .value = "IrCE",
	  .attached = "FiKTWx",
	  .value_words = "--encoding --external-encoding --internal-encoding --enable --disable" },
	{ .names = "node nodejs",
	  .code_words = "-e --eval -p --print -pe",
	  .value_words = "-r --require --import --loader --experimental-loader -C --conditions --inspect-port" },
	{ .names = "java",
	  .module_words = "-m --module",
	  .value_words = "-cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules "
			 "--limit-modules --add-exports --add-opens --add-reads --patch-module --source",
	  .file_words = "-jar" },
	{ .names = "Rscript", .code_words = "-e" },
	{ .names = "R", .code_words = "-e", .value_words = "-g --gui -d --debugger", .file_words = "-f --file" },
	{ .names = "julia",
	  .code_words = "-e --eval -E --print",
	  .value_words = "-L --load -p --procs -t --threads -J --sysimage -C --cpu-target -H --home --machine-file" },
	{ .names = "env", .value_words = "-u --unset -C --chdir -a --argv0", .launcher = true },
	{ .names = "uv",
	  .subcommand = "run",
	  .module_words = "-m --module",
	  .value_words = "--with --with-editable --with-requirements -p --python --project --directory --extra --group "
			 "--only-group --package --env-file --index --default-index --index-url --extra-index-url "
			 "--find-links -f --cache-dir --config-file",
	  .launcher = true },
};

// Whether the first length bytes of text are one of the words.
static bool lists(const char *words, const char *text, size_t length)
{
	for (const char *word = words; word && *word;) {
		size_t size = strcspn(word, " ");

		if (size == length && memcmp(word, text, size) == 0)
			return true;
		word += size + strspn(word + size, " ");
	}
	return false;
}

static bool has_word(const char *words, const char *text)
{
	return lists(words, text, strlen(text));
}

static bool has_letter(const char *letters, char letter)
{
	return letters && letter && strchr(letters, letter);
}

// "python3.11", "-bash", "pypy3", "python3.13t".
static const struct interpreter *find(const char *first)
{
	const char *name = event_base_name(first);
	size_t length;

	name += *name == '-';
	length = strlen(name);
	if (length && strchr("tdm", name[length - 1]) && length > 1 && isdigit((unsigned char)name[length - 2]))
		length--;
	while (length && (isdigit((unsigned char)name[length - 1]) || name[length - 1] == '.'))
		length--;
	for (size_t i = 0; length && i < sizeof(interpreters) / sizeof(interpreters[0]); i++)
		if (lists(interpreters[i].names, name, length))
			return &interpreters[i];
	return NULL;
}

static char *named(const char *option, const char *name)
{
	return name ? memory_format("%s %s", option, name) : memory_copy_text(option);
}

// A walk over a command line; `next` is the next word.
struct walk {
	const struct interpreter *row;
	char *const *words;
	size_t count, next;
	bool found;    // the search has ended
	char *script;  // with this; NULL: there is none
};

static const char *next_word(struct walk *walk)
{
	return walk->next < walk->count ? walk->words[walk->next++] : NULL;
}

static void end(struct walk *walk, char *script)
{
	walk->found = true;
	walk->script = script;
}

static void take_group(struct walk *walk, const char *letters)
{
	const struct interpreter *row = walk->row;

	for (; *letters; letters++) {
		const char option[] = { '-', *letters, '\0' };

		if (has_letter(row->code, *letters)) {
			end(walk, memory_copy_text(option));
			return;
		}
		if (has_letter(row->module, *letters)) {
			end(walk, named(option, letters[1] ? letters + 1 : next_word(walk)));
			return;
		}
		if (has_letter(row->value, *letters)) {
			if (!letters[1])
				(void)next_word(walk);
			return;
		}
		if (has_letter(row->attached, *letters))
			return;
	}
}

static void take_option(struct walk *walk, const char *option)
{
	const struct interpreter *row = walk->row;
	const char *equals = strchr(option, '=');
	const char *word;

	if (equals && lists(row->file_words, option, (size_t)(equals - option))) {
		end(walk, memory_copy_text(event_base_name(equals + 1)));
	} else if (has_word(row->code_words, option)) {
		end(walk, memory_copy_text(option));
	} else if (has_word(row->module_words, option)) {
		end(walk, named("-m", next_word(walk)));
	} else if (has_word(row->file_words, option)) {
		word = next_word(walk);
		end(walk, word ? memory_copy_text(event_base_name(word)) : NULL);
	} else if (has_word(row->value_words, option)) {
		(void)next_word(walk);
	} else if (option[1] != '-') {
		take_group(walk, option + 1);
	}
}

static void take_command(struct walk *walk, const char *word)
{
	if (!walk->row->launcher) {
		end(walk, memory_copy_text(event_base_name(word)));
		return;
	}
	if (find(word))
		end(walk, event_script(walk->words + walk->next - 1, walk->count - walk->next + 1));
	else
		end(walk, memory_copy_text(event_base_name(word)));
}

static void take(struct walk *walk, const char *word)
{
	const bool option = word[0] == '-' || (walk->row->plus && word[0] == '+');

	if (option && !word[1]) {  // the script is what comes in
		end(walk, NULL);
	} else if (strcmp(word, "--") == 0) {
		word = next_word(walk);
		if (word)
			take_command(walk, word);
		else
			end(walk, NULL);
	} else if (option) {
		take_option(walk, word);
	} else if (!walk->row->launcher || !strchr(word, '=')) {
		take_command(walk, word);
	}
}

char *event_script(char *const *arguments, size_t count)
{
	const struct interpreter *row = count ? find(arguments[0]) : NULL;
	struct walk walk = { .row = row, .words = arguments, .count = count, .next = 1 };

	if (!row)
		return NULL;
	if (row->subcommand) {
		const char *subcommand = next_word(&walk);
		if (!subcommand || strcmp(subcommand, row->subcommand) != 0)
			return NULL;
	}
	while (!walk.found && walk.next < walk.count)
		take(&walk, next_word(&walk));
	return walk.script;
}
