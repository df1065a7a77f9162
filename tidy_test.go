package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/squall-harness/squall/"

// allowed is the import table: which of our packages each may import. Arrows
// point down only. A package that is not listed is an error, and so is an edge.
var allowed = map[string][]string{
	"": {"harness", "harness/export", "harness/subject", "mocksf", "reports", "scenarios", "scenarios/mutants", "scenarios/reference"},

	"scenarios":           {"harness", "harness/subject", "scenarios/mutants", "scenarios/reference"},
	"scenarios/reference": {},
	"scenarios/mutants":   {"scenarios/reference"},

	"harness": {"harness/crowd", "harness/dense", "harness/fault", "harness/history", "harness/match", "harness/recovery", "harness/rundir", "harness/simnet", "harness/subject",
		"harness/verify", "harness/verify/sieve", "harness/workload", "mocksf", "mocksf/commitlog", "mocksf/trust", "reports"},
	"harness/history":  {},
	"harness/match":    {"harness/history", "mocksf/commitlog"},
	"harness/workload": {"harness/history", "harness/match"},
	"harness/crowd":    {"harness/history"},
	"harness/subject":  {},
	"harness/simnet":   {},
	"harness/fault":    {"harness/history", "mocksf/commitlog"},
	"harness/verify":   {"harness/history", "harness/match", "mocksf/commitlog"},
	"harness/recovery": {"harness/history", "harness/match", "mocksf/commitlog"},
	"harness/dense":    {"harness/history", "mocksf/commitlog"},
	"harness/rundir":   {"harness/dense", "harness/history", "mocksf/commitlog"},
	"harness/export":   {"harness/rundir"},

	"harness/verify/sieve": {"harness/dense", "harness/history", "harness/match", "harness/verify"},

	"reports": {"harness/history", "harness/recovery", "harness/rundir", "harness/verify", "mocksf/commitlog"},

	"mocksf":           {"mocksf/commitlog", "mocksf/trust", "mocksf/*"},
	"mocksf/commitlog": {},
	"mocksf/trust":     {},
	"mocksf/*":         {"mocksf/commitlog", "mocksf/*"},
}

// pure packages are functions of their arguments: no network, no files, no
// clock of their own.
var pure = []string{"harness/match", "harness/verify", "harness/recovery", "harness/dense", "harness/verify/sieve"}

// topLevel is all that may lie beside go.mod.
var topLevel = []string{"harness", "mocksf", "reports", "scenarios", "LICENSE", "Makefile", "README.md", "go.mod", "go.sum"}

const (
	maxFunctionLines = 60
	maxFileLines     = 300
)

// file is one of our Go files.
type file struct {
	path, pkg string
	test      bool
	set       *token.FileSet
	ast       *ast.File
}

func ourFiles(t *testing.T) []file {
	var out []file
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() {
			return skipFolder(path, d.Name())
		}
		if strings.HasSuffix(path, ".go") {
			out = append(out, parse(t, path))
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, out)
	return out
}

// skipFolder leaves out what is not part of this module.
func skipFolder(path, name string) error {
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	other := err == nil && path != "."
	if other || name == "testdata" || name == "runs" || name == "bin" || name == "node_modules" || (strings.HasPrefix(name, ".") && path != ".") {
		return filepath.SkipDir
	}
	return nil
}

func parse(t *testing.T, path string) file {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, path, nil, parser.ParseComments)
	require.NoError(t, err)
	dir := filepath.ToSlash(filepath.Dir(path))
	if dir == "." {
		dir = ""
	}
	return file{path, dir, strings.HasSuffix(path, "_test.go"), set, tree}
}

func TestImportsPointOneWay(t *testing.T) {
	for _, f := range ourFiles(t) {
		if f.test {
			continue
		}
		row, ok := allowed[tableName(f.pkg)]
		if !assert.True(t, ok, "%s: package %q is not in the import table", f.path, f.pkg) {
			continue
		}
		for _, spec := range f.ast.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if inner, ours := strings.CutPrefix(path, module); ours {
				assert.Contains(t, row, tableName(inner), "%s imports %s", f.path, inner)
			}
			checkForeign(t, f, path)
		}
	}
}

// tableName is the row of a package: what lies inside mocksf shares one, unless
// it has its own.
func tableName(pkg string) string {
	if _, own := allowed[pkg]; strings.HasPrefix(pkg, "mocksf/") && !own {
		return "mocksf/*"
	}
	return pkg
}

func checkForeign(t *testing.T, f file, path string) {
	if strings.Contains(path, "toxiproxy") {
		assert.Equal(t, "harness/fault", f.pkg, "%s imports toxiproxy, which lives in harness/fault alone", f.path)
	}
	if path == "testing" || path == "testing/synctest" { // virtual time belongs to tests
		assert.Contains(t, []string{"harness", ""}, f.pkg, "%s: who imports it would link the testing package", f.path)
	}
	if slices.Contains(pure, f.pkg) {
		assert.NotContains(t, []string{"net", "net/http", "os", "io/fs", "os/exec"}, path, "%s must stay pure", f.path)
	}
}

func TestPureCodeReadsNoClock(t *testing.T) {
	for _, f := range ourFiles(t) {
		if f.test || !slices.Contains(pure, f.pkg) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				x, _ := sel.X.(*ast.Ident)
				clock := x != nil && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Sleep", "After", "NewTimer"}, sel.Sel.Name)
				assert.False(t, clock, "%s reads the clock", f.set.Position(n.Pos()))
			}
			return true
		})
	}
}

func TestExportsAreDocumented(t *testing.T) {
	for _, f := range ourFiles(t) {
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && receiverIsExported(d) {
					assert.NotNil(t, d.Doc, "%s: %s has no doc comment", f.set.Position(d.Pos()), d.Name)
				}
			case *ast.GenDecl:
				checkSpecs(t, f, d)
			}
		}
	}
}

func receiverIsExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	name, ok := typ.(*ast.Ident)
	return ok && name.IsExported()
}

func checkSpecs(t *testing.T, f file, d *ast.GenDecl) {
	for _, s := range d.Specs {
		if typ, ok := s.(*ast.TypeSpec); ok && typ.Name.IsExported() {
			assert.True(t, d.Doc != nil || typ.Doc != nil, "%s: %s has no doc comment", f.set.Position(s.Pos()), typ.Name)
		}
		if v, ok := s.(*ast.ValueSpec); ok && v.Names[0].IsExported() {
			assert.True(t, d.Doc != nil || v.Doc != nil || v.Comment != nil, "%s: %s has no doc comment", f.set.Position(s.Pos()), v.Names[0])
		}
	}
}

func TestFunctionsAndFilesStaySmall(t *testing.T) {
	for _, f := range ourFiles(t) {
		if f.test {
			continue
		}
		lines := f.set.Position(f.ast.End()).Line
		assert.LessOrEqual(t, lines, maxFileLines, "%s is long: one concept per file", f.path)
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line + 1
				assert.LessOrEqual(t, n, maxFunctionLines, "%s: %s is long", f.path, fn.Name)
			}
		}
	}
}

func TestTopLevelHoldsWhatTheDesignNames(t *testing.T) {
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".go") || name == "runs" || name == "bin" || name == "squall" {
			continue
		}
		assert.Contains(t, topLevel, name)
	}
}
