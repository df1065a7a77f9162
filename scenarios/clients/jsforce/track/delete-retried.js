// Records are deleted one by one. When the reply to a DELETE is lost, jsforce
// sends it again, and reports that the record is not there: an error for a delete that
// worked.
'use strict';
const { direct } = require('../scaffold');
const { connect, workedAround } = require('./connect');

const gone = ['ENTITY_IS_DELETED', 'NOT_FOUND'];

direct(async ({ records: [r] }) => {
  const conn = await connect();
  const contacts = conn.sobject(r.object);
  if (r.op !== 'delete') {
    return contacts.upsert({ ...r.fields, [r.externalIdField]: r.externalId }, r.externalIdField);
  }
  const { Id } = await contacts.findOne({ [r.externalIdField]: r.externalId }, ['Id']);
  return contacts.destroy(Id).catch((err) => {
    if (!(workedAround && gone.includes(err.errorCode))) throw err;
  });
});
