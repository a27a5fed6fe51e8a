// SPDX-License-Identifier: GPL-2.0-or-later
// "Did you mean": see names.h.
#include "base/names.h"

#include <string.h>
#include <strings.h>

enum { LONGEST = 63 };

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

// Optimal string alignment distance (Damerau 1964, without repeated edits of one place).
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][LONGEST + 1];
	size_t length_a = strlen(a);
	size_t length_b = strlen(b);

	if (length_a > LONGEST || length_b > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= length_b; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= length_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= length_b; j++) {
			size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
			row[j] = smaller(smaller(above[j] + 1, row[j - 1] + 1), above[j - 1] + change);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], above2[j - 2] + 1);
		}
	}
	return rows[length_a % 3][length_b];
}

const char *names_nearest(const char *word, const char *const *candidates, size_t count)
{
	const char *nearest = NULL;
	size_t length = strlen(word);
	size_t best = length / 3 < 1 ? 2 : length / 3 > 3 ? 4 : length / 3 + 1;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(word, candidates[i]);
		if (length >= 3 && d > 1 && strncasecmp(word, candidates[i], length) == 0)
			d = 1;
		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
