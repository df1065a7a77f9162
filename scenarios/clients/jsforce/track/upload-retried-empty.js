// Entries of a log go by the Bulk API 2.0. When the upload meets a 503, jsforce sends
// it again without its body, which was a stream: Salesforce takes the empty
// file, the job completes without rows, and no error is raised.
'use strict';
const { queued } = require('../scaffold');
const { connect, workedAround } = require('./connect');

queued(async (waiting, done) => {
  const conn = await connect();
  const input = waiting.map(({ records: [r] }) => r.fields);
  const { successfulResults, failedResults } = await conn.bulk2.loadAndWaitForResults({
    object: 'Activity_Log__c', operation: 'insert', input, pollInterval: 100,
  });
  const tokens = (rows) => new Set(rows.map((row) => row.Token__c));
  const failed = tokens(failedResults);
  const written = tokens(successfulResults);
  done(...waiting.filter(({ records: [r] }) => (workedAround ? written.has(r.fields.Token__c) : !failed.has(r.fields.Token__c))));
});
