// Package registry has no code. Its tests check the files in docs for other
// languages and tools: the registry, the schemas, the OpenAPI description and
// the programs of the pages. They need node, the packages of package.json, and
// python3.
package registry
