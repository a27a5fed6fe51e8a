// SPDX-License-Identifier: GPL-2.0-or-later
// nft: what of ARP and neighbour discovery may leave a link on a subnet. Frames byte by byte, the rules interpreted:
// the kernel's own forms pass, and none that differs from them in one byte that matters.
#include "test.h"

#include <linux/if_ether.h>
#include <linux/in.h>
#include <stdlib.h>

#include "nft_interpret.h"
#include "nft_profile.h"

enum { FRAME = 100, NETWORK = 14, TRANSPORT = 54 };

// What the rules load, straight from the frame.
static bool load_frame(const struct packet *packet, enum selector selector, uint8_t *to)
{
	const struct selector_row *row = &selector_rows[selector];
	const uint8_t *frame = packet->frame;
	unsigned type = (unsigned)frame[12] << 8 | frame[13];
	struct value value;
	uint32_t at = 0;

	memset(to, 0, 16);
	if ((row->family == FAMILY_IPV4 && type != ETH_P_IP) || (row->family == FAMILY_IPV6 && type != ETH_P_IPV6) ||
	    (row->source == SOURCE_ARP_HEADER && type != ETH_P_ARP) ||
	    (row->protocol && (type != ETH_P_IPV6 || row->protocol != frame[NETWORK + 6])))
		return false;
	switch (row->source) {
	case SOURCE_LINK_HEADER:
		break;
	case SOURCE_ARP_HEADER:
	case SOURCE_NETWORK_HEADER:
		at = NETWORK;
		break;
	case SOURCE_TRANSPORT_HEADER:
		at = TRANSPORT;
		break;
	case SOURCE_META:
	case SOURCE_CT:
	case SOURCE_CT_ORIGINAL:
	case SOURCE_FIB:
		value = value_of_number(selector, selector == SELECT_LENGTH     ? packet->length
						  : selector == SELECT_PROTOCOL ? type
										: frame[NETWORK + 6]);
		memcpy(to, value.bytes, sizeof(value.bytes));
		return selector == SELECT_LENGTH || selector == SELECT_PROTOCOL || selector == SELECT_L4PROTO;
	}
	if (at + row->key + row->length > packet->length)
		return false;
	memcpy(to, frame + at + row->key, row->length);
	return true;
}

static struct ruleset *ruleset;

static bool passes(const uint8_t *frame, uint32_t length)
{
	struct packet packet = { load_frame, .frame = frame, .length = length };

	return run_chain(&packet, find_chain(ruleset, "link")) == NF_ACCEPT;
}

static uint32_t from_hex(const char *text, uint8_t frame[FRAME])
{
	uint32_t length = 0;

	memset(frame, 0, FRAME);
	for (const char *at = text; *at; at += at[2] == ' ' ? 3 : 2) {
		assert_true(length < FRAME);
		frame[length++] = (uint8_t)strtoul((char[]){ at[0], at[1], 0 }, NULL, 16);
		if (!at[2])
			break;
	}
	return length;
}

#define OWN_MAC "02 76 00 00 00 02"
#define OTHER_MAC "02 99 00 00 00 01"
#define EVERYBODY "ff ff ff ff ff ff"
#define NOBODY "00 00 00 00 00 00"
#define OWN6 "fd 5c 8b 1e 7a 42 00 01 00 00 00 00 00 00 00 02"
#define NEAR6 "fd 5c 8b 1e 7a 42 00 01 00 00 00 00 00 00 00 09"
#define GROUP6 "ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 09"
#define ROUTER6 "fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01"

// The bytes (first to last) that do not decide: who is asked or answered, where any neighbour may be; what the kernel
// fills in by itself. All others do.
struct form {
	const char *name, *hex;
	uint8_t free[6][2];  // ended by 0, 0
};

#define IPV6_LABEL                                                                                                     \
	{                                                                                                              \
		14, 19                                                                                                 \
	}
#define ND_CHECKSUM_FLAGS                                                                                              \
	{                                                                                                              \
		56, 61                                                                                                 \
	}

static const struct form forms[] = {
	{ "ARP request",
	  EVERYBODY " " OWN_MAC " 08 06 00 01 08 00 06 04 00 01 " OWN_MAC " c6 12 00 02 " NOBODY " c6 12 00 09",
	  { { 1, 5 }, { 41, 41 } } },
	{ "ARP reply",
	  OTHER_MAC " " OWN_MAC " 08 06 00 01 08 00 06 04 00 02 " OWN_MAC " c6 12 00 02 " OTHER_MAC " c6 12 00 09",
	  { { 1, 5 }, { 32, 37 }, { 41, 41 } } },
	{ "solicitation",
	  "33 33 ff 00 00 09 " OWN_MAC " 86 dd 60 00 00 00 00 20 3a ff " OWN6 " " GROUP6
	  " 87 00 aa aa 00 00 00 00 " NEAR6 " 01 01 " OWN_MAC,
	  { { 1, 5 }, IPV6_LABEL, { 51, 53 }, ND_CHECKSUM_FLAGS, { 70, 77 } } },
	{ "answer with its address",
	  OTHER_MAC " " OWN_MAC " 86 dd 60 00 00 00 00 20 3a ff " OWN6 " " NEAR6 " 88 00 aa aa 60 00 00 00 " OWN6
		    " 02 01 " OWN_MAC,
	  { { 1, 5 }, IPV6_LABEL, { 46, 53 }, ND_CHECKSUM_FLAGS } },
	{ "answer",
	  OTHER_MAC " " OWN_MAC " 86 dd 60 00 00 00 00 18 3a ff " OWN6 " " NEAR6 " 88 00 aa aa 60 00 00 00 " OWN6,
	  { { 1, 5 }, IPV6_LABEL, { 46, 53 }, ND_CHECKSUM_FLAGS } },
	{ "answer to a router",
	  OTHER_MAC " " OWN_MAC " 86 dd 60 00 00 00 00 18 3a ff " OWN6 " " ROUTER6 " 88 00 aa aa 60 00 00 00 " OWN6,
	  { { 1, 5 }, IPV6_LABEL, { 39, 53 }, ND_CHECKSUM_FLAGS } },
};

