// SPDX-License-Identifier: GPL-2.0-or-later
// The documents that are recognised: see forms.h. Their order is that of the list of known ones.
//
// Source: Amazon EC2 API Reference and AWS CLI Command Reference (ec2, elbv2, rds, opensearch, directconnect), outputs
// of each command; SageMaker API Reference; "AWS IP address ranges" (Amazon VPC User Guide), "Syntax".
#include "import/read/forms.h"

// Rows that many documents share: a list or a row that says nothing of who reaches whom, or not in a way that a profile
// can say.
#define NOT_NEEDED(command, key)                                                                                       \
	{                                                                                                              \
		command, FORM_LIST, key, { NULL }, NULL, true                                                          \
	}
#define NOT_NEEDED_ONE(command, key)                                                                                   \
	{                                                                                                              \
		command, FORM_ONE, key, { NULL }, NULL, true                                                           \
	}
#define NOT_NEEDED_WHOLE(command, ...)                                                                                 \
	{                                                                                                              \
		command, FORM_WHOLE, NULL, { __VA_ARGS__ }, NULL, true                                                 \
	}
// What a command prints that makes one thing.
#define MADE(command, key, reader)                                                                                     \
	{                                                                                                              \
		command, FORM_ONE, key, { NULL }, reader, true                                                         \
	}

