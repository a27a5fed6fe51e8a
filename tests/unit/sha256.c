// SPDX-License-Identifier: GPL-2.0-or-later
// Digests against the examples of FIPS 180-4 and around the edges of a block.
#include <string.h>

#include "base/sha256.h"
#include "test.h"

static void expect(const char *text, const char *digest)
{
	char out[SHA256_TEXT_SIZE];

	assert_string_equal(sha256_text(text, strlen(text), out), digest);
}

static void examples(void **state)
{
	(void)state;
	expect("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// A million letters: many blocks, and the length in bits needs more than two bytes.
static void long_text(void **state)
{
	static char text[1000000];
	char out[SHA256_TEXT_SIZE];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_string_equal(sha256_text(text, sizeof(text), out),
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Lengths at which the padding takes a block more.
static void edges(void **state)
{
	static const struct {
		size_t length;
		const char *digest;
	} rows[] = {
		{ 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318" },
		{ 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a" },
		{ 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34" },
		{ 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb" },
	};
	char text[64], out[SHA256_TEXT_SIZE];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(sha256_text(text, rows[i].length, out), rows[i].digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples),
		cmocka_unit_test(long_text),
		cmocka_unit_test(edges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
