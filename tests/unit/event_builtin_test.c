/*
 * The maps that are built in: what they make of both schemas, documented and
 * live, and of everything else.
 */
#include "mapping.h"

#include "check.h"

static const char *cef_of(const char *record)
{
	return mapped("auto", &cef, record);
}

static const char *leef_of(const char *record)
{
	return mapped("auto", &leef, record);
}

static const char *rfc5424_of(const char *record)
{
	return mapped("auto", &rfc5424, record);
}

static const char a1[] =
	"{'ts':'2025-10-08T22:45:00Z','action':'classify',"
	"'caller':'incident-mgr','region':'us','env':'prod',"
	"'conversation_id':'INC-12345','categories':[{'type':'pii',"
	"'confidence':0.85},{'type':'ops_sensitive','confidence':0.7}],"
	"'decision':{'action':'redact','target':'external:openai:gpt-4'"
	",'policy_version':2,'requires_redaction':true,"
	"'allowed_categories':['pii','ops_sensitive']},"
	"'suggested_action':'redact','redaction_count':3,"
	"'payload_size_bytes':2048}";

static const char a2[] =
	"{'ts':'2025-10-08T22:45:01Z','caller':null,"
	"'context':{'purpose':null,'env':'prod','region':'eu',"
	"'conversation_id':'INC-9','caller':'bot=1'},"
	"'action':'classify','categories':[{'type':'secret',"
	"'confidence':0.95}],'decision':{'action':'block',"
	"'target':'internal:default','requires_redaction':false,"
	"'allow_detokenize':true,'allowed_categories':['ops_sensitive',"
	"'pii'],'policy_version':'1'},'policy_version':'1'}";

static const char b1[] =
	"{'timestamp':'2024-01-15T10:30:00.000Z',"
	"'event_type':'security_decision','severity':'info',"
	"'source':'gatekit','version':'1.0',"
	"'correlation_id':'req-123456','session_id':'sess-abc',"
	"'client_info':{'client_id':'claude-desktop',"
	"'client_version':'1.0.0'},'mcp_data':{'method':'tools/call',"
	"'tool_name':'filesystem','parameters':{'path':'/tmp/test.txt',"
	"'operation':'read'}},'security_decision':{'allowed':true,"
	"'plugin':'filesystem_security','reason':'Path allowed by "
	"policy','risk_score':2},'upstream_server':{'name':'filesystem-"
	"server','command':'node filesystem-mcp-server.js'}}";

static const char b2[] =
	"{'timestamp':'2024-01-15T10:30:01.250Z',"
	"'event_type':'security_decision','severity':'warning',"
	"'source':'gatekit','version':'1.0',"
	"'correlation_id':'req-123457','mcp_data':{'method':'tools/call"
	"','tool_name':'filesystem','parameters':{'path':'C:\\\\Users\\\\"
	"a=b|c.txt','operation':'write'}},"
	"'security_decision':{'allowed':false,"
	"'plugin':'filesystem_security','reason':'Denied:\\nrule "
	"\\'[x]\\'','risk_score':9}}";

