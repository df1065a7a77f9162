// Contacts go by the Bulk API 2.0. jsforce takes the columns of the file from
// the first record: fields that only others have are dropped.
'use strict';
const { queued } = require('../scaffold');
const { connect, workedAround } = require('./connect');

// allColumns gives every record all columns; an empty cell leaves a field alone.
function allColumns(records) {
  const columns = Object.fromEntries(records.flatMap(Object.keys).map((name) => [name, undefined]));
  return records.map((r) => ({ ...columns, ...r }));
}

queued(async (waiting, done) => {
  const conn = await connect();
  const records = waiting.map(({ records: [r] }) => ({ ...r.fields, Ext_Id__c: r.externalId }));
  await conn.bulk2.loadAndWaitForResults({
    object: 'Contact', operation: 'upsert', externalIdFieldName: 'Ext_Id__c',
    input: workedAround ? allColumns(records) : records, pollInterval: 100,
  });
  done(...waiting);
});
