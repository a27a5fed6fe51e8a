// SPDX-License-Identifier: GPL-2.0-or-later
// The SHA-256 digest of a text: see sha256.h.
#include "base/sha256.h"

#include <endian.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 64, WORDS = 8, ROUNDS = 64, LENGTH_AT = 56 };

// The first 32 bits of the fractions of the cube roots of the first 64 primes.
static const uint32_t round_constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value >> bits | value << (32 - bits);
}

static void schedule(const uint8_t *block, uint32_t words[ROUNDS])
{
	for (unsigned i = 0; i < BLOCK / 4; i++) {
		uint32_t word;
		memcpy(&word, block + 4 * i, sizeof(word));
		words[i] = be32toh(word);
	}
	for (unsigned i = BLOCK / 4; i < ROUNDS; i++) {
		uint32_t near = words[i - 2], far = words[i - 15];
		words[i] = words[i - 16] + words[i - 7] + (rotate(far, 7) ^ rotate(far, 18) ^ far >> 3) +
			   (rotate(near, 17) ^ rotate(near, 19) ^ near >> 10);
	}
}

static void compress(uint32_t state[WORDS], const uint8_t *block)
{
	uint32_t words[ROUNDS], s[WORDS];

	schedule(block, words);
	memcpy(s, state, sizeof(s));
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
		uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
		uint32_t first = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + choice +
				 round_constants[i] + words[i];
		uint32_t second = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + majority;
		memmove(s + 1, s, sizeof(s) - sizeof(s[0]));
		s[4] += first;
		s[0] = first + second;
	}
	for (unsigned i = 0; i < WORDS; i++)
		state[i] += s[i];
}

const char *sha256_text(const void *bytes, size_t length, char *out)
{
	// The first 32 bits of the fractions of the square roots of the first 8 primes.
	uint32_t state[WORDS] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
				  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	const uint8_t *next = bytes;
	uint8_t last[2 * BLOCK] = { 0 };
	size_t rest = length % BLOCK;
	size_t last_size = rest < LENGTH_AT ? BLOCK : 2 * BLOCK;
	uint64_t bits = htobe64((uint64_t)length * 8);

	for (size_t done = 0; done + BLOCK <= length; done += BLOCK)
		compress(state, next + done);
	if (rest)
		memcpy(last, next + length - rest, rest);
	last[rest] = 0x80;
	memcpy(last + last_size - sizeof(bits), &bits, sizeof(bits));
	for (size_t done = 0; done < last_size; done += BLOCK)
		compress(state, last + done);

	for (unsigned i = 0; i < WORDS; i++)
		(void)snprintf(out + 8 * i, 9, "%08x", state[i]);
	return out;
}
