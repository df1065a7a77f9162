// Contacts are upserted by a connection with a refresh token. Salesforce
// answers 401 although the token is new, as it does when access is blocked for
// a while: jsforce asks for tokens and repeats the call without end or pause.
'use strict';
const { queued } = require('../scaffold');
const { byClientCredentials, byRefreshToken, workedAround } = require('./connect');

// Without a refresh token the 401 is an error. The next attempt logs in again,
// a second later.
let conn = workedAround ? undefined : byRefreshToken();

queued(async (waiting, done) => {
  conn = conn || await byClientCredentials();
  try {
    for (const t of waiting) {
      const [r] = t.records;
      await conn.sobject(r.object).upsert({ ...r.fields, [r.externalIdField]: r.externalId }, r.externalIdField);
      done(t);
    }
  } catch (err) {
    if (workedAround) conn = undefined;
    throw err;
  }
});
