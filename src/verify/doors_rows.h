// SPDX-License-Identifier: GPL-2.0-or-later
// The doors that are tried, as rows, and what their functions share. Inside the doors' files only.
#ifndef VPCJAIL_VERIFY_DOORS_ROWS_H
#define VPCJAIL_VERIFY_DOORS_ROWS_H

#include <errno.h>
#include <stdbool.h>

#include "verify/doors.h"

// QUICK: always tried. In the order of the table of doors.
// clang-format off
#define DOOR_ROWS(QUICK, FULL) \
	QUICK(descriptor_socket) \
	FULL(process_list) \
	QUICK(process_signal) \
	FULL(process_signal_descriptor) \
	QUICK(process_memory) \
	FULL(process_descriptor_taken) \
	FULL(process_environment) \
	FULL(process_namespace) \
	QUICK(abstract_stream) \
	QUICK(socket_tmp) \
	FULL(socket_shm) \
	FULL(file_tmp) \
	QUICK(tcp4_loopback) \
	QUICK(tcp6_loopback) \
	QUICK(family_vsock) \
	QUICK(family_packet) \
	FULL(family_xdp) \
	QUICK(family_other) \
	QUICK(netlink_other) \
	QUICK(type_raw4) \
	QUICK(type_raw6) \
	FULL(protocol_mptcp) \
	FULL(protocol_other) \
	FULL(option_mark) \
	FULL(option_transparent) \
	FULL(option_repair) \
	QUICK(ring_setup) \
	QUICK(abi_i386) \
	QUICK(abi_x32) \
	QUICK(abi_high_bits) \
	QUICK(call_user_namespace) \
	FULL(call_clone) \
	FULL(call_clone3) \
	FULL(call_network_namespace) \
	FULL(call_setns) \
	FULL(call_mount) \
	FULL(call_fsopen) \
	FULL(call_open_tree) \
	FULL(call_chroot) \
	FULL(call_file_handle) \
	FULL(call_bpf) \
	FULL(call_perf) \
	FULL(call_userfaultfd) \
	FULL(call_module) \
	FULL(call_reboot) \
	FULL(call_swap) \
	FULL(call_fanotify) \
	FULL(call_ports) \
	FULL(call_descriptor_table) \
	FULL(call_personality) \
	FULL(call_add_key) \
	QUICK(privilege_capabilities) \
	QUICK(switch_network) \
	FULL(switch_kernel) \
	FULL(proc_kernel_memory) \
	FULL(cgroup_write) \
	FULL(device_kernel_log) \
	FULL(device_tunnel) \
	FULL(device_rdma) \
	QUICK(environment_aws) \
	FULL(environment_models) \
	QUICK(credentials_aws) \
	FULL(credentials_keys) \
	FULL(credentials_web) \
	FULL(credentials_models)
// clang-format on

#define DECLARE(name) int door_##name(void);
DOOR_ROWS(DECLARE, DECLARE)
#undef DECLARE

// 0 for a system call that got through, else its errno.
static inline int door_result(long result)
{
	return result < 0 ? errno : 0;
}

// What stands outside, as the probe was told.
extern struct doors_world doors_world;

#endif
