module github.com/squall-harness/squall/mocksf/conformance/simpleforce

go 1.26.8

require github.com/simpleforce/simpleforce v0.0.0-20220429021116-acf4ac67ef68

require github.com/pkg/errors v0.9.1 // indirect
