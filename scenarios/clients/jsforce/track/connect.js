// How the programs in this folder come to a connection, as the documentation
// of jsforce shows it.
'use strict';
const jsforce = require('jsforce');

const env = process.env;
const version = env.SF_API_VERSION;
const oauth2 = { loginUrl: env.SF_LOGIN_URL, clientId: env.SF_CLIENT_ID, clientSecret: env.SF_CLIENT_SECRET };

// byClientCredentials logs in once.
async function byClientCredentials() {
  const conn = new jsforce.Connection({ oauth2, version });
  await conn.authorize({ grant_type: 'client_credentials' });
  return conn;
}

// byRefreshToken has a token that ended with the last run, and asks for others
// by itself.
function byRefreshToken() {
  return new jsforce.Connection({ oauth2, version, instanceUrl: env.SF_LOGIN_URL, accessToken: 'ended', refreshToken: 'granted by a person' });
}

// once makes one connection for all calls.
const once = (login) => { let conn; return async () => { conn = conn || await login(); return conn; }; };

// workedAround tells which of the two integrations of a file is to run.
const workedAround = process.argv[2] === 'worked-around';

module.exports = { connect: once(byClientCredentials), byClientCredentials, byRefreshToken, workedAround };
