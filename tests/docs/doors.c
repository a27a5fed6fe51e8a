// SPDX-License-Identifier: GPL-2.0-or-later
// Prints the design manual's table of doors as the program has it.
#include <stdio.h>

#include "plan/doors.h"

static void print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		(void)fputs("\\&", stdout);
	for (; *text; text++)
		(void)(*text == '\\' ? fputs("\\e", stdout) : putchar(*text));
}

static void print_sets(const struct door *door)
{
	const char *word = " (";

	for (size_t i = 0; i < DOOR_SETS && door->sets[i]; i++) {
		for (size_t j = 0; j < MECHANISM_COUNT; j++) {
			if (!(door->sets[i] & (mechanism_set)1 << j))
				continue;
			printf("%s%s", word, mechanisms[j].name);
			word = ", ";
		}
		word = "; ";
	}
	puts(door->sets[0] ? ")" : " (nothing)");
}

int main(void)
{
	bool open = false;

	for (size_t i = 0; i < door_count; i++) {
		if (!doors[i].name) {
			printf("%s.Ss %s\n.Bl -tag -width Ds -compact\n", open ? ".El\n" : "", doors[i].what);
			open = true;
			continue;
		}
		printf(".It Ic %s\n", doors[i].name);
		print_text(doors[i].what);
		print_sets(&doors[i]);
	}
	puts(".El");
	return 0;
}
