// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of VPC Flow Logs, each with the version of the records that first had it: see flow_log.h.
#include "audit/flow/flow_log.h"

#define TEXT(field, word, since) [field] = { .name = (word), .version = (since), .kind = FLOW_LOG_TEXT }
#define NUMBER(field, word, since, most)                                                                               \
	[field] = { .name = (word), .version = (since), .kind = FLOW_LOG_NUMBER, .maximum = (most) }
#define ADDRESS(field, word, since) [field] = { .name = (word), .version = (since), .kind = FLOW_LOG_ADDRESS }
#define WORD(field, word, since, list)                                                                                 \
	[field] = { .name = (word), .version = (since), .kind = FLOW_LOG_WORD, .words = (list) }

const struct flow_log_row flow_log_rows[FLOW_LOG_FIELDS] = {
	NUMBER(FLOW_LOG_VERSION, "version", 2, UINT8_MAX),
	TEXT(FLOW_LOG_ACCOUNT, "account-id", 2),
	TEXT(FLOW_LOG_INTERFACE, "interface-id", 2),
	ADDRESS(FLOW_LOG_SOURCE, "srcaddr", 2),
	ADDRESS(FLOW_LOG_DESTINATION, "dstaddr", 2),
	NUMBER(FLOW_LOG_SOURCE_PORT, "srcport", 2, UINT16_MAX),
	NUMBER(FLOW_LOG_DESTINATION_PORT, "dstport", 2, UINT16_MAX),
	NUMBER(FLOW_LOG_PROTOCOL, "protocol", 2, UINT8_MAX),
	NUMBER(FLOW_LOG_PACKETS, "packets", 2, INT64_MAX),
	NUMBER(FLOW_LOG_BYTES, "bytes", 2, INT64_MAX),
	NUMBER(FLOW_LOG_START, "start", 2, INT64_MAX),
	NUMBER(FLOW_LOG_END, "end", 2, INT64_MAX),
	WORD(FLOW_LOG_ACTION, "action", 2, " ACCEPT REJECT "),
	WORD(FLOW_LOG_STATUS, "log-status", 2, " OK NODATA SKIPDATA "),
	TEXT(FLOW_LOG_VPC, "vpc-id", 3),
	TEXT(FLOW_LOG_SUBNET, "subnet-id", 3),
	TEXT(FLOW_LOG_INSTANCE, "instance-id", 3),
	NUMBER(FLOW_LOG_TCP_FLAGS, "tcp-flags", 3, UINT8_MAX),
	WORD(FLOW_LOG_TYPE, "type", 3, " IPv4 IPv6 EFA "),
	ADDRESS(FLOW_LOG_PACKET_SOURCE, "pkt-srcaddr", 3),
	ADDRESS(FLOW_LOG_PACKET_DESTINATION, "pkt-dstaddr", 3),
	TEXT(FLOW_LOG_REGION, "region", 4),
	TEXT(FLOW_LOG_ZONE, "az-id", 4),
	WORD(FLOW_LOG_SUBLOCATION_TYPE, "sublocation-type", 4, " wavelength outpost localzone "),
	TEXT(FLOW_LOG_SUBLOCATION, "sublocation-id", 4),
	TEXT(FLOW_LOG_SOURCE_SERVICE, "pkt-src-aws-service", 5),
	TEXT(FLOW_LOG_DESTINATION_SERVICE, "pkt-dst-aws-service", 5),
	WORD(FLOW_LOG_DIRECTION, "flow-direction", 5, " ingress egress "),
	NUMBER(FLOW_LOG_PATH, "traffic-path", 5, UINT8_MAX),
	TEXT(FLOW_LOG_ECS_CLUSTER_ARN, "ecs-cluster-arn", 7),
	TEXT(FLOW_LOG_ECS_CLUSTER_NAME, "ecs-cluster-name", 7),
	TEXT(FLOW_LOG_ECS_INSTANCE_ARN, "ecs-container-instance-arn", 7),
	TEXT(FLOW_LOG_ECS_INSTANCE, "ecs-container-instance-id", 7),
	TEXT(FLOW_LOG_ECS_CONTAINER, "ecs-container-id", 7),
	TEXT(FLOW_LOG_ECS_SECOND_CONTAINER, "ecs-second-container-id", 7),
	TEXT(FLOW_LOG_ECS_SERVICE, "ecs-service-name", 7),
	TEXT(FLOW_LOG_ECS_DEFINITION_ARN, "ecs-task-definition-arn", 7),
	TEXT(FLOW_LOG_ECS_TASK_ARN, "ecs-task-arn", 7),
	TEXT(FLOW_LOG_ECS_TASK, "ecs-task-id", 7),
	TEXT(FLOW_LOG_REJECT_REASON, "reject-reason", 8),
	TEXT(FLOW_LOG_RESOURCE, "resource-id", 9),
	NUMBER(FLOW_LOG_ENCRYPTION, "encryption-status", 10, UINT8_MAX),
	TEXT(FLOW_LOG_INTERFACE_TYPE, "interface-type", 11),
};

const struct flow_log_format flow_log_default = {
	{ FLOW_LOG_VERSION, FLOW_LOG_ACCOUNT, FLOW_LOG_INTERFACE, FLOW_LOG_SOURCE, FLOW_LOG_DESTINATION,
	  FLOW_LOG_SOURCE_PORT, FLOW_LOG_DESTINATION_PORT, FLOW_LOG_PROTOCOL, FLOW_LOG_PACKETS, FLOW_LOG_BYTES,
	  FLOW_LOG_START, FLOW_LOG_END, FLOW_LOG_ACTION, FLOW_LOG_STATUS },
	14,
};
