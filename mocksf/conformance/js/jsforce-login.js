// jsforce: every way to log in and out, and sessions that end in mid-run.
'use strict';
const jsforce = require('jsforce');
const { assert, org, steps, refused, jwt, allow } = require('./steps');

const version = '67.0';
const oauth2 = { loginUrl: org.url, redirectUri: 'http://localhost:1717/OauthRedirect', ...org.client };
const connect = (more = {}) => new jsforce.Connection({ oauth2, version, ...more });
const bare = (accessToken) => new jsforce.Connection({ instanceUrl: org.url, accessToken, version }); // cannot refresh
const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

// works asks for something with the session.
async function works(conn) {
  assert.ok((await conn.query('SELECT Id FROM User LIMIT 1')).records.length);
}

const makeRecord = (conn) => conn.sobject('Account').create({ Name: 'Session' });
const revoke = (token) => new jsforce.OAuth2(oauth2).revokeToken(token);

// authorizationCode is what the org gives an app that a user allows.
async function authorizationCode(params = {}) {
  const back = await allow(new jsforce.OAuth2(oauth2).getAuthorizationUrl({ scope: 'api refresh_token', state: 'mystate', ...params }));
  assert.equal(back.origin + back.pathname, oauth2.redirectUri);
  assert.equal(back.searchParams.get('state'), 'mystate');
  return back.searchParams.get('code');
}

