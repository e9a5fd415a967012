package redislimiter_test

import (
	"os"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/pkerr/pkerr/redislimiter/internal/fleet"
)

func TestMain(m *testing.M) {
	fleet.Main(fleet.Default()) // the test program is also the program of a fleet's processes
	os.Exit(m.Run())
}

// startRedis starts a Redis for the test. The test fails if no server is
// installed.
func startRedis(t *testing.T) *fleet.Redis {
	t.Helper()
	server, err := fleet.StartRedis()
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return server
}

// connect returns a client of the server.
func connect(t *testing.T, server *fleet.Redis) *redis.Client {
	t.Helper()
	rdb := server.Client()
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func startAPI(t *testing.T) *fleet.API {
	t.Helper()
	api, err := fleet.StartAPI()
	require.NoError(t, err)
	t.Cleanup(api.Close)
	return api
}
