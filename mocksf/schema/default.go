package schema

// Default is a small org of the usual kind: five standard objects, the tasks and
// events about them, orders with their lines, an append-only log, files, and
// users with their profiles. Every object but the last two and the files has an
// external id, Ext_Id__c, and a field for the harness's token, Token__c.
// Contacts have another external id, Legacy_Id__c, which is not unique.
func Default() *Schema {
	return &Schema{Objects: []Object{
		profile(), user(), account(), contact(), opportunity(), supportCase(), order(), orderLine(), activityLog(),
		attachment(), contentVersion(), lead(), task(), event(),
	}}
}

func keys(fields ...Field) []Field {
	return append(fields,
		Field{Name: "Ext_Id__c", Label: "External Id", ExternalID: true},
		Field{Name: "Token__c", Label: "Token"},
		Field{Name: "Status__c", Label: "Status"},
		Field{Name: "Note__c", Label: "Note", Type: TextArea},
		Field{Name: "Amount__c", Label: "Amount", Type: Currency},
		Field{Name: "Quantity__c", Label: "Quantity", Type: Double},
		Field{Name: "Version__c", Label: "Version", Type: Double},
	)
}

func lookup(name, to, child string) Field {
	return Field{Name: name, Type: Reference, ReferenceTo: to, ChildName: child}
}

func user() Object {
	return Object{Name: "User", KeyPrefix: "005", Fields: []Field{
		{Name: "Username", Length: 80, Required: true, Unique: true},
		{Name: "LastName", Length: 80, Required: true},
		{Name: "FirstName", Length: 40},
		{Name: "Name", Length: 121, JoinOf: []string{"FirstName", "LastName"}},
		{Name: "Email", Type: Email, Length: 128},
		{Name: "Alias", Length: 8},
		{Name: "IsActive", Type: Boolean},
		lookup("ProfileId", "Profile", "Users"),
		{Name: "UserType", Length: 40},
		{Name: "TimeZoneSidKey", Label: "Time Zone", Length: 40},
		{Name: "LocaleSidKey", Label: "Locale", Length: 40},
		{Name: "EmailEncodingKey", Label: "Email Encoding", Length: 40},
		{Name: "LanguageLocaleKey", Label: "Language", Length: 40},
	}}
}

func profile() Object {
	return Object{Name: "Profile", KeyPrefix: "00e", Fields: []Field{{Name: "Name", Required: true}, {Name: "UserType", Length: 40}}}
}

func account() Object {
	return Object{Name: "Account", KeyPrefix: "001", Fields: keys(
		Field{Name: "Name", Label: "Account Name", Required: true},
		Field{Name: "Type", Label: "Account Type", Type: Picklist, Values: []string{"Prospect", "Customer - Direct", "Customer - Channel", "Other"}},
		Field{Name: "ParentId", Type: Reference, ReferenceTo: "Account", ChildName: "ChildAccounts"},
		Field{Name: "BillingStreet", Type: TextArea, Length: 255},
		Field{Name: "BillingCity", Length: 40},
		Field{Name: "BillingState", Length: 80},
		Field{Name: "BillingPostalCode", Length: 20},
		Field{Name: "BillingCountry", Length: 80},
		Field{Name: "BillingAddress", Type: Address},
		Field{Name: "Site__c", Label: "Site", Type: Location},
		Field{Name: "Phone", Type: Phone},
		Field{Name: "Website", Type: URL},
		Field{Name: "Email__c", Label: "Email", Type: Email},
		Field{Name: "AccountNumber", Length: 40},
		Field{Name: "Industry", Type: Picklist, Values: []string{"Banking", "Energy", "Retail", "Technology", "Other"}},
		Field{Name: "AnnualRevenue", Type: Currency},
		Field{Name: "NumberOfEmployees", Type: Int},
		Field{Name: "Active__c", Label: "Active", Type: Boolean},
		Field{Name: "Description", Type: TextArea},
	)}
}

func contact() Object {
	return Object{Name: "Contact", KeyPrefix: "003", Fields: keys(
		lookup("AccountId", "Account", "Contacts"),
		Field{Name: "Legacy_Id__c", Label: "Legacy Id", ExternalID: true, NotUnique: true},
		Field{Name: "LastName", Length: 80, Required: true},
		Field{Name: "FirstName", Length: 40},
		Field{Name: "Name", Length: 121, JoinOf: []string{"FirstName", "LastName"}},
		Field{Name: "Salutation", Type: Picklist, Length: 40, Values: []string{"Mr.", "Ms.", "Dr.", "Prof."}},
		Field{Name: "Title", Length: 128},
		Field{Name: "Department", Length: 80},
		Field{Name: "Email", Type: Email},
		Field{Name: "Phone", Type: Phone},
		Field{Name: "MobilePhone", Type: Phone},
		Field{Name: "MailingStreet", Type: TextArea, Length: 255},
		Field{Name: "MailingCity", Length: 40},
		Field{Name: "MailingPostalCode", Length: 20},
		Field{Name: "MailingState", Length: 80},
		Field{Name: "MailingCountry", Length: 80},
		Field{Name: "MailingAddress", Type: Address},
		Field{Name: "Birthdate", Type: Date},
		Field{Name: "Description", Type: TextArea},
	)}
}

