module github.com/pkerr/pkerr/examples/migrating

go 1.26.0

require (
	github.com/pkerr/pkerr v0.0.0
	github.com/starshine-sys/pkgo/v2 v2.1.0
	github.com/stretchr/testify v1.12.1
)

require (
	emperror.dev/errors v0.8.0 // indirect
	github.com/google/uuid v1.3.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	go.uber.org/atomic v1.7.0 // indirect
	go.uber.org/multierr v1.6.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/time v0.0.0-20210611083556-38a9dc6acbc6 // indirect
)

replace github.com/pkerr/pkerr => ../..
