// Contacts are upserted one by one. jsforce puts the external id into the URL
// as it is: at a ? or # it ends, and another record is written.
'use strict';
const { direct } = require('../scaffold');
const { connect, workedAround } = require('./connect');

direct(async ({ records: [r] }) => {
  const conn = await connect();
  const id = workedAround ? encodeURIComponent(r.externalId) : r.externalId;
  await conn.sobject(r.object).upsert({ ...r.fields, [r.externalIdField]: id }, r.externalIdField);
});