static void the_documented_record_of_the_redaction_server(void)
{
	CHECK(is(cef_of(a1),
		 "mcp-redaction|3|RedactionMCP|mcp-redaction|1.0|mcp.classify|MC"
		 "P payload classified|rt=1759963500000 cat=Data Redaction "
		 "act=redact outcome=success suser=incident-mgr "
		 "destinationServiceName=external:openai:gpt-4 "
		 "externalId=INC-12345 cn1Label=redactionCount cn1=3 "
		 "cn2Label=policyVersion cn2=2 in=2048 cs1Label=categories "
		 "cs1=pii:0.85,ops_sensitive:0.7 cs2Label=requiresRedaction "
		 "cs2=true cs3Label=allowedCategories cs3=pii,ops_sensitive "
		 "cs4Label=region cs4=us cs5Label=env cs5=prod "
		 "RedactionMCPSuggestedAction=redact"));
	CHECK(is(leef_of(a1),
		 "mcp-redaction|3|RedactionMCP|mcp-redaction|1.0|mcp.classify|se"
		 "v=3 devTime=1759963500000 cat=redact usrName=incident-mgr "
		 "policy=2 resource=external:openai:gpt-4 srcBytes=2048 "
		 "action=classify outcome=success conversationId=INC-12345 "
		 "region=us env=prod categories=pii:0.85,ops_sensitive:0.7 "
		 "requiresRedaction=true allowedCategories=pii,ops_sensitive "
		 "suggestedAction=redact redactionCount=3"));
	CHECK(is(rfc5424_of(a1),
		 "mcp-redaction|3|mcp-redaction|-|mcp.classify|MCP payload "
		 "classified|audit@32473|action=classify caller=incident-mgr "
		 "region=us env=prod conversation_id=INC-12345 "
		 "categories=[{'type':'pii','confidence':0.85},"
		 "{'type':'ops_sensitive','confidence':0.7}] "
		 "decision.action=redact decision.target=external:openai:gpt-4 "
		 "decision.policy_version=2 decision.requires_redaction=true "
		 "decision.allowed_categories=['pii','ops_sensitive'] "
		 "suggested_action=redact redaction_count=3 "
		 "payload_size_bytes=2048"));
}

static void the_live_record_of_the_redaction_server(void)
{
	CHECK(is(cef_of(a2),
		 "mcp-redaction|8|RedactionMCP|mcp-redaction|1.0|mcp.classify|MC"
		 "P payload classified|rt=1759963501000 cat=Data Redaction "
		 "act=block outcome=failure suser=bot=1 "
		 "destinationServiceName=internal:default externalId=INC-9 "
		 "cn2Label=policyVersion cn2=1 cs1Label=categories "
		 "cs1=secret:0.95 cs2Label=requiresRedaction cs2=false "
		 "cs3Label=allowedCategories cs3=ops_sensitive,pii "
		 "cs4Label=region cs4=eu cs5Label=env cs5=prod "
		 "RedactionMCPDecisionAllowDetokenize=true"));
	CHECK(is(leef_of(a2),
		 "mcp-redaction|8|RedactionMCP|mcp-redaction|1.0|mcp.classify|se"
		 "v=8 devTime=1759963501000 cat=block usrName=bot=1 policy=1 "
		 "resource=internal:default action=classify outcome=failure "
		 "conversationId=INC-9 region=eu env=prod "
		 "categories=secret:0.95 requiresRedaction=false "
		 "allowedCategories=ops_sensitive,pii "
		 "decisionAllowDetokenize=true"));
	CHECK(is(rfc5424_of(a2),
		 "mcp-redaction|8|mcp-redaction|-|mcp.classify|MCP payload "
		 "classified|audit@32473|context.env=prod context.region=eu "
		 "context.conversation_id=INC-9 context.caller=bot=1 "
		 "action=classify categories=[{'type':'secret',"
		 "'confidence':0.95}] decision.action=block "
		 "decision.target=internal:default "
		 "decision.requires_redaction=false "
		 "decision.allow_detokenize=true decision.allowed_categories=['o"
		 "ps_sensitive','pii'] decision.policy_version=1 "
		 "policy_version=1"));
}

