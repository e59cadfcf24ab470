/*
 * Attributes of the classes API Activity and Detection Finding of the Open
 * Cybersecurity Schema Framework, version 1.6.0, and of the objects in them;
 * sorted. A table is made of them by saying what becomes of each row:
 *
 *     KEY(key, type)   type as in field_rule; JSON where there are objects in
 *                      arrays, or what is free
 *     RESERVED(key)    set by the format
 */
#ifndef SIEM_FORMAT_OCSFKEYS_H
#define SIEM_FORMAT_OCSFKEYS_H

#define OCSF_KEYS(KEY, RESERVED) \
	KEY("action", TEXT) \
	KEY("action_id", INT32) \
	RESERVED("activity_id") \
	RESERVED("activity_name") \
	KEY("actor.app_name", TEXT) \
	KEY("actor.app_uid", TEXT) \
	KEY("actor.invoked_by", TEXT) \
	KEY("actor.process.cmd_line", TEXT) \
	KEY("actor.process.file.name", TEXT) \
	KEY("actor.process.file.path", TEXT) \
	KEY("actor.process.name", TEXT) \
	KEY("actor.process.pid", INT32) \
	KEY("actor.process.uid", TEXT) \
	KEY("actor.session.created_time", TIME_MS) \
	KEY("actor.session.is_remote", BOOL) \
	KEY("actor.session.uid", TEXT) \
	KEY("actor.user.account.name", TEXT) \
	KEY("actor.user.account.uid", TEXT) \
	KEY("actor.user.credential_uid", TEXT) \
	KEY("actor.user.domain", TEXT) \
	KEY("actor.user.email_addr", TEXT) \
	KEY("actor.user.full_name", TEXT) \
	KEY("actor.user.groups", JSON) \
	KEY("actor.user.name", TEXT) \
	KEY("actor.user.org.name", TEXT) \
	KEY("actor.user.org.uid", TEXT) \
	KEY("actor.user.type", TEXT) \
	KEY("actor.user.type_id", INT32) \
	KEY("actor.user.uid", TEXT) \
	KEY("actor.user.uid_alt", TEXT) \
	KEY("api.group.name", TEXT) \
	KEY("api.operation", TEXT) \
	KEY("api.request.containers", JSON) \
	KEY("api.request.data", JSON) \
	KEY("api.request.flags", LIST) \
	KEY("api.request.uid", TEXT) \
	KEY("api.response.code", INT32) \
	KEY("api.response.containers", JSON) \
	KEY("api.response.data", JSON) \
	KEY("api.response.error", TEXT) \
	KEY("api.response.error_message", TEXT) \
	KEY("api.response.flags", LIST) \
	KEY("api.response.message", TEXT) \
	KEY("api.service.labels", LIST) \
	KEY("api.service.name", TEXT) \
	KEY("api.service.uid", TEXT) \
	KEY("api.service.version", TEXT) \
	KEY("api.version", TEXT) \
	KEY("attacks", JSON) \
	KEY("category_name", TEXT) \
	RESERVED("category_uid") \
	KEY("class_name", TEXT) \
	RESERVED("class_uid") \
	KEY("cloud.account.name", TEXT) \
	KEY("cloud.account.uid", TEXT) \
	KEY("cloud.org.name", TEXT) \
	KEY("cloud.org.uid", TEXT) \
	KEY("cloud.project_uid", TEXT) \
	KEY("cloud.provider", TEXT) \
	KEY("cloud.region", TEXT) \
	KEY("cloud.zone", TEXT) \
	KEY("comment", TEXT) \
	KEY("confidence", TEXT) \
	KEY("confidence_id", INT32) \
	KEY("confidence_score", INT32) \
	KEY("count", INT32) \
	KEY("device.hostname", TEXT) \
	KEY("device.ip", IP) \
	KEY("device.mac", MAC) \
	KEY("device.name", TEXT) \
	KEY("device.os.name", TEXT) \
	KEY("device.os.type_id", INT32) \
	KEY("device.region", TEXT) \
	KEY("device.type", TEXT) \
	KEY("device.type_id", INT32) \
	KEY("device.uid", TEXT) \
	KEY("disposition", TEXT) \
	KEY("disposition_id", INT32) \
	KEY("dst_endpoint.domain", TEXT) \
	KEY("dst_endpoint.hostname", TEXT) \
	KEY("dst_endpoint.instance_uid", TEXT) \
	KEY("dst_endpoint.ip", IP) \
	KEY("dst_endpoint.mac", MAC) \
	KEY("dst_endpoint.name", TEXT) \
	KEY("dst_endpoint.port", PORT) \
	KEY("dst_endpoint.svc_name", TEXT) \
	KEY("dst_endpoint.type", TEXT) \
	KEY("dst_endpoint.type_id", INT32) \
	KEY("dst_endpoint.uid", TEXT) \
	KEY("duration", INT64) \
	KEY("end_time", TIME_MS) \
	KEY("enrichments", JSON) \
	KEY("evidences", JSON) \
	KEY("finding_info.analytic.name", TEXT) \
	KEY("finding_info.analytic.type", TEXT) \
	KEY("finding_info.analytic.type_id", INT32) \
	KEY("finding_info.analytic.uid", TEXT) \
	KEY("finding_info.analytic.version", TEXT) \
	KEY("finding_info.attacks", JSON) \
	KEY("finding_info.created_time", TIME_MS) \
	KEY("finding_info.data_sources", LIST) \
	KEY("finding_info.desc", TEXT) \
	KEY("finding_info.first_seen_time", TIME_MS) \
	KEY("finding_info.kill_chain", JSON) \
	KEY("finding_info.last_seen_time", TIME_MS) \
	KEY("finding_info.modified_time", TIME_MS) \
	KEY("finding_info.product_uid", TEXT) \
	KEY("finding_info.related_analytics", JSON) \
	KEY("finding_info.related_events", JSON) \
	KEY("finding_info.src_url", TEXT) \
	KEY("finding_info.tags", JSON) \
	KEY("finding_info.title", TEXT) \
	KEY("finding_info.types", LIST) \
	KEY("finding_info.uid", TEXT) \
	KEY("finding_info.uid_alt", TEXT) \
	KEY("firewall_rule.name", TEXT) \
	KEY("firewall_rule.uid", TEXT) \
	KEY("firewall_rule.version", TEXT) \
	KEY("http_request.args", TEXT) \
	KEY("http_request.body_length", INT32) \
	KEY("http_request.http_headers", JSON) \
	KEY("http_request.http_method", TEXT) \
	KEY("http_request.length", INT32) \
	KEY("http_request.referrer", TEXT) \
	KEY("http_request.uid", TEXT) \
	KEY("http_request.url.hostname", TEXT) \
	KEY("http_request.url.path", TEXT) \
	KEY("http_request.url.port", PORT) \
	KEY("http_request.url.query_string", TEXT) \
	KEY("http_request.url.scheme", TEXT) \
	KEY("http_request.url.url_string", TEXT) \
	KEY("http_request.user_agent", TEXT) \
	KEY("http_request.version", TEXT) \
	KEY("http_request.x_forwarded_for", LIST) \
	KEY("http_response.body_length", INT32) \
	KEY("http_response.code", INT32) \
	KEY("http_response.content_type", TEXT) \
	KEY("http_response.latency", INT32) \
	KEY("http_response.length", INT32) \
	KEY("http_response.message", TEXT) \
	KEY("http_response.status", TEXT) \
	KEY("impact", TEXT) \
	KEY("impact_id", INT32) \
	KEY("impact_score", INT32) \
	KEY("is_alert", BOOL) \
	KEY("is_suspected_breach", BOOL) \
	KEY("malware", JSON) \
	KEY("message", TEXT) \
	KEY("metadata.correlation_uid", TEXT) \
	KEY("metadata.debug", LIST) \
	KEY("metadata.event_code", TEXT) \
	KEY("metadata.extensions", JSON) \
	KEY("metadata.is_truncated", BOOL) \
	KEY("metadata.labels", LIST) \
	KEY("metadata.log_level", TEXT) \
	KEY("metadata.log_name", TEXT) \
	KEY("metadata.log_provider", TEXT) \
	KEY("metadata.log_source", TEXT) \
	KEY("metadata.log_version", TEXT) \
	KEY("metadata.logged_time", TIME_MS) \
	KEY("metadata.loggers", JSON) \
	KEY("metadata.modified_time", TIME_MS) \
	KEY("metadata.original_event_uid", TEXT) \
	KEY("metadata.original_time", TEXT) \
	KEY("metadata.processed_time", TIME_MS) \
	KEY("metadata.product.feature.name", TEXT) \
	KEY("metadata.product.feature.uid", TEXT) \
	KEY("metadata.product.feature.version", TEXT) \
	KEY("metadata.product.lang", TEXT) \
	RESERVED("metadata.product.name") \
	KEY("metadata.product.path", TEXT) \
	KEY("metadata.product.uid", TEXT) \
	KEY("metadata.product.url_string", TEXT) \
	KEY("metadata.product.vendor_name", TEXT) \
	KEY("metadata.product.version", TEXT) \
	KEY("metadata.profiles", LIST) \
	KEY("metadata.sequence", INT64) \
	KEY("metadata.source", TEXT) \
	KEY("metadata.tags", JSON) \
	KEY("metadata.tenant_uid", TEXT) \
	KEY("metadata.transformation_info_list", JSON) \
	KEY("metadata.transmit_time", TIME_MS) \
	KEY("metadata.uid", TEXT) \
	KEY("metadata.untruncated_size", INT32) \
	RESERVED("metadata.version") \
	KEY("observables", JSON) \
	KEY("osint", JSON) \
	KEY("policy.desc", TEXT) \
	KEY("policy.group.name", TEXT) \
	KEY("policy.group.uid", TEXT) \
	KEY("policy.is_applied", BOOL) \
	KEY("policy.name", TEXT) \
	KEY("policy.type", TEXT) \
	KEY("policy.type_id", INT32) \
	KEY("policy.uid", TEXT) \
	KEY("policy.version", TEXT) \
	KEY("priority", TEXT) \
	KEY("priority_id", INT32) \
	KEY("raw_data", TEXT) \
	KEY("raw_data_hash.algorithm", TEXT) \
	KEY("raw_data_hash.algorithm_id", INT32) \
	KEY("raw_data_hash.value", TEXT) \
	KEY("raw_data_size", INT64) \
	KEY("remediation.desc", TEXT) \
	KEY("remediation.references", LIST) \
	KEY("resources", JSON) \
	KEY("risk_details", TEXT) \
	KEY("risk_level", TEXT) \
	KEY("risk_level_id", INT32) \
	KEY("risk_score", INT32) \
	KEY("severity", TEXT) \
	RESERVED("severity_id") \
	KEY("src_endpoint.agent_list", JSON) \
	KEY("src_endpoint.domain", TEXT) \
	KEY("src_endpoint.hostname", TEXT) \
	KEY("src_endpoint.instance_uid", TEXT) \
	KEY("src_endpoint.intermediate_ips", LIST) \
	KEY("src_endpoint.ip", IP) \
	KEY("src_endpoint.location.city", TEXT) \
	KEY("src_endpoint.location.country", TEXT) \
	KEY("src_endpoint.mac", MAC) \
	KEY("src_endpoint.name", TEXT) \
	KEY("src_endpoint.os.name", TEXT) \
	KEY("src_endpoint.port", PORT) \
	KEY("src_endpoint.proxy_endpoint", JSON) \
	KEY("src_endpoint.svc_name", TEXT) \
	KEY("src_endpoint.type", TEXT) \
	KEY("src_endpoint.type_id", INT32) \
	KEY("src_endpoint.uid", TEXT) \
	KEY("src_endpoint.zone", TEXT) \
	KEY("start_time", TIME_MS) \
	KEY("status", TEXT) \
	KEY("status_code", TEXT) \
	KEY("status_detail", TEXT) \
	KEY("status_id", INT32) \
	RESERVED("time") \
	KEY("timezone_offset", INT32) \
	KEY("type_name", TEXT) \
	RESERVED("type_uid") \
	RESERVED("unmapped") \
	KEY("vendor_attributes", JSON) \
	KEY("verdict", TEXT) \
	KEY("verdict_id", INT32) \
	KEY("vulnerabilities", JSON)

#endif
