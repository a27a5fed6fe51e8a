// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses and blocks of tests as they are written: a text that is none fails the test.
#ifndef VPCJAIL_TEST_PARSED_H
#define VPCJAIL_TEST_PARSED_H

#include "net/prefix.h"
#include "test.h"

static inline struct address address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address, NULL), 0);
	return address;
}

static inline struct prefix block_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix, NULL), 0);
	return prefix;
}

#endif
