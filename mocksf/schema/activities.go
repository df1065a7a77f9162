package schema

// who and what are the two lookups of an activity: the person, and the thing
// that it is about (Object Reference, Task and Event).
func who(child string) Field {
	return Field{Name: "WhoId", Label: "Name ID", Type: Reference, ReferenceTo: "Contact", OrTo: []string{"Lead"}, ChildName: child}
}

func what(child string) Field {
	return Field{Name: "WhatId", Label: "Related To ID", Type: Reference, ReferenceTo: "Account", OrTo: []string{"Opportunity", "Case", "Order__c"}, ChildName: child}
}

func task() Object {
	return Object{Name: "Task", KeyPrefix: "00T", Fields: keys(
		who("Tasks"), what("Tasks"),
		Field{Name: "Subject"},
		Field{Name: "ActivityDate", Label: "Due Date Only", Type: Date},
		Field{Name: "Status", Type: Picklist, Values: []string{"Not Started", "In Progress", "Completed", "Waiting on someone else", "Deferred"}},
		Field{Name: "Priority", Type: Picklist, Values: []string{"High", "Normal", "Low"}},
		Field{Name: "TaskSubtype", Type: Picklist, Length: 40, Values: []string{"Task", "Email", "Call"}},
		Field{Name: "CallType", Type: Picklist, Length: 40, Values: []string{"Internal", "Inbound", "Outbound"}},
		Field{Name: "CallDurationInSeconds", Label: "Call Duration", Type: Int},
		Field{Name: "CallDisposition", Label: "Call Result"},
		Field{Name: "Description", Type: TextArea, Length: 32000},
	)}
}

func event() Object {
	return Object{Name: "Event", KeyPrefix: "00U", Fields: keys(
		who("Events"), what("Events"),
		Field{Name: "Subject"},
		Field{Name: "Location"},
		Field{Name: "StartDateTime", Label: "Start Date Time", Type: DateTime},
		Field{Name: "EndDateTime", Label: "End Date Time", Type: DateTime},
		Field{Name: "ActivityDateTime", Label: "Due Date Time", Type: DateTime},
		Field{Name: "ActivityDate", Label: "Due Date Only", Type: Date},
		Field{Name: "DurationInMinutes", Label: "Duration", Type: Int},
		Field{Name: "IsAllDayEvent", Label: "All-Day Event", Type: Boolean},
		Field{Name: "ShowAs", Label: "Show Time As", Type: Picklist, Length: 40, Values: []string{"Busy", "OutOfOffice", "Free"}},
		Field{Name: "Description", Type: TextArea, Length: 32000},
	)}
}

func lead() Object {
	return Object{Name: "Lead", KeyPrefix: "00Q", Fields: keys(
		Field{Name: "LastName", Length: 80, Required: true},
		Field{Name: "FirstName", Length: 40},
		Field{Name: "Name", Length: 121, JoinOf: []string{"FirstName", "LastName"}},
		Field{Name: "Company", Required: true},
		Field{Name: "Title", Length: 128},
		Field{Name: "Email", Type: Email},
		Field{Name: "Phone", Type: Phone},
		Field{Name: "MobilePhone", Type: Phone},
		Field{Name: "Website", Type: URL},
		Field{Name: "Street", Type: TextArea, Length: 255},
		Field{Name: "City", Length: 40},
		Field{Name: "State", Length: 80},
		Field{Name: "PostalCode", Length: 20},
		Field{Name: "Country", Length: 80},
		Field{Name: "Address", Type: Address},
		Field{Name: "Status", Type: Picklist, Values: []string{"Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"}},
		Field{Name: "LeadSource", Type: Picklist, Values: []string{"Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other"}},
		Field{Name: "Rating", Type: Picklist, Values: []string{"Hot", "Warm", "Cold"}},
		Field{Name: "Industry", Type: Picklist, Values: []string{"Banking", "Energy", "Retail", "Technology", "Other"}},
		Field{Name: "AnnualRevenue", Type: Currency},
		Field{Name: "NumberOfEmployees", Type: Int},
		Field{Name: "Description", Type: TextArea, Length: 32000},
	)}
}