static void an_allowed_call_of_gatekit(void)
{
	CHECK(is(cef_of(b1),
		 "gatekit|2|Gatekit|gatekit|1.0|security_decision|MCP security "
		 "decision|rt=1705314600000 cat=MCP Gateway act=allowed "
		 "outcome=success reason=Path allowed by policy "
		 "suser=claude-desktop requestClientApplication=claude-desktop/1"
		 ".0.0 requestMethod=tools/call filePath=/tmp/test.txt "
		 "destinationServiceName=filesystem-server dproc=node "
		 "filesystem-mcp-server.js deviceProcessName=gatekit "
		 "externalId=req-123456 cn1Label=riskScore cn1=2 "
		 "cs1Label=sessionId cs1=sess-abc cs2Label=toolName "
		 "cs2=filesystem cs3Label=parameters "
		 "cs3={'path':'/tmp/test.txt','operation':'read'} "
		 "cs4Label=plugin cs4=filesystem_security"));
	CHECK(is(leef_of(b1),
		 "gatekit|2|Gatekit|gatekit|1.0|security_decision|sev=2 "
		 "devTime=1705314600000 cat=allowed usrName=claude-desktop "
		 "policy=filesystem_security resource=filesystem action=allowed "
		 "outcome=success reason=Path allowed by policy "
		 "method=tools/call filePath=/tmp/test.txt "
		 "parameters={'path':'/tmp/test.txt','operation':'read'} "
		 "upstream=filesystem-server command=node "
		 "filesystem-mcp-server.js clientVersion=1.0.0 "
		 "sessionId=sess-abc correlationId=req-123456 riskScore=2 "
		 "source=gatekit"));
	CHECK(is(rfc5424_of(b1),
		 "gatekit|2|gatekit|-|security_decision|MCP security "
		 "decision|audit@32473|event_type=security_decision "
		 "severity=info source=gatekit version=1.0 "
		 "correlation_id=req-123456 session_id=sess-abc "
		 "client_info.client_id=claude-desktop "
		 "client_info.client_version=1.0.0 mcp_data.method=tools/call "
		 "mcp_data.tool_name=filesystem mcp_data.parameters.path=/tmp/te"
		 "st.txt mcp_data.parameters.operation=read "
		 "security_decision.allowed=true security_decision.plugin=filesy"
		 "stem_security security_decision.reason=Path allowed by policy "
		 "security_decision.risk_score=2 upstream_server.name=filesystem"
		 "-server upstream_server.command=node filesystem-mcp-server.js"));
}

static void a_blocked_call_of_gatekit_with_hostile_bytes(void)
{
	CHECK(is(cef_of(b2),
		 "gatekit|9|Gatekit|gatekit|1.0|security_decision|MCP security "
		 "decision|rt=1705314601250 cat=MCP Gateway act=blocked "
		 "outcome=failure reason=Denied:\nrule '[x]' "
		 "requestMethod=tools/call filePath=C:\\Users\\a=b|c.txt "
		 "deviceProcessName=gatekit externalId=req-123457 "
		 "cn1Label=riskScore cn1=9 cs2Label=toolName cs2=filesystem "
		 "cs3Label=parameters cs3={'path':'C:\\\\Users\\\\a=b|c.txt',"
		 "'operation':'write'} cs4Label=plugin cs4=filesystem_security"));
	CHECK(is(leef_of(b2),
		 "gatekit|9|Gatekit|gatekit|1.0|security_decision|sev=9 "
		 "devTime=1705314601250 cat=blocked policy=filesystem_security "
		 "resource=filesystem action=blocked outcome=failure "
		 "reason=Denied:\nrule '[x]' method=tools/call "
		 "filePath=C:\\Users\\a=b|c.txt parameters={'path':'C:\\\\Users\\"
		 "\\a=b|c.txt','operation':'write'} correlationId=req-123457 "
		 "riskScore=9 source=gatekit"));
	CHECK(is(rfc5424_of(b2),
		 "gatekit|9|gatekit|-|security_decision|MCP security "
		 "decision|audit@32473|event_type=security_decision "
		 "severity=warning source=gatekit version=1.0 "
		 "correlation_id=req-123457 mcp_data.method=tools/call "
		 "mcp_data.tool_name=filesystem mcp_data.parameters.path=C:\\User"
		 "s\\a=b|c.txt mcp_data.parameters.operation=write "
		 "security_decision.allowed=false "
		 "security_decision.plugin=filesystem_security "
		 "security_decision.reason=Denied:\nrule '[x]' "
		 "security_decision.risk_score=9"));
}

/* "map severity" of a record, with a ! where it is an emergency. */
static const char *severity_of(const char *record)
{
	static char text[64];
	const char *line = cef_of(record);
	const char *bar = strchr(line, '|');

	snprintf(text, sizeof(text), "%.*s %.*s", (int)(bar - line), line,
		 (int)strcspn(bar + 1, "|"), bar + 1);
	return text;
}