steps(async (step) => {
  const web = connect();

  await step('SOAP login', async () => {
    const conn = new jsforce.Connection({ loginUrl: org.url, version });
    const user = await conn.loginBySoap(org.username, org.password);
    assert.match(user.id, /^005/);
    assert.match(user.organizationId, /^00D/);
    assert.equal(conn.instanceUrl, org.url);
    await works(conn);
  });
  await step('SOAP login with a wrong password', async () => {
    const conn = new jsforce.Connection({ loginUrl: org.url, version });
    await assert.rejects(conn.loginBySoap(org.username, 'wrong'), /INVALID_LOGIN: Invalid username, password, security token; or user locked out\./);
  });
  await step('SOAP logout', async () => {
    const conn = new jsforce.Connection({ loginUrl: org.url, version });
    await conn.loginBySoap(org.username, org.password);
    const { accessToken } = conn;
    await conn.logoutBySoap();
    await refused(makeRecord(bare(accessToken)), 'INVALID_SESSION_ID');
  });
  await step('password', async () => {
    const conn = connect();
    const user = await conn.loginByOAuth2(org.username, org.password);
    assert.match(user.url, new RegExp(`/id/${user.organizationId}/${user.id}$`));
    await works(conn);
  });
  await step('wrong password', async () => {
    await assert.rejects(connect().loginByOAuth2(org.username, 'wrong'), { name: 'invalid_grant', message: /authentication failure/ });
  });
  await step('wrong client secret', async () => {
    const conn = connect({ oauth2: { ...oauth2, clientSecret: 'wrong' } });
    await assert.rejects(conn.loginByOAuth2(org.username, org.password), { name: /^invalid_client/ });
  });
  await step('client credentials', async () => {
    const conn = connect();
    await conn.authorize({ grant_type: 'client_credentials' });
    await works(conn);
  });
  await step('JWT', async () => {
    const conn = connect();
    const user = await conn.authorize({ grant_type: bearer, assertion: jwt() });
    assert.match(user.id, /^005/);
    assert.equal((await conn.identity()).username, org.username);
    await works(conn);
  });
  await step('JWT of another key', async () => {
    const { privateKey } = require('node:crypto').generateKeyPairSync('rsa', { modulusLength: 2048 });
    await assert.rejects(connect().authorize({ grant_type: bearer, assertion: jwt({}, privateKey) }), { name: 'invalid_grant' });
  });
  await step('JWT for another audience', async () => {
    await assert.rejects(connect().authorize({ grant_type: bearer, assertion: jwt({ aud: 'https://elsewhere.example' }) }), { name: 'invalid_grant' });
  });
  await step('JWT that has expired', async () => {
    const exp = Math.floor(Date.now() / 1000) - 600;
    await assert.rejects(connect().authorize({ grant_type: bearer, assertion: jwt({ exp }) }), { name: 'invalid_grant' });
  });
  await step('authorization code', async () => {
    await web.authorize(await authorizationCode());
    assert.ok(web.refreshToken);
    await works(web);
  });
  await step('authorization code with PKCE', async () => {
    const conn = connect({ oauth2: { ...oauth2, useVerifier: true } });
    const url = new URL(conn.oauth2.getAuthorizationUrl({ scope: 'api refresh_token' }));
    const code = await authorizationCode({ code_challenge: url.searchParams.get('code_challenge') });
    await conn.authorize(code);
    await works(conn);
  });
  await step('authorization code with PKCE, another verifier', async () => {
    const conn = connect({ oauth2: { ...oauth2, useVerifier: true } });
    const code = await authorizationCode({ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' });
    await assert.rejects(conn.authorize(code), { name: 'invalid_grant' });
  });
  await step('refresh token', async () => {
    const { access_token: token } = await web.oauth2.refreshToken(web.refreshToken);
    assert.notEqual(token, web.accessToken);
    await works(bare(token));
  });
  await step('a session ends in mid-run and is refreshed', async () => {
    let refreshed = 0;
    const conn = connect({ instanceUrl: web.instanceUrl, accessToken: web.accessToken, refreshToken: web.refreshToken });
    conn.on('refresh', () => { refreshed += 1; });
    await makeRecord(conn);
    await revoke(conn.accessToken);
    const made = await makeRecord(conn);
    assert.equal((await conn.sobject('Account').retrieve(made.id)).Name, 'Session');
    assert.equal(refreshed, 1);
  });
  await step('a session ends in mid-run; a function logs in again', async () => {
    let logins = 0;
    const refreshFn = (_, done) => {
      logins += 1;
      const again = connect();
      again.authorize({ grant_type: bearer, assertion: jwt() }).then(() => done(null, again.accessToken), done);
    };
    const conn = connect({ refreshFn });
    await conn.authorize({ grant_type: 'client_credentials' });
    await revoke(conn.accessToken);
    const [a, b] = await Promise.all([makeRecord(conn), makeRecord(conn)]);
    assert.notEqual(a.id, b.id);
    assert.equal(logins, 1);
  });
  await step('a session ends during paging', async () => {
    const conn = connect({ instanceUrl: org.url, accessToken: web.accessToken, refreshToken: web.refreshToken });
    await conn.sobject('Contact').create(Array.from({ length: 250 }, (_, i) => ({ LastName: `Page ${i}` })), { allowRecursive: true });
    const page = await conn.query("SELECT Id FROM Contact WHERE LastName LIKE 'Page %'", { headers: { 'Sforce-Query-Options': 'batchSize=200' } });
    assert.equal(page.done, false);
    await revoke(conn.accessToken);
    assert.equal((await conn.queryMore(page.nextRecordsUrl)).records.length, 50);
  });
  await step('a session ends between two calls of a Bulk 1.0 job', async () => {
    const conn = connect({ instanceUrl: org.url, accessToken: web.accessToken, refreshToken: web.refreshToken });
    const job = conn.bulk.createJob('Account', 'insert');
    await job.open();
    await revoke(conn.accessToken);
    assert.equal((await job.check()).state, 'Open');
    await job.close();
  });
  await step('a session of a login by password ends in mid-run', async () => {
    const conn = new jsforce.Connection({ loginUrl: org.url, version });
    await conn.login(org.username, org.password);
    await revoke(conn.accessToken);
    assert.equal((await makeRecord(conn)).success, true); // the client keeps the password
  });
  await step('no refresh token, no refresh', async () => {
    const conn = connect();
    await conn.authorize({ grant_type: 'client_credentials' });
    await revoke(conn.accessToken);
    const err = await refused(makeRecord(bare(conn.accessToken)), 'INVALID_SESSION_ID');
    assert.equal(err.message, 'Session expired or invalid');
  });
  await step('identity', async () => {
    const conn = connect();
    await conn.loginByOAuth2(org.username, org.password);
    const me = await conn.identity();
    assert.match(me.user_id, /^005/);
    assert.equal(me.username, org.username);
    assert.ok(me.urls.rest);
    const info = await conn.request('/services/oauth2/userinfo');
    assert.equal(info.user_id, me.user_id);
    assert.equal(info.organization_id, me.organization_id);
  });
  await step('OAuth logout', async () => {
    const conn = connect();
    await conn.loginByOAuth2(org.username, org.password);
    const { accessToken } = conn;
    await conn.logoutByOAuth2();
    await refused(makeRecord(bare(accessToken)), 'INVALID_SESSION_ID');
  });
  await step('logout that revokes the refresh token', async () => {
    const conn = connect();
    await conn.authorize(await authorizationCode());
    const { refreshToken } = conn;
    await conn.logoutByOAuth2(true);
    await assert.rejects(conn.oauth2.refreshToken(refreshToken), { name: 'invalid_grant' });
  });
});
