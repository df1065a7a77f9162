package mocksf

import "github.com/squall-harness/squall/mocksf/schema"

// Schema, Object and Field say what an org consists of; see package schema.
type (
	Schema = schema.Schema
	Object = schema.Object
	Field  = schema.Field
)

// DefaultSchema is the org that Config gets without a schema of its own.
func DefaultSchema() *Schema { return schema.Default() }