func opportunity() Object {
	return Object{Name: "Opportunity", KeyPrefix: "006", Fields: keys(
		lookup("AccountId", "Account", "Opportunities"),
		Field{Name: "Name", Length: 120, Required: true},
		Field{Name: "StageName", Type: Picklist, Required: true, Values: []string{"Prospecting", "Negotiation", "Closed Won", "Closed Lost"}},
		Field{Name: "CloseDate", Type: Date, Required: true},
		Field{Name: "Amount", Type: Currency},
		Field{Name: "Probability", Type: Percent},
		Field{Name: "Type", Type: Picklist},
		Field{Name: "NextStep"},
		Field{Name: "Description", Type: TextArea},
	)}
}

func supportCase() Object {
	return Object{Name: "Case", KeyPrefix: "500", Fields: keys(
		Field{Name: "CaseNumber", Length: 30, AutoNumber: "%08d"},
		lookup("AccountId", "Account", "Cases"),
		lookup("ContactId", "Contact", "Cases"),
		Field{Name: "Subject"},
		Field{Name: "Status", Type: Picklist, Values: []string{"New", "Working", "Escalated", "Closed"}},
		Field{Name: "Priority", Type: Picklist, Values: []string{"High", "Medium", "Low"}},
		Field{Name: "Origin", Type: Picklist, Values: []string{"Phone", "Email", "Web"}},
		Field{Name: "Description", Type: TextArea},
	)}
}

func order() Object {
	return Object{Name: "Order__c", Label: "Order", KeyPrefix: "a00", Fields: keys(
		Field{Name: "Name", Label: "Order Name", Length: 80},
		lookup("Account__c", "Account", "Orders__r"),
		Field{Name: "Ordered_At__c", Label: "Ordered At", Type: DateTime},
		Field{Name: "Due_Date__c", Label: "Due Date", Type: Date},
		Field{Name: "Paid__c", Label: "Paid", Type: Boolean},
	)}
}

func orderLine() Object {
	return Object{Name: "OrderLine__c", Label: "Order Line", KeyPrefix: "a01", Fields: keys(
		Field{Name: "Name", Label: "Order Line Name", Length: 80},
		lookup("Order__c", "Order__c", "Lines__r"),
		Field{Name: "Product__c", Label: "Product"},
		Field{Name: "Price__c", Label: "Price", Type: Currency},
	)}
}

func activityLog() Object {
	return Object{Name: "Activity_Log__c", Label: "Activity Log", KeyPrefix: "a02", Fields: keys(
		Field{Name: "Name", Label: "Activity Log Name", Length: 80},
		lookup("Account__c", "Account", "Activity_Logs__r"),
		Field{Name: "Kind__c", Label: "Kind"},
		Field{Name: "Subject__c", Label: "Subject"},
		Field{Name: "Happened_At__c", Label: "Happened At", Type: DateTime},
	)}
}

func attachment() Object {
	return Object{Name: "Attachment", KeyPrefix: "00P", Fields: []Field{
		{Name: "Name", Label: "File Name", Required: true},
		{Name: "ParentId", Type: Reference, ReferenceTo: "Account", OrTo: []string{"Case", "Contact", "Event", "Lead", "Opportunity", "Order__c", "Task"},
			ChildName: "Attachments", Required: true},
		{Name: "ContentType", Length: 120},
		{Name: "Body", Type: Base64, Required: true},
		{Name: "BodyLength", Type: Int, SizeOf: "Body"},
		{Name: "Description", Type: TextArea, Length: 500},
	}}
}

func contentVersion() Object {
	return Object{Name: "ContentVersion", KeyPrefix: "068", Fields: []Field{
		{Name: "Title"},
		{Name: "PathOnClient", Length: 500, Required: true},
		{Name: "VersionData", Type: Base64, Required: true},
		{Name: "ContentSize", Label: "Size", Type: Int, SizeOf: "VersionData"},
		{Name: "Description", Type: TextArea, Length: 1000},
	}}
}
