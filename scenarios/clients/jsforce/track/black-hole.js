// Contacts are upserted one by one. jsforce waits half an hour for an answer,
// and what waits for it in turn does too; a caller cannot set another limit.
'use strict';
const { queued, pause } = require('../scaffold');
const { connect, workedAround } = require('./connect');

// An upsert that is sent a second time does no harm, so giving up is safe.
const giveUp = async () => { await pause(1000); throw new Error('no answer within a second'); };

async function upsert({ records: [r] }) {
  const conn = await connect();
  return conn.sobject(r.object).upsert({ ...r.fields, [r.externalIdField]: r.externalId }, r.externalIdField);
}

queued(async (waiting, done) => {
  for (const t of waiting) {
    await (workedAround ? Promise.race([upsert(t), giveUp()]) : upsert(t));
    done(t);
  }
});
