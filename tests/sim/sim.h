// SPDX-License-Identifier: GPL-2.0-or-later
// Cases on programs.
#ifndef VPCJAIL_SIM_SIM_H
#define VPCJAIL_SIM_SIM_H

#include "cases.h"

enum { SIM_PLAIN = 8, SIM_OPTIONS = 3 * SIM_PLAIN };

// Every combination of options: those without notices first.
extern const struct filter_options sim_options[SIM_OPTIONS];

// Whether a case is about these options.
bool sim_case_applies(const struct sim_case *one, const struct filter_options *options);

// Whether the program, compiled for options, does what the case expects; true for a case that is not about them.
// high is put into the upper half of each int argument.
bool sim_case_holds(const struct sim_case *one, const struct filter_options *options,
		    const struct filter_program *program, uint64_t high);

// The int arguments of a call, bit i for argument i.
unsigned sim_ints_of(const char *call);

// The program's action on a call as a case's expected has it; BROKEN for a program that cannot be run or an odd action.
int sim_action(const struct filter_program *program, uint32_t arch, uint32_t number, const uint64_t arguments[6]);

#endif