static void severity_of_the_redaction_server_follows_action_and_decision(void)
{
	CHECK(is(severity_of("{'action':'classify'}"), "mcp-redaction 2"));
	CHECK(is(severity_of("{'action':'route','decision':"
			     "{'action':'allow'}}"), "mcp-redaction 2"));
	CHECK(is(severity_of("{'action':'redact','decision':"
			     "{'action':'redact'}}"), "mcp-redaction 3"));
	CHECK(is(severity_of("{'action':'classify','decision':"
			     "{'action':'internal_only'}}"),
		 "mcp-redaction 3"));
	CHECK(is(severity_of("{'action':'detokenize','decision':"
			     "{'allow_categories':['pii']}}"),
		 "mcp-redaction 5"));
	CHECK(is(severity_of("{'action':'classify','decision':"
			     "{'action':'block'},"
			     "'categories':[{'type':'pii'}]}"),
		 "mcp-redaction 6"));
	CHECK(is(severity_of("{'action':'classify','decision':"
			     "{'action':'block'},"
			     "'categories':[{'type':'pii'},"
			     "{'type':'secret'}]}"), "mcp-redaction 8"));
	CHECK(is(severity_of("{'action':'classify','decision':"
			     "{'action':'block'},"
			     "'categories':['export_control']}"),
		 "mcp-redaction 8"));
	CHECK(is(severity_of("{'action':'purge','decision':"
			     "{'policy_version':1}}"), "mcp-redaction 2"));
}

static void severity_of_gatekit_follows_word_decision_and_risk(void)
{
	CHECK(is(severity_of("{'severity':'info','security_decision':"
			     "{'allowed':true,'risk_score':2}}"),
		 "gatekit 2"));
	CHECK(is(severity_of("{'severity':'info','security_decision':"
			     "{'allowed':true,'risk_score':7.5}}"),
		 "gatekit 8"));
	CHECK(is(severity_of("{'severity':'info','security_decision':"
			     "{'allowed':true,'risk_score':7.4999}}"),
		 "gatekit 7"));
	CHECK(is(severity_of("{'severity':'info','security_decision':"
			     "{'allowed':false}}"), "gatekit 6"));
	CHECK(is(severity_of("{'severity':'warning','security_decision':"
			     "{'allowed':false,'risk_score':9}}"),
		 "gatekit 9"));
	CHECK(is(severity_of("{'severity':'info','security_decision':"
			     "{'allowed':true,'risk_score':250}}"),
		 "gatekit 10"));
	CHECK(is(severity_of("{'severity':'info','security_decision':"
			     "{'allowed':true,'risk_score':1e400}}"),
		 "gatekit 10"));
	CHECK(is(severity_of("{'severity':'error','security_decision':"
			     "{'allowed':true,'risk_score':-3}}"),
		 "gatekit 7"));
	CHECK(is(severity_of("{'event_type':'error_event'}"), "gatekit 7"));
	CHECK(is(severity_of("{'event_type':'error_event',"
			     "'severity':'warn'}"), "gatekit 5"));
	CHECK(is(severity_of("{'event_type':'SECURITY_BLOCK'}"), "gatekit 6"));
	CHECK(is(severity_of("{'event_type':'RESPONSE',"
			     "'pipeline_outcome':'blocked'}"), "gatekit 6"));
	CHECK(is(severity_of("{'event_type':'PARSE_ERROR'}"), "gatekit 5"));
	CHECK(is(severity_of("{'event_type':'REQUEST',"
			     "'pipeline_outcome':'allowed'}"), "gatekit 2"));
}

