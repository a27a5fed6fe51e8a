// SPDX-License-Identifier: GPL-2.0-or-later
// How long reading a document takes, against jansson's bare parse of the same text: both in turns, in one process.
//
//	bench-import FILE	prints medians in milliseconds and their ratio: "READ BARE RATIO"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "import/document/document.h"

enum { PAIRS = 15, LARGEST = 1 << 30 };

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static double read_once(const char *text, size_t length)
{
	struct account account = { 0 };
	struct mistakes mistakes = { 0 };
	double begin = now();

	document_read(&account, "file", text, length, &mistakes);
	account_settle(&account, &mistakes);
	double took = now() - begin;
	if (mistakes.errors) {
		fputs("the document has mistakes\n", stderr);
		exit(1);
	}
	mistakes_release(&mistakes);
	account_release(&account);
	return took;
}

static double parse_once(const char *text, size_t length)
{
	double begin = now();
	json_t *root = json_loadb(text, length, 0, NULL);
	double took = now() - begin;

	if (!root) {
		fputs("the document is no JSON\n", stderr);
		exit(1);
	}
	json_decref(root);
	return took;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, PAIRS, sizeof(*values), compare);
	return values[PAIRS / 2];
}

int main(int argc, char **argv)
{
	AUTO_FREE char *text = NULL;
	struct error err = { 0 };
	double reads[PAIRS], parses[PAIRS], ratios[PAIRS];
	size_t length;

	if (argc != 2 || io_read_file(argv[1], LARGEST, &text, &length, &err) < 0) {
		fprintf(stderr, "bench-import FILE: %s\n", err.message);
		return 2;
	}
	for (int i = 0; i < PAIRS; i++) {
		parses[i] = parse_once(text, length);
		reads[i] = read_once(text, length);
		ratios[i] = reads[i] / parses[i];
	}
	printf("%.2f %.2f %.2f\n", median(reads), median(parses), median(ratios));
	return 0;
}