const struct import_form import_forms[] = {
	{ "ec2 describe-vpcs", FORM_LIST, "Vpcs", { "VpcId", "CidrBlock", "DhcpOptionsId" }, read_vpc },
	{ "ec2 describe-subnets", FORM_LIST, "Subnets", { "SubnetId", "CidrBlock", "VpcId" }, read_subnet },
	{ "ec2 describe-route-tables", FORM_LIST, "RouteTables", { "RouteTableId", "Routes" }, read_route_table },
	{ "ec2 describe-security-groups",
	  FORM_LIST,
	  "SecurityGroups",
	  { "GroupId", "GroupName", "Description" },
	  read_security_group },
	{ "ec2 describe-security-group-rules",
	  FORM_LIST,
	  "SecurityGroupRules",
	  { "SecurityGroupRuleId", "GroupId" },
	  read_security_group_rule },
	{ "ec2 describe-network-acls", FORM_LIST, "NetworkAcls", { "NetworkAclId", "Entries" }, read_network_acl },
	{ "ec2 describe-vpc-endpoints",
	  FORM_LIST,
	  "VpcEndpoints",
	  { "VpcEndpointId", "ServiceName", "VpcEndpointType" },
	  read_vpc_endpoint },
	{ "ec2 describe-network-interfaces",
	  FORM_LIST,
	  "NetworkInterfaces",
	  { "NetworkInterfaceId", "SubnetId" },
	  read_network_interface },
	{ "ec2 describe-managed-prefix-lists", FORM_LIST, "PrefixLists", { "PrefixListId" }, read_prefix_list },
	{ "ec2 get-managed-prefix-list-entries", FORM_WHOLE, NULL, { "Entries" }, read_prefix_list_entries },
	{ "ec2 describe-prefix-lists", FORM_LIST, "PrefixLists", { "PrefixListId", "Cidrs" }, read_prefix_list },
	{ "ec2 describe-dhcp-options",
	  FORM_LIST,
	  "DhcpOptions",
	  { "DhcpOptionsId", "DhcpConfigurations" },
	  read_dhcp_options },
	{ "ec2 describe-vpc-attribute", FORM_WHOLE, NULL, { "VpcId", "EnableDnsSupport" }, read_vpc_attribute },
	{ "ec2 describe-vpc-attribute", FORM_WHOLE, NULL, { "VpcId", "EnableDnsHostnames" }, read_vpc_attribute, true },
	{ "ec2 describe-instances", FORM_LIST, "Reservations", { "ReservationId", "Instances" }, read_reservation },
	{ "ec2 describe-instances",
	  FORM_LIST,
	  "Instances",
	  { "InstanceId", "NetworkInterfaces" },
	  read_instance,
	  true },
	{ "ec2 describe-vpc-peering-connections",
	  FORM_LIST,
	  "VpcPeeringConnections",
	  { "VpcPeeringConnectionId", "RequesterVpcInfo" },
	  read_peering },
	{ "ec2 describe-availability-zones", FORM_LIST, "AvailabilityZones", { "ZoneName", "RegionName" }, NULL },
	{ "ip-ranges.json", FORM_LIST, "prefixes", { "ip_prefix" }, read_ip_range },
	{ "ip-ranges.json", FORM_LIST, "ipv6_prefixes", { "ipv6_prefix" }, read_ip_range, true },
	{ "ip-ranges.json", FORM_BESIDE, NULL, { "syncToken", "createDate" }, read_ip_ranges, true },
	{ "sagemaker create-training-job (its request)", FORM_WHOLE, NULL, { "TrainingJobName" }, read_training_job },
	{ "sagemaker describe-training-job",
	  FORM_WHOLE,
	  NULL,
	  { "TrainingJobName", "TrainingJobArn" },
	  read_training_job },
	{ "sagemaker create-processing-job (its request)",
	  FORM_WHOLE,
	  NULL,
	  { "ProcessingJobName" },
	  read_processing_job },
	{ "sagemaker describe-processing-job",
	  FORM_WHOLE,
	  NULL,
	  { "ProcessingJobName", "ProcessingJobArn" },
	  read_processing_job },
	{ "sagemaker create-hyper-parameter-tuning-job (its request)",
	  FORM_WHOLE,
	  NULL,
	  { "HyperParameterTuningJobName" },
	  read_tuning_job },
	{ "sagemaker describe-hyper-parameter-tuning-job",
	  FORM_WHOLE,
	  NULL,
	  { "HyperParameterTuningJobName", "HyperParameterTuningJobArn" },
	  read_tuning_job },
	{ "a job's manifest for Kubernetes", FORM_WHOLE, NULL, { "apiVersion", "kind" }, read_job_manifest },
	{ "the SageMaker SDK's config.yaml", FORM_WHOLE, NULL, { "SageMaker" }, read_sdk_configuration },

	MADE("ec2 create-vpc", "Vpc", read_vpc),
	MADE("ec2 create-subnet", "Subnet", read_subnet),
	MADE("ec2 create-route-table", "RouteTable", read_route_table),
	MADE("ec2 create-network-acl", "NetworkAcl", read_network_acl),
	MADE("ec2 create-vpc-endpoint", "VpcEndpoint", read_vpc_endpoint),
	MADE("ec2 create-network-interface", "NetworkInterface", read_network_interface),
	MADE("ec2 create-managed-prefix-list", "PrefixList", read_prefix_list),
	MADE("ec2 create-dhcp-options", "DhcpOptions", read_dhcp_options),
	MADE("ec2 create-vpc-peering-connection", "VpcPeeringConnection", read_peering),
	{ "ec2 create-security-group", FORM_WHOLE, NULL, { "GroupId" }, read_new_group, true },
	{ "an error that AWS answered with", FORM_WHOLE, NULL, { "Error" }, read_error_reply, true },

	NOT_NEEDED_WHOLE("ec2 describe-vpc-attribute", "VpcId", "EnableNetworkAddressUsageMetrics"),
	NOT_NEEDED_WHOLE("ec2 describe-network-interface-attribute", "NetworkInterfaceId", "Attachment"),
	NOT_NEEDED_WHOLE("ec2 describe-network-interface-attribute", "NetworkInterfaceId", "Description"),
	NOT_NEEDED_WHOLE("ec2 describe-network-interface-attribute", "NetworkInterfaceId", "Groups"),
	NOT_NEEDED_WHOLE("ec2 describe-network-interface-attribute", "NetworkInterfaceId", "SourceDestCheck"),
	NOT_NEEDED_WHOLE("ec2 create-flow-logs", "FlowLogIds"),
	NOT_NEEDED_WHOLE("ec2 create-route", "Return"),
	NOT_NEEDED_WHOLE("a route of a table", "Origin", "State", "GatewayId"),
	NOT_NEEDED_WHOLE("an action of a load balancer", "TargetGroupArn", "Type"),
	NOT_NEEDED_WHOLE("sagemaker describe-auto-ml-job-v2", "AutoMLJobName", "AutoMLJobArn"),
	NOT_NEEDED_WHOLE("sagemaker describe-cluster", "ClusterName", "ClusterArn", "InstanceGroups"),
	NOT_NEEDED_WHOLE("sagemaker describe-model", "ModelName", "ModelArn"),
	NOT_NEEDED_WHOLE("sagemaker describe-endpoint", "EndpointName", "EndpointArn"),
	NOT_NEEDED_WHOLE("sagemaker describe-endpoint-config", "EndpointConfigName", "EndpointConfigArn"),
	NOT_NEEDED_WHOLE("sagemaker describe-notebook-instance", "NotebookInstanceName", "NotebookInstanceArn"),
	NOT_NEEDED_WHOLE("sagemaker describe-transform-job", "TransformJobName", "TransformJobArn"),

	NOT_NEEDED_ONE("ec2 authorize-client-vpn-ingress", "Status"),
	NOT_NEEDED_ONE("ec2 create-network-insights-path", "NetworkInsightsPaths"),
	NOT_NEEDED_ONE("ec2 create-network-insights-path", "NetworkInsightsPath"),
	NOT_NEEDED_ONE("ec2 create-network-insights-access-scope", "NetworkInsightsAccessScope"),
	NOT_NEEDED_ONE("ec2 create-network-insights-access-scope", "NetworkInsightsAccessScopeContent"),
	NOT_NEEDED_ONE("ec2 start-network-insights-access-scope-analysis", "NetworkInsightsAccessScopeAnalysis"),
	NOT_NEEDED_ONE("ec2 start-network-insights-analysis", "NetworkInsightsAnalysis"),
	NOT_NEEDED_ONE("ec2 create-internet-gateway", "InternetGateway"),
	NOT_NEEDED_ONE("ec2 create-nat-gateway", "NatGateway"),

	NOT_NEEDED("ec2 describe-addresses", "Addresses"),
	NOT_NEEDED("ec2 describe-customer-gateways", "CustomerGateways"),
	NOT_NEEDED("ec2 describe-egress-only-internet-gateways", "EgressOnlyInternetGateways"),
	NOT_NEEDED("ec2 describe-flow-logs", "FlowLogs"),
	NOT_NEEDED("ec2 describe-internet-gateways", "InternetGateways"),
	NOT_NEEDED("ec2 describe-nat-gateways", "NatGateways"),
	NOT_NEEDED("ec2 describe-network-insights-access-scope-analyses", "NetworkInsightsAccessScopeAnalyses"),
	NOT_NEEDED("ec2 describe-network-insights-access-scopes", "NetworkInsightsAccessScopes"),
	NOT_NEEDED("ec2 describe-network-insights-analyses", "NetworkInsightsAnalyses"),
	NOT_NEEDED("ec2 describe-network-insights-paths", "NetworkInsightsPaths"),
	NOT_NEEDED("ec2 describe-network-interface-permissions", "NetworkInterfacePermissions"),
	NOT_NEEDED("ec2 describe-regions", "Regions"),
	NOT_NEEDED("ec2 describe-security-group-references", "SecurityGroupsReferenceSet"),
	NOT_NEEDED("ec2 describe-security-group-references", "SecurityGroupReferenceSet"),
	NOT_NEEDED("ec2 describe-security-group-vpc-associations", "SecurityGroupVpcAssociations"),
	NOT_NEEDED("ec2 describe-transit-gateway-attachments", "TransitGatewayAttachments"),
	NOT_NEEDED("ec2 describe-transit-gateway-route-tables", "TransitGatewayRouteTables"),
	NOT_NEEDED("ec2 describe-transit-gateway-vpc-attachments", "TransitGatewayVpcAttachments"),
	NOT_NEEDED("ec2 describe-transit-gateways", "TransitGateways"),
	NOT_NEEDED("ec2 describe-vpc-endpoint-associations", "VpcEndpointAssociations"),
	NOT_NEEDED("ec2 describe-vpc-endpoint-connection-notifications", "ConnectionNotificationSet"),
	NOT_NEEDED("ec2 describe-vpc-endpoint-connections", "VpcEndpointConnections"),
	NOT_NEEDED("ec2 describe-vpc-endpoint-service-configurations", "ServiceConfigurations"),
	NOT_NEEDED("ec2 describe-vpc-endpoint-service-permissions", "AllowedPrincipals"),
	NOT_NEEDED("ec2 describe-vpc-endpoint-services", "ServiceDetails"),
	NOT_NEEDED("ec2 describe-vpc-endpoint-services", "ServiceNames"),
	NOT_NEEDED("ec2 describe-vpn-connections", "VpnConnections"),
	NOT_NEEDED("ec2 describe-vpn-gateways", "VpnGateways"),
	NOT_NEEDED("ec2 get-managed-prefix-list-associations", "PrefixListAssociations"),
	NOT_NEEDED("ec2 get-network-insights-access-scope-analysis-findings", "AnalysisFindings"),
	NOT_NEEDED("ec2 get-security-groups-for-vpc", "SecurityGroupForVpcs"),
	NOT_NEEDED("ec2 get-subnet-cidr-reservations", "SubnetIpv4CidrReservations"),
	NOT_NEEDED("ec2 get-subnet-cidr-reservations", "SubnetIpv6CidrReservations"),
	NOT_NEEDED("ec2 get-transit-gateway-route-table-propagations", "TransitGatewayPropagations"),
	NOT_NEEDED("ec2 search-transit-gateway-routes", "TransitGatewayStaticRoutes"),
	NOT_NEEDED("a request of network-insights-access-scope", "MatchPaths"),
	NOT_NEEDED("a request of network-insights-access-scope", "ExcludePaths"),
	NOT_NEEDED("directconnect describe-direct-connect-gateway-associations", "DirectConnectGatewayAssociations"),
	NOT_NEEDED("directconnect describe-direct-connect-gateways", "DirectConnectGateways"),
	NOT_NEEDED("directconnect describe-virtual-interfaces", "VirtualInterfaces"),
	NOT_NEEDED("elbv2 describe-listeners", "LoadBalancerListeners"),
	NOT_NEEDED("elbv2 describe-load-balancer-attributes", "LoadBalancerAttributes"),
	NOT_NEEDED("elbv2 describe-load-balancers", "LoadBalancers"),
	NOT_NEEDED("elbv2 describe-target-groups", "TargetGroups"),
	NOT_NEEDED("elbv2 describe-target-health", "LoadBalancerTargetHealth"),
	NOT_NEEDED("es describe-elasticsearch-domains", "DomainStatusList"),
	NOT_NEEDED("rds describe-db-instances", "DBInstances"),
	NOT_NEEDED("sagemaker list-hyper-parameter-tuning-jobs", "HyperParameterTuningJobSummaries"),
	NOT_NEEDED("sagemaker list-processing-jobs", "ProcessingJobSummaries"),
	NOT_NEEDED("sagemaker list-training-jobs", "TrainingJobSummaries"),
};
const size_t import_form_count = sizeof(import_forms) / sizeof(import_forms[0]);

_Static_assert(sizeof(import_forms) / sizeof(import_forms[0]) <= ACCOUNT_FORMS, "account.h: seen is too short");

bool form_is_open(const struct account *account, size_t form)
{
	return account->pages[form].open && account->pages[form].open >= account->seen[form];
}