static void level_words_have_their_severity_in_any_case(void)
{
	static const struct {
		const char *word, *severity;
	} rows[] = {
		{ "trace", "0" },     { "debug", "0" },    { "info", "2" },
		{ "notice", "3" },    { "warn", "5" },     { "Warning", "5" },
		{ "err", "7" },       { "ERROR", "7" },    { "crit", "9" },
		{ "critical", "9" },  { "alert", "10" },   { "emerg", "10!" },
		{ "Emergency", "10!" }, { "fatal", "10!" }, { "odd", "2" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char record[128], want[32];

		snprintf(record, sizeof(record), "{'severity':'%s'}",
			 rows[i].word);
		snprintf(want, sizeof(want), "generic %s", rows[i].severity);
		CHECK(is(severity_of(record), want));
		snprintf(record, sizeof(record),
			 "{'event_type':'mcp_request','severity':'%s'}",
			 rows[i].word);
		snprintf(want, sizeof(want), "gatekit %s", rows[i].severity);
		CHECK(is(severity_of(record), want));
	}
}

static void a_level_word_that_means_nothing_is_kept(void)
{
	CHECK(is(cef_of("{'event_type':'mcp_request','severity':'odd'}"),
		 "gatekit|2|Gatekit|gatekit|1.0|mcp_request|MCP request|"
		 "cat=MCP Gateway GatekitSeverity=odd"));
}

static void a_redact_record_of_the_live_server_counts_what_it_redacted(void)
{
	CHECK(is(cef_of("{'ts':'2025-10-08T22:45:02Z','caller':null,"
			"'context':{'caller':'bot','purpose':'support'},"
			"'action':'redact','categories':[{'type':'pii',"
			"'confidence':1.0},{'type':'pii','confidence':1.0}],"
			"'decision':{'action':'redact'},'policy_version':'v3',"
			"'redaction_counts':{'EMAIL':2,'PHONE':1}}"),
		 "mcp-redaction|3|RedactionMCP|mcp-redaction|1.0|mcp.redact|"
		 "MCP payload redacted|rt=1759963502000 cat=Data Redaction "
		 "act=redact outcome=success suser=bot "
		 "cn1Label=redactionCount cn1=3 cs1Label=categories "
		 "cs1=pii:1.0,pii:1.0 RedactionMCPPolicyVersion=v3 "
		 "RedactionMCPPurpose=support"));
}

static void a_detokenize_record_of_the_live_server_has_no_decided_action(void)
{
	CHECK(is(cef_of("{'ts':'2025-10-08T22:45:03Z','action':'detokenize',"
			"'context':null,'decision':{'allow_categories':"
			"['pii','ops_sensitive']}}"),
		 "mcp-redaction|5|RedactionMCP|mcp-redaction|1.0|"
		 "mcp.detokenize|MCP tokens restored|rt=1759963503000 "
		 "cat=Data Redaction act=detokenize outcome=success "
		 "cs3Label=allowedCategories cs3=pii,ops_sensitive"));
}

static void a_route_record_of_the_live_server_has_its_target_at_the_top(void)
{
	CHECK(is(leef_of("{'ts':'2025-10-08T22:45:04Z','action':'route',"
			 "'target':'internal:default','decision':"
			 "{'action':'allow'}}"),
		 "mcp-redaction|2|RedactionMCP|mcp-redaction|1.0|mcp.route|"
		 "sev=2 devTime=1759963504000 cat=allow "
		 "resource=internal:default action=route outcome=success"));
}

static void a_long_conversation_id_is_sent_whole_as_well(void)
{
	CHECK(is(cef_of("{'action':'classify','conversation_id':"
			"'1234567890123456789012345678901234567890'}"),
		 "mcp-redaction|2|RedactionMCP|mcp-redaction|1.0|mcp.classify|"
		 "MCP payload classified|cat=Data Redaction act=classify "
		 "outcome=success "
		 "externalId=1234567890123456789012345678901234567890"));
	CHECK(is(cef_of("{'action':'classify','conversation_id':"
			"'12345678901234567890123456789012345678901'}"),
		 "mcp-redaction|2|RedactionMCP|mcp-redaction|1.0|mcp.classify|"
		 "MCP payload classified|cat=Data Redaction act=classify "
		 "outcome=success "
		 "externalId=12345678901234567890123456789012345678901 "
		 "cs6Label=conversationId "
		 "cs6=12345678901234567890123456789012345678901"));
}

static void categories_may_be_plain_words(void)
{
	CHECK(is(leef_of("{'action':'classify','categories':['pii','secret']}"),
		 "mcp-redaction|2|RedactionMCP|mcp-redaction|1.0|mcp.classify|"
		 "sev=2 cat=classify action=classify outcome=success "
		 "categories=pii,secret"));
}

static void nothing_of_a_category_is_lost(void)
{
	CHECK(is(leef_of("{'action':'classify','categories':"
			 "[{'type':'pii','confidence':1,'span':[1,2]}]}"),
		 "mcp-redaction|2|RedactionMCP|mcp-redaction|1.0|mcp.classify|"
		 "sev=2 cat=classify action=classify outcome=success "
		 "categories=pii:1 "
		 "categories2=[{'type':'pii','confidence':1,'span':[1,2]}]"));
}

static void a_live_request_of_gatekit(void)
{
	const char *record =
		"{'timestamp':'2026-01-05T10:00:00.125Z',"
		"'event_type':'SECURITY_BLOCK','request_id':7,"
		"'server_name':'fs','method':'tools/call','tool':'read_file',"
		"'pipeline_outcome':'blocked','security_evaluated':true,"
		"'modified':false,'pipeline':{ 'stages':[] },"
		"'reason':'denied','duration_ms':1.5,"
		"'response_status':'error','error_code':-32602,"
		"'error_message':'no'}";

	CHECK(is(cef_of(record),
		 "gatekit|6|Gatekit|gatekit|1.0|SECURITY_BLOCK|MCP event|"
		 "rt=1767607200125 cat=MCP Gateway act=blocked outcome=error "
		 "reason=denied msg=no requestMethod=tools/call "
		 "destinationServiceName=fs externalId=7 "
		 "cfp2Label=durationMs cfp2=1.5 cn3Label=errorCode cn3=-32602 "
		 "cs2Label=toolName cs2=read_file cs3Label=pipeline "
		 "cs3={'stages':[]} cs5Label=securityEvaluated cs5=true "
		 "cs6Label=modified cs6=false"));
	CHECK(is(leef_of(record),
		 "gatekit|6|Gatekit|gatekit|1.0|SECURITY_BLOCK|sev=6 "
		 "devTime=1767607200125 cat=blocked resource=read_file "
		 "action=blocked outcome=error reason=denied "
		 "method=tools/call upstream=fs correlationId=7 "
		 "durationMs=1.5 errorCode=-32602 msg=no "
		 "pipeline={'stages':[]} securityEvaluated=true "
		 "modified=false"));
}

static void an_error_event_without_a_decision_has_failed(void)
{
	CHECK(is(cef_of("{'event_type':'error_event','source':'gatekit',"
			"'security_decision':{'risk_score':2.5}}"),
		 "gatekit|7|Gatekit|gatekit|1.0|error_event|MCP error|"
		 "cat=MCP Gateway outcome=failure deviceProcessName=gatekit "
		 "cfp1Label=riskScore cfp1=2.5"));
}

static void parameters_that_are_no_text_are_no_path(void)
{
	CHECK(is(cef_of("{'event_type':'mcp_request','mcp_data':"
			"{'parameters':{'path':{'a':1}}}}"),
		 "gatekit|2|Gatekit|gatekit|1.0|mcp_request|MCP request|"
		 "cat=MCP Gateway cs3Label=parameters "
		 "cs3={'path':{'a':1}}"));
}

/* The map that takes a record. */
static const char *map_of(const char *record)
{
	static char text[32];
	const char *line = mapped("auto", &plain, record);

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "|"), line);
	return text;
}

