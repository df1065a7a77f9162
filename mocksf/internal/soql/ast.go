// Package soql reads and runs the part of SOQL that integrations use: SELECT of
// fields, parent fields, child subqueries and aggregates, WHERE with semi-joins
// and date literals, GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET. Parse turns
// text into a Query; Run evaluates a Query over tables that the caller provides.
// Search does the same for simple SOSL.
//
// Grammar (keywords and names in any case):
//
//	query   = SELECT items FROM from [WHERE cond] [WITH mode] [GROUP BY groups [HAVING cond]]
//	          [ORDER BY order {, order}] [LIMIT n] [OFFSET n] [FOR VIEW | FOR REFERENCE | FOR UPDATE]
//	from    = path [[AS] alias] {, path [[AS] alias]}   (parents beside the object; in a subquery Account.Contacts is Contacts)
//	groups  = expr {, expr} | (ROLLUP | CUBE) ( expr {, expr} )
//	items   = COUNT() | item {, item}
//	item    = shown [alias] | ( query ) | FIELDS ( ALL | STANDARD | CUSTOM ) | typeof
//	typeof  = TYPEOF path WHEN object THEN path {, path} {WHEN object THEN path {, path}} [ELSE path {, path}] END
//	shown   = expr | FORMAT ( shown ) | convertCurrency ( expr )
//	expr    = path | function ( path ) | DISTANCE ( path , GEOLOCATION ( number , number ) , 'km' | 'mi' )
//	cond    = term {AND term} | term {OR term}        (a mixture needs parentheses, as in Salesforce)
//	term    = NOT term | ( cond ) | expr op literal | expr [NOT] IN ( literal {, literal} ) | path [NOT] IN ( query )
//	          | path (INCLUDES | EXCLUDES) ( literal {, literal} )
//	op      = = | != | <> | < | <= | > | >= | LIKE
//	literal = 'text' | number | date | datetime | date literal | TRUE | FALSE | NULL
//	order   = expr [ASC|DESC] [NULLS FIRST|LAST]
//
// WITH and FOR are read and change nothing: the mock has no sharing, and keeps
// no list of what was viewed.
package soql

// Query is a parsed SOQL query.
type Query struct {
	Text    string // as it was given; messages quote it
	Count   bool   // SELECT COUNT(): no items, only a figure
	Items   []Item
	Of      Name   // of a child subquery what stands in front of the relationship: Account.Contacts
	From    Name   // of a child subquery the relationship
	Alias   string // "" without one
	Parents []Parent
	Where   Cond // nil without WHERE
	GroupBy []Expr
	Totals  Totals
	Having  Cond // nil without HAVING
	OrderBy []Order
	Limit   int // NoLimit without LIMIT
	Offset  int
}

// NoLimit is the Limit of a query that has none.
const NoLimit = -1

// Parent is a parent that FROM names beside the object: c.Account a.
type Parent struct {
	Path  Path
	Alias string // "" without one
}

// Totals says which subtotals a grouped query shows beside its groups.
type Totals string

// The subtotals: of the fields from right to left, or of all combinations.
const (
	Rollup Totals = "ROLLUP"
	Cube   Totals = "CUBE"
)

// Pos is a byte offset in the query's text.
type Pos int

// Name is an identifier with its place.
type Name struct {
	Text string
	Pos  Pos
}

// Path is a field, or a field of a parent: Account__r.Name is two parts.
type Path []Name

// Expr is what a row or a group is asked for: a field, or a function of one.
type Expr struct {
	Func Func // "" is the field itself
	Path Path
	From *Place // of DISTANCE
}

// Item is one entry of the SELECT list: an expression, a child subquery,
// FIELDS(), or TYPEOF.
type Item struct {
	Expr
	Alias  string // "" of an aggregate means expr0, expr1, ...
	Format bool   // FORMAT(): as the user's locale, en_US, writes it
	Money  bool   // convertCurrency(): there is one currency, so it changes nothing
	Sub    *Query
	Fields string // ALL, STANDARD or CUSTOM
	TypeOf *TypeOf
}

// TypeOf shows of a polymorphic parent what goes with the object that it is of.
type TypeOf struct {
	Path Path // of the relationship
	When []When
	Else []Path // nil without ELSE
}

// When is what TYPEOF shows of a parent of one object.
type When struct {
	Object Name
	Fields []Path
}

// Cond is a condition: And, Or, Not, Compare, In or Includes.
type Cond interface{ String() string }

// And holds when all of its terms hold.
type And struct{ Terms []Cond }

// Or holds when one of its terms holds.
type Or struct{ Terms []Cond }

// Not holds when its term does not.
type Not struct{ Term Cond }

// Op is a comparison operator in its canonical spelling.
type Op string

// The comparison operators.
const (
	Eq   Op = "="
	Ne   Op = "!="
	Lt   Op = "<"
	Le   Op = "<="
	Gt   Op = ">"
	Ge   Op = ">="
	Like Op = "LIKE"
)

// Compare compares a value with a literal.
type Compare struct {
	Expr  Expr
	Op    Op
	Value Literal
}

// In holds when the value is one of some, or none of them when Negated.
type In struct {
	Expr    Expr
	Negated bool
	Values  []Literal
	Sub     *Query // instead of Values: a semi-join
}

// Includes holds when a multi-select picklist has all parts of one of the
// values selected, or of none of them when Negated (EXCLUDES).
type Includes struct {
	Expr    Expr
	Negated bool
	Values  []Literal
}

// Kind tells what a literal or a column holds.
type Kind uint8

// The kinds. A literal is never of kind ID: ids are written as strings. Only a
// literal is Relative: a date literal such as TODAY or LAST_N_DAYS:3.
const (
	Null Kind = iota
	String
	Number
	Bool
	Date
	DateTime
	ID
	Relative
)

// Literal is a value written in a query. Text is its spelling, for a string
// the part between the quotes with the escapes still in it, so that LIKE can
// tell \% from %.
type Literal struct {
	Kind Kind
	Text string
	Pos  Pos
}

// Order is one key of ORDER BY.
type Order struct {
	Expr      Expr
	Desc      bool
	NullsLast bool // nulls come first unless said otherwise, in both directions
}
