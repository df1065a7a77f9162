package mutants

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/squall-harness/squall/mocksf"
	"github.com/squall-harness/squall/scenarios/reference"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheTable(t *testing.T) {
	broken := map[string]bool{}
	for i, m := range All {
		found, ok := Find(m.Name)
		require.True(t, ok)
		assert.Equal(t, m.Defect, found.Defect, "%s: the name is taken", m.Name)
		assert.NotEmpty(t, m.Source, m.Name)
		assert.NotEmpty(t, m.Scenario, m.Name)
		assert.NotEmpty(t, m.Breaks, m.Name)
		assert.NotNil(t, All[i].Run, m.Name)
		for _, guarantee := range m.Breaks {
			broken[guarantee] = true
		}
	}
	for _, guarantee := range []string{noLoss, noDuplicates, noPhantoms, integrity, order, atomicity, durability, drained, noOverload, alerted, backlogTold} {
		assert.True(t, broken[guarantee], "no mutant breaks %q", guarantee)
	}
	_, ok := Find("no such mutant")
	assert.False(t, ok)
}

// A mutant that fails on a good day proves nothing about a bad one.
func TestEachMutantWorksOnAGoodDay(t *testing.T) {
	for _, m := range All {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			org := mocksf.RunT(t)
			env := reference.Env{LoginURL: org.URL, ClientID: "i", ClientSecret: "s", APIVersion: "67.0",
				ListenAddr: freeAddress(t), StateDir: t.TempDir()}
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- m.Run(ctx, env) }()
			for i := range 12 {
				offer(t, "http://"+env.ListenAddr+"/transactions", transaction(i))
			}
			require.Eventually(t, func() bool { return len(tokens(org)) == 12 }, 10*time.Second, 5*time.Millisecond)
			stop()
			require.NoError(t, <-ended)
		})
	}
}

// transaction is an insert or a unit.
func transaction(i int) string {
	if i%2 == 0 {
		return fmt.Sprintf(`{"id":"t-%d","key":"t-%d","records":[{"object":"Activity_Log__c","fields":{"Token__c":"t-%d"}}]}`, i, i, i)
	}
	return fmt.Sprintf(`{"id":"t-%d","key":"a-%d","records":[
		{"object":"Account","externalIdField":"Ext_Id__c","externalId":"a-%d","fields":{"Name":"A"}},
		{"object":"Order__c","externalIdField":"Ext_Id__c","externalId":"o-%d","fields":{"Token__c":"t-%d"},
		 "parent":{"field":"Account__c","object":"Account","externalIdField":"Ext_Id__c","externalId":"a-%d"}}]}`, i, i, i, i, i, i)
}

func freeAddress(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close() // nothing was written
	return listener.Addr().String()
}

// offer offers a transaction until it is accepted: the mutant may not be up yet.
func offer(t *testing.T, url, tx string) {
	require.Eventually(t, func() bool {
		resp, err := http.Post(url, "application/json", bytes.NewReader([]byte(tx)))
		return err == nil && resp.Body.Close() == nil && resp.StatusCode == http.StatusAccepted
	}, 10*time.Second, 5*time.Millisecond)
}

func tokens(org *mocksf.Server) (list []string) {
	for _, c := range org.Log().Since(0) {
		for _, change := range c.Changes {
			token, _ := change.Fields["Token__c"].(string)
			if token != "" && !slices.Contains(list, token) {
				list = append(list, token)
			}
		}
	}
	return list
}