static void what_others_log_is_not_taken_for_one_of_the_schemas(void)
{
	CHECK(is(map_of("{}"), "generic"));
	CHECK(is(map_of("{'severity':'info'}"), "generic"));
	CHECK(is(map_of("{'action':'login','caller':'x'}"), "generic"));
	CHECK(is(map_of("{'action':'route','src':'10.0.0.1'}"), "generic"));
	CHECK(is(map_of("{'action':'redact','message':'x'}"), "generic"));
	CHECK(is(map_of("{'event_type':'audit_event','user':'bob'}"),
		 "generic"));
	CHECK(is(map_of("{'event_type':'REQUEST','url':'/x'}"), "generic"));
	CHECK(is(map_of("{'event_type':'login'}"), "generic"));
	CHECK(is(map_of("{'event_type':'audit_event','source':'hr'}"),
		 "generic"));
}

static void each_schema_is_known_by_what_only_it_has(void)
{
	CHECK(is(map_of("{'action':'classify'}"), "mcp-redaction"));
	CHECK(is(map_of("{'action':'purge','decision':"
			"{'allowed_categories':[]}}"), "mcp-redaction"));
	CHECK(is(map_of("{'action':'redact','message':'x',"
			"'redaction_count':1}"), "mcp-redaction"));
	CHECK(is(map_of("{'event_type':'system_event'}"), "gatekit"));
	CHECK(is(map_of("{'event_type':'audit_event','source':'gatekit',"
			"'message':'x'}"), "gatekit"));
	CHECK(is(map_of("{'mcp_data':{'method':'x'}}"), "gatekit"));
	CHECK(is(map_of("{'event_type':'NEW','pipeline_outcome':'x'}"),
		 "gatekit"));
}

