package apierr

// Where the lines of the table come from.
const (
	statusPage = "REST API guide, Status Codes and Error Responses"
	limitsPage = "REST API guide, API Request Limits"
	fixtures   = "recorded replies in the tests of public clients"
	observed   = "replies quoted in public forums"
)

// The errors that the mock raises. Source says how sure the line is.
var (
	InvalidSession   = &Kind{"INVALID_SESSION_ID", 401, "Session expired or invalid", true, true, fixtures}
	InvalidAuth      = &Kind{"INVALID_AUTH_HEADER", 401, "INVALID_HEADER_TYPE", true, false, observed}
	RequestLimit     = &Kind{"REQUEST_LIMIT_EXCEEDED", 403, "TotalRequests Limit exceeded.", true, true, limitsPage}
	ConcurrentLimit  = &Kind{"REQUEST_LIMIT_EXCEEDED", 403, "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", true, true, limitsPage}
	NotFound         = &Kind{"NOT_FOUND", 404, "The requested resource does not exist", true, false, statusPage}
	Foreign          = &Kind{"FORBIDDEN", 403, "%s", true, false, "the mock's own rule"}
	NoApexClass      = &Kind{"NOT_FOUND", 404, "Could not find a match for URL", true, false, observed}
	NoExternalID     = &Kind{"NOT_FOUND", 404, "Provided external ID field does not exist or is not accessible: %s", true, false, fixtures}
	MethodNotAllowed = &Kind{"METHOD_NOT_ALLOWED", 405, "HTTP Method '%s' not allowed. Allowed are %s", true, false, statusPage}
	Gone             = &Kind{"GONE", 410, "The requested resource has been retired or removed. Delete or update any references to the resource.", true, false, statusPage}
	Precondition     = &Kind{"PRECONDITION_FAILED", 412, "The record is not in the state that the request's conditions ask for", true, false, statusPage}
	URITooLong       = &Kind{"URI_TOO_LONG", 414, "The URI is longer than 16,384 bytes", true, false, limitsPage}
	MediaType        = &Kind{"UNSUPPORTED_MEDIA_TYPE", 415, "MediaType of '%s' is not supported by this resource", true, false, observed}
	HeadersTooLarge  = &Kind{"REQUEST_HEADER_FIELDS_TOO_LARGE", 431, "URI and headers are longer than 16,384 bytes together", true, false, limitsPage}
	BodyTooLarge     = &Kind{"REQUEST_ENTITY_TOO_LARGE", 413, "The request body is larger than %d bytes", true, false, fixtures}
	Unexpected       = &Kind{"UNKNOWN_EXCEPTION", 500, "An unexpected error occurred. Please include this ErrorId if you contact support: %s", false, true, observed}
	JSONParser       = &Kind{"JSON_PARSER_ERROR", 400, "%s", true, false, observed}
	NoBody           = &Kind{"JSON_PARSER_ERROR", 400, "The HTTP entity body is required, but this request has no entity body.", true, false, observed}
	XMLParser        = &Kind{"XML_PARSER_ERROR", 400, "%s", true, false, "formed after JSON_PARSER_ERROR"}
	InvalidInput     = &Kind{"INVALID_INPUT", 400, "%s", true, false, observed}

	InvalidType    = &Kind{"INVALID_TYPE", 400, "sObject type '%s' is not supported.", true, false, fixtures}
	InvalidField   = &Kind{"INVALID_FIELD", 400, "No such column '%s' on sobject of type %s", true, false, fixtures}
	FieldInBody    = &Kind{"INVALID_FIELD", 400, "The %s field should not be specified in the sobject data.", true, false, observed}
	NoForeignKey   = &Kind{"INVALID_FIELD", 400, "Foreign key external ID: %s not found for field %s in entity %s", true, false, observed}
	NotWriteable   = &Kind{"INVALID_FIELD_FOR_INSERT_UPDATE", 400, "Unable to create/update fields: %s. Please check the security settings of this field and verify that it is read/write for your profile or permission set.", true, false, observed}
	MissingField   = &Kind{"REQUIRED_FIELD_MISSING", 400, "Required fields are missing: %s", true, false, fixtures}
	MissingID      = &Kind{"MISSING_ARGUMENT", 400, "%s not specified", true, false, observed}
	TooLong        = &Kind{"STRING_TOO_LONG", 400, "%s: data value too large: %s (max length=%d)", true, false, observed}
	WrongCellType  = &Kind{"INVALID_TYPE_ON_FIELD_IN_RECORD", 400, "%s: value not of required type: %s", true, false, observed}
	OutOfRange     = &Kind{"NUMBER_OUTSIDE_VALID_RANGE", 400, "%s: value outside of valid range on numeric field: %s", true, false, fixtures}
	InvalidEmail   = &Kind{"INVALID_EMAIL_ADDRESS", 400, "%s: invalid email address: %s", true, false, fixtures}
	BadPicklist    = &Kind{"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", 400, "%s: bad value for restricted picklist field: %s", true, false, fixtures}
	MalformedID    = &Kind{"MALFORMED_ID", 400, "%s: id value of incorrect type: %s", true, false, fixtures}
	WrongParent    = &Kind{"FIELD_INTEGRITY_EXCEPTION", 400, "%s: id value of incorrect type: %s", true, false, observed}
	CrossReference = &Kind{"INVALID_CROSS_REFERENCE_KEY", 400, "invalid cross reference id", true, false, fixtures}
	EntityDeleted  = &Kind{"ENTITY_IS_DELETED", 404, "entity is deleted", true, false, fixtures}
	Duplicate      = &Kind{"DUPLICATE_VALUE", 400, "duplicate value found: %s duplicates value on record with id: %s", true, false, observed}
	Ambiguous      = &Kind{"DUPLICATE_EXTERNAL_ID", 300, "%s: more than one record found for external id field: [%s]", true, false, observed}
	LockedRow      = &Kind{"UNABLE_TO_LOCK_ROW", 400, "unable to obtain exclusive access to this record", true, true, observed}
	LockedRecords  = &Kind{"UNABLE_TO_LOCK_ROW", 400, "unable to obtain exclusive access to this record or %d records: %s", true, true, observed}

	NotForClients  = &Kind{"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 400, "entity type cannot be %s: %s", true, false, observed}
	RuleBroken     = &Kind{"FIELD_CUSTOM_VALIDATION_EXCEPTION", 400, "%s", true, false, fixtures}
	DuplicateFound = &Kind{"DUPLICATES_DETECTED", 400, "Use one of these records?", true, false, "REST API guide, sObject Collections"}
	TriggerFailed  = &Kind{"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", 400, "%s", true, false, observed}
	StorageFull    = &Kind{"STORAGE_LIMIT_EXCEEDED", 400, "storage limit exceeded", true, true, observed}
	Maintenance    = &Kind{"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", 400, "The organization is in read only mode during maintenance", true, true, observed}
	WeakPassword   = &Kind{"INVALID_NEW_PASSWORD", 400, "%s", true, false, "REST API guide, Manage User Passwords"}
	NoAccess       = &Kind{"INSUFFICIENT_ACCESS_OR_READONLY", 403, "insufficient access rights on object id", true, false, observed}

	TooManyRecords    = &Kind{"EXCEEDED_ID_LIMIT", 400, "record limit reached. cannot submit more than %d records into this call", true, false, observed}
	LimitExceeded     = &Kind{"LIMIT_EXCEEDED", 400, "%s", true, false, observed}
	Halted            = &Kind{"PROCESSING_HALTED", 400, "The transaction was rolled back since another operation in the same transaction failed.", true, true, "REST API guide, Composite"}
	InvalidReference  = &Kind{"PROCESSING_HALTED", 400, "Invalid reference specified. No value for %s found in %s", true, false, observed}
	RolledBack        = &Kind{"ALL_OR_NONE_OPERATION_ROLLED_BACK", 400, "Record rolled back because not all records were valid and the request was using AllOrNone header", true, true, "REST API guide, sObject Collections"}
	BatchHalted       = &Kind{"BATCH_PROCESSING_HALTED", 412, "Batch processing halted per request", true, true, observed}
	MalformedQuery    = &Kind{"MALFORMED_QUERY", 400, "%s", true, false, fixtures}
	MalformedSearch   = &Kind{"MALFORMED_SEARCH", 400, "%s", true, false, fixtures}
	InvalidLocator    = &Kind{"INVALID_QUERY_LOCATOR", 400, "invalid query locator", true, false, fixtures}
	ReplicationDate   = &Kind{"INVALID_REPLICATION_DATE", 400, "%s", true, false, observed}
	InvalidJob        = &Kind{"INVALIDJOB", 400, "%s", true, false, fixtures}
	InvalidJobState   = &Kind{"INVALIDJOBSTATE", 400, "%s", true, false, observed}
	InvalidBatch      = &Kind{"INVALIDBATCH", 400, "%s", true, false, observed}
	InvalidFilter     = &Kind{"INVALID_QUERY_FILTER_OPERATOR", 400, "%s", true, false, observed}
	InvalidEntity     = &Kind{"INVALIDENTITY", 400, "Entity '%s' is not supported by the Bulk API.", true, false, fixtures}
	ClientInput       = &Kind{"CLIENTINPUTERROR", 400, "%s", true, false, observed}
	ExceededQuota     = &Kind{"EXCEEDEDQUOTA", 400, "%s", true, false, observed}
	NotProcessed      = &Kind{"INVALIDBATCH", 400, "Records not processed", true, true, observed}
	WrongVersion      = &Kind{"INVALIDVERSION", 409, "%s", true, false, statusPage}
	InvalidXML        = &Kind{"INVALIDXML", 400, "%s", true, false, observed}
	FeatureNotEnabled = &Kind{"FEATURENOTENABLED", 400, "%s", true, false, fixtures}

	ServerUnavailable = &Kind{"SERVER_UNAVAILABLE", 503, "Server Unavailable", false, true, fixtures}
)

// Table lists the kinds, for documentation and for looking a code up. Where a
// code has several texts the first one leads.
var Table = []*Kind{
	MalformedSearch,
	InvalidSession, InvalidAuth, RequestLimit, ConcurrentLimit, Foreign, NotFound, NoApexClass, NoExternalID, MethodNotAllowed, Precondition, URITooLong, MediaType, HeadersTooLarge,
	Gone,
	BodyTooLarge, Unexpected, JSONParser, NoBody, XMLParser, InvalidInput, InvalidType, InvalidField, FieldInBody, NoForeignKey,
	NotWriteable, MissingField, MissingID, TooLong, WrongCellType, OutOfRange, InvalidEmail, BadPicklist,
	MalformedID, WrongParent, CrossReference, EntityDeleted, Duplicate, Ambiguous, LockedRow, LockedRecords, RuleBroken,
	DuplicateFound, TriggerFailed, NotForClients, StorageFull, Maintenance, WeakPassword, NoAccess, TooManyRecords, LimitExceeded,
	Halted, InvalidReference, RolledBack, BatchHalted, MalformedQuery, InvalidLocator, ReplicationDate, InvalidJob, InvalidJobState,
	InvalidBatch, NotProcessed, WrongVersion, InvalidXML, InvalidFilter, InvalidEntity, ClientInput, ExceededQuota, FeatureNotEnabled, ServerUnavailable,
}

// ofRecords are the codes about what a record was to become, rather than about
// the request. Replies quoted in public forums list no fields with them as [].
var ofRecords = codes(NotWriteable, MissingField, TooLong, OutOfRange, InvalidEmail, BadPicklist, MalformedID, WrongParent, CrossReference,
	EntityDeleted, Duplicate, LockedRow, RuleBroken, DuplicateFound, TriggerFailed, StorageFull, Maintenance, NoAccess)

func codes(kinds ...*Kind) map[string]bool {
	set := make(map[string]bool, len(kinds))
	for _, k := range kinds {
		set[k.Code] = true
	}
	return set
}
