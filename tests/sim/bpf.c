// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a seccomp program as the kernel would: the accumulator, absolute loads, AND, jumps forward, return.
#include "bpf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int load(const struct seccomp_data *call, uint32_t offset, uint32_t *accumulator)
{
	if (offset % 4 != 0 || offset > sizeof(*call) - 4)
		return -EINVAL;
	memcpy(accumulator, (const char *)call + offset, sizeof(*accumulator));
	return 0;
}

// Whether a conditional jump is taken; *known is false for an instruction that is none.
static bool jump_taken(const struct sock_filter *at, uint32_t accumulator, bool *known)
{
	*known = true;
	switch (at->code) {
	case BPF_JMP | BPF_JEQ | BPF_K:
		return accumulator == at->k;
	case BPF_JMP | BPF_JGT | BPF_K:
		return accumulator > at->k;
	case BPF_JMP | BPF_JGE | BPF_K:
		return accumulator >= at->k;
	case BPF_JMP | BPF_JSET | BPF_K:
		return (accumulator & at->k) != 0;
	default:
		*known = false;
		return false;
	}
}

int bpf_run(const struct sock_filter *program, unsigned length, const struct seccomp_data *call, uint32_t *result)
{
	uint32_t accumulator = 0;

	if (length > BPF_MAXINSNS)
		return -EINVAL;
	for (uint64_t at = 0; at < length; at++) {
		const struct sock_filter *instruction = &program[at];
		bool is_jump;
		const bool taken = jump_taken(instruction, accumulator, &is_jump);

		if (is_jump) {
			at += taken ? instruction->jt : instruction->jf;
			continue;
		}
		switch (instruction->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (load(call, instruction->k, &accumulator) < 0)
				return -EINVAL;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			accumulator &= instruction->k;
			break;
		case BPF_JMP | BPF_JA:
			at += instruction->k;
			break;
		case BPF_RET | BPF_K:
			*result = instruction->k;
			return 0;
		default:
			return -EINVAL;
		}
	}
	return -EINVAL;
}
