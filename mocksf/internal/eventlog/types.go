package eventlog

import "strings"

// Type is a kind of event: its name, and the columns of its files in their
// order.
type Type struct {
	Name    string
	columns []string
}

// The types that the mock writes. Columns of Login and ApexCallout are in the
// order of recorded files; those of the others are as the Object Reference,
// EventLogFile Supported Event Types, lists them, and RestApi and BulkApi are
// put together from what exporters read, unconfirmed.
var (
	APITotalUsage = newType("ApiTotalUsage", `EVENT_TYPE TIMESTAMP REQUEST_ID ORGANIZATION_ID USER_ID API_FAMILY API_VERSION API_RESOURCE CLIENT_NAME
		HTTP_METHOD CLIENT_IP COUNTS_AGAINST_API_LIMIT CONNECTED_APP_ID CONNECTED_APP_NAME ENTITY_NAME STATUS_CODE USER_NAME
		API_CLIENT_CATEGORY BOT_IDENTIFIER BOT_SESSION_IDENTIFIER PLANNER_IDENTIFIER TIMESTAMP_DERIVED`)
	RestAPI = newType("RestApi", common+` METHOD MEDIA_TYPE STATUS_CODE ENTITY_NAME ROWS_PROCESSED NUMBER_FIELDS REQUEST_SIZE RESPONSE_SIZE
		DB_TOTAL_TIME CONNECTED_APP_ID `+derived)
	BulkAPI                 = newType("BulkApi", common+` JOB_ID BATCH_ID OPERATION_TYPE ENTITY_TYPE ROWS_PROCESSED NUMBER_FAILURES SUCCESS MESSAGE `+derived)
	BulkAPI2                = newType("BulkApi2", common+` JOB_ID JOB_STATUS OPERATION_TYPE ENTITY_TYPE RECORDS_PROCESSED RECORDS_FAILED RESULT_SIZE_MB `+derived)
	ApexCallout             = newType("ApexCallout", common+` TYPE METHOD SUCCESS STATUS_CODE TIME REQUEST_SIZE RESPONSE_SIZE URL `+derived)
	ApexUnexpectedException = newType("ApexUnexpectedException", `EVENT_TYPE TIMESTAMP REQUEST_ID ORGANIZATION_ID USER_ID EXCEPTION_TYPE
		EXCEPTION_MESSAGE STACK_TRACE EXCEPTION_CATEGORY TIMESTAMP_DERIVED USER_ID_DERIVED`)
	Login = newType("Login", common+` USER_TYPE REQUEST_STATUS DB_TOTAL_TIME LOGIN_TYPE BROWSER_TYPE API_TYPE API_VERSION USER_NAME TLS_PROTOCOL
		CIPHER_SUITE AUTHENTICATION_METHOD_REFERENCE LOGIN_SUB_TYPE `+derived+` LOGIN_STATUS SOURCE_IP`)
)

// Types are all of them, in the order in which their files are written.
var Types = []*Type{APITotalUsage, RestAPI, BulkAPI, BulkAPI2, ApexCallout, ApexUnexpectedException, Login}

const (
	common  = "EVENT_TYPE TIMESTAMP REQUEST_ID ORGANIZATION_ID USER_ID RUN_TIME CPU_TIME URI SESSION_KEY LOGIN_KEY"
	derived = "TIMESTAMP_DERIVED USER_ID_DERIVED CLIENT_IP URI_ID_DERIVED"
)

func newType(name, columns string) *Type { return &Type{name, strings.Fields(columns)} }

// FieldNames is the value of LogFileFieldNames.
func (t *Type) FieldNames() string { return strings.Join(t.columns, ",") }

// FieldTypes is the value of LogFileFieldTypes.
func (t *Type) FieldTypes() string {
	types := make([]string, len(t.columns))
	for i, c := range t.columns {
		types[i] = columnType(c)
	}
	return strings.Join(types, ",")
}

func columnType(column string) string {
	switch {
	case column == "TIMESTAMP" || column == "TIMESTAMP_DERIVED":
		return "DateTime"
	case column == "CLIENT_IP" || column == "SOURCE_IP":
		return "IP"
	case column == "ORGANIZATION_ID" || strings.HasSuffix(column, "_ID_DERIVED") || column == "USER_ID" || column == "JOB_ID" || column == "BATCH_ID":
		return "Id"
	case strings.HasSuffix(column, "_TIME") || strings.HasSuffix(column, "_SIZE") || strings.HasPrefix(column, "NUMBER_") ||
		strings.HasPrefix(column, "RECORDS_") || strings.HasPrefix(column, "ROWS_") || column == "TIME" || column == "STATUS_CODE":
		return "Number"
	case column == "COUNTS_AGAINST_API_LIMIT" || column == "SUCCESS":
		return "Boolean"
	case escaped(column):
		return "EscapedString"
	}
	return "String"
}

// escaped tells whether values stand in a second pair of quotes, as URLs do in
// recorded files.
func escaped(column string) bool { return column == "URL" }
