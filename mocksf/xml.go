package mocksf

import (
	"net/http"
	"strings"

	"github.com/squall-harness/squall/mocksf/internal/jsontree"
)

// xmlReply is the content type of a reply in XML.
const xmlReply = "application/xml;charset=UTF-8"

// inXML writes a reply in JSON as XML: members and items are elements, what the
// attributes of a record say are attributes (REST API guide, Query, formats).
func (r *request) inXML(rep reply) reply {
	tree, err := jsontree.Parse(string(rep.body))
	if err != nil {
		return rep // a reply without a body, or a hook's own
	}
	rep.contentType = xmlReply
	rep.body = []byte(xmlHeader)
	if tree.Kind() != jsontree.Array {
		rep.body = appendXML(rep.body, r.rootOf(tree), tree)
		return rep
	}
	list, item := listOf(tree)
	rep.body = append(append(append(rep.body, '<'), list...), '>')
	for v := range tree.Items() {
		rep.body = appendXML(rep.body, item, v)
	}
	rep.body = append(append(append(rep.body, "</"...), list...), '>')
	return rep
}

// xmlRoots name what may be read and is no record.
var xmlRoots = map[string]string{
	"query": "QueryResult", "queryAll": "QueryResult", "query/{locator}": "QueryResult", "queryAll/{locator}": "QueryResult",
	"sobjects": "DescribeGlobal", "sobjects/{object}/describe": "DescribeSObject", "limits": "LimitsSnapshot",
	passwordPattern: "Password", identityPattern: "user",
}

// rootOf is the name of the element that the whole reply is.
func (r *request) rootOf(tree jsontree.Value) string {
	if object := tree.Get("attributes").Get("type").Text(); object != "" {
		return object
	}
	if r.route.method != http.MethodGet {
		return "Result"
	}
	return orDefault(xmlRoots[r.route.pattern], "Result")
}

// listOf names a reply that is a list, and its items.
func listOf(tree jsontree.Value) (list, item string) {
	for v := range tree.Items() {
		if v.Get("errorCode").Text() != "" {
			return "Errors", "Error"
		}
		break
	}
	return "Results", "Result"
}

// appendXML appends a value as an element; the items of an array are elements of
// one name.
func appendXML(dst []byte, name string, v jsontree.Value) []byte {
	if v.Kind() == jsontree.Array {
		for item := range v.Items() {
			dst = appendXML(dst, name, item)
		}
		return dst
	}
	name = elementName(name)
	dst = append(append(dst, '<'), name...)
	for key, value := range v.Get("attributes").Members() {
		dst = append(append(append(dst, ' '), elementName(key)...), `="`...)
		dst = append(appendXMLText(dst, value.Text()), '"')
	}
	if v.Kind() == jsontree.Null {
		return append(dst, ` xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>`...)
	}
	dst = appendXMLText(append(dst, '>'), v.Text())
	for key, member := range v.Members() {
		if key != "attributes" {
			dst = appendXML(dst, key, member)
		}
	}
	return append(append(append(dst, "</"...), name...), '>')
}

// elementName makes a name of XML out of one of JSON: what may not stand in it
// becomes an underscore.
func elementName(name string) string {
	name = strings.Map(func(c rune) rune {
		if c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' {
			return c
		}
		return '_'
	}, name)
	if name == "" || '0' <= name[0] && name[0] <= '9' {
		return "_" + name
	}
	return name
}