static void common_names_are_understood_wherever_they_come_from(void)
{
	CHECK(is(cef_of("{'@timestamp':'2025-10-08T22:45:00Z',"
			"'level':'ERROR','event':'login','user':'bob',"
			"'src_ip':'10.0.0.1','src_port':4711,"
			"'dst_ip':'2001:db8::1','hostname':'h1',"
			"'msg':'failed','extra':{'a b':1}}"),
		 "generic|7|siem-tools|generic|1.0|login|login|"
		 "rt=1759963500000 msg=failed suser=bob src=10.0.0.1 spt=4711 "
		 "c6a3Label=destinationIPv6 c6a3=2001:db8::1 dvchost=h1 "
		 "GenericExtraAB=1"));
	CHECK(is(cef_of("{'user':{'name':'bob','id':7,'mood':'bad'},"
			"'source':{'ip':'web1'},'date':'yesterday',"
			"'level':30,'time':1759963500}"),
		 "generic|2|siem-tools|generic|1.0|event|Event|"
		 "rt=1759963500000 suser=bob suid=7 shost=web1 "
		 "GenericUserMood=bad GenericDate=yesterday"));
}

int main(void)
{
	RUN(the_documented_record_of_the_redaction_server);
	RUN(the_live_record_of_the_redaction_server);
	RUN(an_allowed_call_of_gatekit);
	RUN(a_blocked_call_of_gatekit_with_hostile_bytes);
	RUN(severity_of_the_redaction_server_follows_action_and_decision);
	RUN(severity_of_gatekit_follows_word_decision_and_risk);
	RUN(level_words_have_their_severity_in_any_case);
	RUN(a_level_word_that_means_nothing_is_kept);
	RUN(a_redact_record_of_the_live_server_counts_what_it_redacted);
	RUN(a_detokenize_record_of_the_live_server_has_no_decided_action);
	RUN(a_route_record_of_the_live_server_has_its_target_at_the_top);
	RUN(a_long_conversation_id_is_sent_whole_as_well);
	RUN(categories_may_be_plain_words);
	RUN(nothing_of_a_category_is_lost);
	RUN(a_live_request_of_gatekit);
	RUN(an_error_event_without_a_decision_has_failed);
	RUN(parameters_that_are_no_text_are_no_path);
	RUN(what_others_log_is_not_taken_for_one_of_the_schemas);
	RUN(each_schema_is_known_by_what_only_it_has);
	RUN(common_names_are_understood_wherever_they_come_from);
	return check_done();
}