static bool is_free(const struct form *form, uint32_t at)
{
	for (size_t i = 0; form->free[i][1]; i++)
		if (form->free[i][0] <= at && at <= form->free[i][1])
			return true;
	return at == 0;
}

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		uint8_t frame[FRAME];
		uint32_t length = from_hex(forms[i].hex, frame);

		if (!passes(frame, length))
			fail_msg("%s does not pass", forms[i].name);
		if (passes(frame, length - 1) || passes(frame, length + 1))
			fail_msg("%s passes with a byte less or more", forms[i].name);
		for (uint32_t at = 0; at < length; at++) {
			frame[at] ^= 0x10;
			if (passes(frame, length) != is_free(&forms[i], at))
				fail_msg("%s: byte %u %s", forms[i].name, at,
					 is_free(&forms[i], at) ? "decides, and should not" : "does not decide");
			frame[at] ^= 0x10;
		}
	}
}

// Whole frames that must not pass, each the neighbour of one that does.
static void test_others(void **state)
{
	static const struct {
		const char *name, *hex;
	} rows[] = {
		{ "ARP for an address out of reach", EVERYBODY " " OWN_MAC " 08 06 00 01 08 00 06 04 00 01 " OWN_MAC
							       " c6 12 00 02 " NOBODY " c6 12 01 09" },
		{ "ARP in another's name", EVERYBODY " " OWN_MAC " 08 06 00 01 08 00 06 04 00 02 " OWN_MAC
						     " c6 12 00 03 " NOBODY " c6 12 00 09" },
		{ "gratuitous ARP for another", EVERYBODY " " OWN_MAC " 08 06 00 01 08 00 06 04 00 02 " OTHER_MAC
							  " c6 12 00 02 " NOBODY " c6 12 00 09" },
		{ "RARP", EVERYBODY " " OWN_MAC " 80 35 00 01 08 00 06 04 00 01 " OWN_MAC " c6 12 00 02 " NOBODY
				    " c6 12 00 09" },
		{ "ARP in a VLAN", EVERYBODY " " OWN_MAC " 81 00 00 05 08 06 00 01 08 00 06 04 00 01 " OWN_MAC
					     " c6 12 00 02 " NOBODY " c6 12 00 09" },
		{ "solicitation for an address out of reach",
		  "33 33 ff 00 00 09 " OWN_MAC " 86 dd 60 00 00 00 00 20 3a ff " OWN6 " " GROUP6
		  " 87 00 aa aa 00 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 09 01 01 " OWN_MAC },
		{ "solicitation from a forwarded packet",
		  "33 33 ff 00 00 09 " OWN_MAC " 86 dd 60 00 00 00 00 20 3a 40 " OWN6 " " GROUP6
		  " 87 00 aa aa 00 00 00 00 " NEAR6 " 01 01 " OWN_MAC },
		{ "router advertisement", "33 33 00 00 00 01 " OWN_MAC " 86 dd 60 00 00 00 00 20 3a ff " OWN6 " " GROUP6
					  " 86 00 aa aa 00 00 00 00 " NEAR6 " 01 01 " OWN_MAC },
		{ "redirect", "33 33 00 00 00 01 " OWN_MAC " 86 dd 60 00 00 00 00 20 3a ff " OWN6 " " NEAR6
			      " 89 00 aa aa 00 00 00 00 " NEAR6 " 02 01 " OWN_MAC },
		{ "answer to all",
		  "33 33 00 00 00 01 " OWN_MAC " 86 dd 60 00 00 00 00 20 3a ff " OWN6
		  " ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 88 00 aa aa 60 00 00 00 " OWN6 " 02 01 " OWN_MAC },
		{ "answer in another's name", OTHER_MAC " " OWN_MAC " 86 dd 60 00 00 00 00 20 3a ff " OWN6 " " NEAR6
							" 88 00 aa aa 60 00 00 00 " NEAR6 " 02 01 " OWN_MAC },
		{ "solicitation behind another header",
		  "33 33 ff 00 00 09 " OWN_MAC " 86 dd 60 00 00 00 00 20 00 ff " OWN6 " " GROUP6
		  " 3a 00 05 02 00 00 00 00 87 00 aa aa 00 00 00 00 " NEAR6 },
		{ "odd protocol", OTHER_MAC " " OWN_MAC " 88 b5 00 00 00 00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t frame[FRAME];
		uint32_t length = from_hex(rows[i].hex, frame);

		if (passes(frame, length))
			fail_msg("%s passes", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_others) };
	AUTO_FREE char *path = memory_format("%s/tests/golden/nft/neighbours.yaml", getenv("VPCJAIL_SOURCE"));

	ruleset = nft_profile_ruleset(path);
	if (!ruleset)
		return 1;
	int result = cmocka_run_group_tests(tests, NULL, NULL);
	ruleset_free(ruleset);
	return result;
}
