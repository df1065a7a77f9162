// A small integration on the public client jsforce, written as its
// documentation suggests. It is a subject to rehearse outages on, not an
// example to follow.
'use strict';
const jsforce = require('jsforce');
const { queued } = require('./scaffold');

const env = process.env;
const manyRecords = 200; // from here on, single contacts go by the Bulk API
const lanes = 16; // keys at once
const version = env.SF_API_VERSION;

const oauth2 = { loginUrl: env.SF_LOGIN_URL, clientId: env.SF_CLIENT_ID, clientSecret: env.SF_CLIENT_SECRET };

async function login() {
  const conn = new jsforce.Connection({ oauth2, version });
  await conn.authorize({ grant_type: 'client_credentials' });
  const { accessToken, instanceUrl } = conn;
  return new jsforce.Connection({
    accessToken, instanceUrl, version,
    refreshFn: (_, done) => {
      const again = new jsforce.Connection({ oauth2, version });
      again.authorize({ grant_type: 'client_credentials' }).then(() => done(null, again.accessToken), done);
    },
  });
}

const relation = (field) => field.replace(/__c$/, '__r');

function fields(r) {
  const out = { ...r.fields };
  if (r.parent) out[relation(r.parent.field)] = { [r.parent.externalIdField]: r.parent.externalId };
  return out;
}

async function write(conn, t) {
  if (t.records.length > 1) return writeUnit(conn, t);
  const r = t.records[0];
  const result = r.externalId
    ? await conn.sobject(r.object).upsert({ ...fields(r), [r.externalIdField]: r.externalId }, r.externalIdField)
    : await conn.sobject(r.object).create(fields(r));
  if (!result.success) throw new Error(JSON.stringify(result.errors));
}

// writeUnit writes all records of a transaction, or none, by the composite API.
async function writeUnit(conn, t) {
  const compositeRequest = t.records.map((r, i) => ({
    method: 'PATCH', referenceId: `r${i}`, body: fields(r),
    url: `/services/data/v${version}/sobjects/${r.object}/${r.externalIdField}/${encodeURIComponent(r.externalId)}`,
  }));
  const { compositeResponse } = await conn.requestPost(`/services/data/v${version}/composite`, { allOrNone: true, compositeRequest });
  const failed = compositeResponse.find((s) => s.httpStatusCode >= 300);
  if (failed) throw new Error(JSON.stringify(failed.body));
}

async function writeBulk(conn, transactions, done) {
  const input = transactions.map((t) => ({ ...t.records[0].fields, Ext_Id__c: t.records[0].externalId }));
  const results = await conn.bulk2.loadAndWaitForResults({
    object: 'Contact', operation: 'upsert', externalIdFieldName: 'Ext_Id__c', input, pollInterval: 500, pollTimeout: 60000,
  });
  const failed = new Set(results.failedResults.map((r) => r.Ext_Id__c));
  done(...transactions.filter((t) => !failed.has(t.records[0].externalId)));
}

// deliverKey writes the transactions of one key in their order.
async function deliverKey(conn, transactions, done) {
  for (const t of transactions) {
    await write(conn, t);
    done(t);
  }
}

async function deliver(conn, transactions, done) {
  const keys = new Map();
  for (const t of transactions) keys.set(t.key, [...(keys.get(t.key) || []), t]);
  const bulk = [...keys.values()].filter((ts) => ts.length === 1 && ts[0].records.length === 1 && ts[0].records[0].object === 'Contact');
  if (bulk.length > manyRecords) {
    bulk.forEach(([t]) => keys.delete(t.key));
    await writeBulk(conn, bulk.flat(), done);
  }
  const waiting = [...keys.values()];
  await Promise.all(Array.from({ length: lanes }, async () => {
    for (let ts = waiting.shift(); ts; ts = waiting.shift()) await deliverKey(conn, ts, done);
  }));
}

let conn;
queued(async (waiting, done) => {
  conn = conn || await login();
  await deliver(conn, waiting, done);
});
