// What every program here shares: steps that are reported one by one, one JSON
// line each, and the credentials to log in with.
'use strict';
const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');

const env = process.env;
const org = {
  url: env.SF_LOGIN_URL,
  client: { clientId: env.SF_CLIENT_ID, clientSecret: env.SF_CLIENT_SECRET },
  username: env.SF_USERNAME,
  password: env.SF_PASSWORD,
};

// step runs one step and prints how it went. Those after it run all the same.
async function step(name, run) {
  let said = { name, ok: true, detail: '' };
  try {
    await run();
  } catch (err) {
    said = { name, ok: false, detail: `${err.name}: ${err.message}`.slice(0, 2000) };
  }
  console.log(JSON.stringify(said));
}

// jsforce tells the error of a refused batch to the program, and then to nobody.
process.on('unhandledRejection', (err) => console.error('left by the client:', err && err.message));

// steps runs a whole program. One that ends without it was cut short.
function steps(program) {
  program(step).then(
    () => process.exit(0), // some clients leave sockets open
    (err) => { console.error(err); process.exit(1); },
  );
}

// refused wants a call to fail with an error code, and returns the error.
async function refused(call, code) {
  let result;
  try {
    result = await call;
  } catch (err) {
    assert.equal(err.errorCode || err.name, code, err.message);
    return err;
  }
  return assert.fail(`not refused with ${code}: ${JSON.stringify(result)}`);
}

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// jwt is an assertion of the JWT bearer flow, signed with the key of the
// connected app. claims override the usual ones.
function jwt(claims = {}, key = fs.readFileSync(env.SF_KEY_FILE)) {
  const all = {
    iss: org.client.clientId, sub: org.username, aud: 'https://login.salesforce.com',
    exp: Math.floor(Date.now() / 1000) + 180, ...claims,
  };
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(all)}`;
  return `${text}.${crypto.sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

// token is what the org answers to a login of the connected app. form says by
// which flow.
async function token(form) {
  const body = new URLSearchParams({ client_id: org.client.clientId, client_secret: org.client.clientSecret, ...form });
  const res = await fetch(`${org.url}/services/oauth2/token`, { method: 'POST', body });
  const got = await res.json();
  assert.equal(res.status, 200, JSON.stringify(got));
  return got;
}

// allow does in the browser's place what the user does there: log in and allow
// the app. It returns the address that the browser is sent back to.
async function allow(url) {
  const page = await (await fetch(url)).text();
  const form = new URLSearchParams({ username: org.username, password: org.password, answer: 'allow' });
  for (const [, name, value] of page.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"/g)) form.set(name, value);
  const res = await fetch(url.split('?')[0], { method: 'POST', body: form, redirect: 'manual' });
  assert.equal(res.status, 302, await res.text());
  return new URL(res.headers.get('location'));
}

// revoke ends a session, or a grant.
const revoke = (token) => fetch(`${org.url}/services/oauth2/revoke`, { method: 'POST', body: new URLSearchParams({ token }) });

const range = (n) => Array.from({ length: n }, (_, i) => i);

module.exports = { assert, org, steps, refused, jwt, token, allow, revoke, range };
