// jsforce: queries, describe, search, limits, and what changed.
'use strict';
const jsforce = require('jsforce');
const { assert, org, steps, refused, range } = require('./steps');

const version = '67.0';

steps(async (step) => {
  const conn = new jsforce.Connection({ loginUrl: org.url, version });
  await conn.login(org.username, org.password);
  const account = conn.sobject('Account');
  const contact = conn.sobject('Contact');
  const query = async (soql, options) => (await conn.query(soql, options)).records;
  const names = async (where) => (await query(`SELECT Name FROM Account WHERE ${where} ORDER BY Name`)).map((r) => r.Name);

  const cities = ['Leeds', 'York', null];
  const made = await account.create(range(6).map((i) => ({
    Name: `A${i}`, Ext_Id__c: `a${i}`, BillingCity: cities[i % 3], AnnualRevenue: i * 100, Active__c: i % 2 === 0,
    Industry: i < 3 ? 'Energy' : 'Retail', Website: i === 5 ? "it's%_x" : null,
  })));
  const ids = made.map((r) => r.id);
  await contact.create(range(4).map((i) => ({ LastName: `C${i}`, AccountId: ids[i % 2], Email: `c${i}@example.com`, Birthdate: `199${i}-02-03` })));

  const where = {
    'comparison': ['AnnualRevenue >= 200 AND AnnualRevenue < 400', 'A2 A3'],
    'not equal': ["BillingCity != 'Leeds' AND BillingCity <> null", 'A1 A4'],
    'null': ['BillingCity = null', 'A2 A5'],
    'AND, OR, NOT': ["(BillingCity = 'Leeds' OR BillingCity = 'York') AND (NOT Active__c = true)", 'A1 A3'],
    'IN': ["Name IN ('A1', 'A5', 'B')", 'A1 A5'],
    'NOT IN': ["Name NOT IN ('A1', 'A2', 'A3', 'A4')", 'A0 A5'],
    'LIKE': ["Name LIKE '_3'", 'A3'],
    'LIKE, escaped': ["Website LIKE 'it\\'s\\%\\_x'", 'A5'],
    'semi-join': ["Id IN (SELECT AccountId FROM Contact WHERE LastName = 'C1')", 'A1'],
    'anti-join': ["Industry = 'Energy' AND Id NOT IN (SELECT AccountId FROM Contact)", 'A2'],
    'date literal': ['CreatedDate = TODAY AND CreatedDate = LAST_N_DAYS:2', 'A0 A1 A2 A3 A4 A5'],
    'datetime': ['CreatedDate > 2020-01-01T00:00:00Z', 'A0 A1 A2 A3 A4 A5'],
    'picklist, in any case': ["industry = 'energy' and active__c = false", 'A1'],
  };
  for (const [name, [condition, want]] of Object.entries(where)) {
    await step(`where: ${name}`, async () => assert.equal((await names(condition)).join(' '), want));
  }
  await step('parent fields', async () => {
    const [row] = await query("SELECT LastName, Account.Name, Account.Owner.Username FROM Contact WHERE Account.Ext_Id__c = 'a1' ORDER BY LastName");
    assert.equal(row.Account.Name, 'A1');
    assert.equal(row.Account.attributes.type, 'Account');
    assert.ok(row.Account.Owner.Username);
  });
  await step('children', async () => {
    const rows = await query('SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account ORDER BY Name LIMIT 3');
    assert.deepEqual(rows[0].Contacts.records.map((r) => r.LastName), ['C0', 'C2']);
    assert.equal(rows[0].Contacts.totalSize, 2);
    assert.equal(rows[2].Contacts, null);
  });
  await step('children by the query builder', async () => {
    const rows = await account.find({ Name: 'A1' }, 'Id, Name').include('Contacts').select('LastName').orderby('LastName').end();
    assert.deepEqual(rows[0].Contacts.records.map((r) => r.LastName), ['C1', 'C3']);
  });
  await step('order, limit, offset', async () => {
    const rows = await query('SELECT Name FROM Account ORDER BY BillingCity DESC NULLS LAST, Name LIMIT 3 OFFSET 1');
    assert.deepEqual(rows.map((r) => r.Name), ['A4', 'A0', 'A3']);
  });
  await step('COUNT()', async () => {
    const got = await conn.query('SELECT COUNT() FROM Account');
    assert.deepEqual([got.totalSize, got.done, got.records.length], [6, true, 0]);
    assert.equal(await account.count({ BillingCity: 'York' }), 2);
  });
  await step('aggregates', async () => {
    const [all] = await query('SELECT COUNT(Id), SUM(AnnualRevenue) total, MIN(Name), MAX(AnnualRevenue), AVG(AnnualRevenue) FROM Account');
    assert.equal(all.attributes.type, 'AggregateResult');
    assert.deepEqual([all.expr0, all.total, all.expr1, all.expr2, all.expr3], [6, 1500, 'A0', 500, 250]);
  });
  await step('GROUP BY and HAVING', async () => {
    const rows = await query('SELECT BillingCity, COUNT(Id) n FROM Account GROUP BY BillingCity HAVING COUNT(Id) > 1 ORDER BY BillingCity NULLS LAST');
    assert.deepEqual(rows.map((r) => [r.BillingCity, r.n]), [['Leeds', 2], ['York', 2], [null, 2]]);
  });
  await step('FIELDS(ALL)', async () => {
    const [row] = await query("SELECT FIELDS(ALL) FROM Account WHERE Name = 'A3' LIMIT 1");
    assert.equal(row.Ext_Id__c, 'a3');
  });
  await step('dates', async () => {
    const rows = await contact.find({ Birthdate: { $gte: jsforce.SfDate.toDateLiteral(new Date(Date.UTC(1992, 0, 1))) } }, ['Birthdate']).sort('Birthdate');
    assert.deepEqual(rows.map((r) => r.Birthdate), ['1992-02-03', '1993-02-03']);
  });
  await step('query builder', async () => {
    const rows = await account.find({ $or: [{ BillingCity: 'York' }, { AnnualRevenue: { $gt: 400 } }], Active__c: { $ne: true } })
      .select(['Id', 'Name']).sort({ Name: -1 }).limit(5).skip(0);
    assert.deepEqual(rows.map((r) => r.Name), ['A5', 'A1']);
  });
  await step('an explained query', async () => {
    const got = await conn.query("SELECT Id FROM Account WHERE Name = 'A1'").explain();
    assert.ok(got.plans.length > 0);
  });
  const malformed = { MALFORMED_QUERY: 'SELECT Id FROM Account WHERE', INVALID_FIELD: 'SELECT Nothing__c FROM Account', INVALID_TYPE: 'SELECT Id FROM Nothing' };
  for (const [code, soql] of Object.entries(malformed)) {
    await step(`query refused with ${code}`, () => refused(conn.query(soql), code));
  }

  await step('pages of 2,000', async () => {
    for (const from of range(11)) await contact.create(range(200).map((i) => ({ LastName: `P${from * 200 + i}` })));
    const page = await conn.query("SELECT Id FROM Contact WHERE LastName LIKE 'P%'");
    assert.deepEqual([page.totalSize, page.records.length, page.done], [2200, 2000, false]);
    assert.match(page.nextRecordsUrl, /\/services\/data\/v67\.0\/query\/01g\w+-2000$/);
    const rest = await conn.queryMore(page.nextRecordsUrl);
    assert.deepEqual([rest.records.length, rest.done, rest.nextRecordsUrl], [200, true, undefined]);
  });
  await step('pages of 250 as events', async () => {
    const got = await new Promise((resolve, reject) => {
      let n = 0;
      conn.query("SELECT Id FROM Contact WHERE LastName LIKE 'P%'")
        .on('record', () => { n += 1; }).on('end', () => resolve(n)).on('error', reject)
        .run({ autoFetch: true, maxFetch: 5000, headers: { 'Sforce-Query-Options': 'batchSize=250' } });
    });
    assert.equal(got, 2200);
  });
  await step('a page that stays the same while records change', async () => {
    const soql = "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'P%' ORDER BY LastName";
    const page = await conn.query(soql, { headers: { 'Sforce-Query-Options': 'batchSize=2000' } });
    await contact.create({ LastName: 'P' });
    assert.equal((await conn.queryMore(page.nextRecordsUrl)).records.length, 200);
  });
  await step('a locator that is none', () => refused(conn.queryMore(`/services/data/v${version}/query/01gxx0000000001AAA-2000`), 'INVALID_QUERY_LOCATOR'));
  await step('queryAll', async () => {
    await account.destroy(ids[5]);
    const soql = "SELECT Id, IsDeleted FROM Account WHERE Name = 'A5'";
    assert.equal((await query(soql)).length, 0);
    const rows = await query(soql, { scanAll: true });
    assert.equal(rows[0].IsDeleted, true);
  });
  await step('queryAll over pages', async () => {
    const rows = await query("SELECT Id FROM Contact WHERE LastName LIKE 'P%'", { scanAll: true, autoFetch: true, maxFetch: 5000 });
    assert.equal(rows.length, 2201);
  });

  await step('describe', async () => {
    const got = await account.describe();
    assert.equal(got.name, 'Account');
    assert.equal(got.keyPrefix, '001');
    const field = (name) => got.fields.find((f) => f.name === name);
    assert.deepEqual([field('Id').type, field('Name').nillable, field('ParentId').referenceTo], ['id', false, ['Account']]);
    assert.deepEqual([field('Ext_Id__c').externalId, field('Ext_Id__c').idLookup, field('Ext_Id__c').unique], [true, true, true]);
    assert.ok(field('Industry').picklistValues.some((v) => v.value === 'Energy'));
    assert.deepEqual([field('CreatedDate').createable, field('CreatedDate').type], [false, 'datetime']);
    assert.ok(got.childRelationships.some((r) => r.relationshipName === 'Contacts' && r.childSObject === 'Contact' && r.field === 'AccountId'));
  });
  await step('describe, kept', async () => {
    await conn.describe$('Contact');
    assert.equal(conn.describe$$('Contact').name, 'Contact');
  });
  await step('describe of all objects', async () => {
    const got = await conn.describeGlobal();
    assert.equal(got.encoding, 'UTF-8');
    assert.equal(got.maxBatchSize, 200);
    assert.ok(got.sobjects.find((o) => o.name === 'Account' && o.queryable && o.createable && o.urls.describe));
  });
  await step('describe of an unknown object', () => refused(conn.describe('Nothing'), 'NOT_FOUND'));
  await step('search', async () => {
    const got = await conn.search('FIND {A1} IN ALL FIELDS RETURNING Account(Id, Name), Contact(Id)');
    assert.deepEqual(got.searchRecords.map((r) => [r.attributes.type, r.Name]), [['Account', 'A1']]);
  });
  await step('search of nothing', () => refused(conn.search('FIND A1'), 'MALFORMED_SEARCH'));
  await step('recent', async () => {
    assert.ok(Array.isArray(await conn.recent()));
    assert.ok(Array.isArray(await account.recent()));
  });
  await step('limits', async () => {
    const got = await conn.limits();
    for (const name of ['DailyApiRequests', 'DailyBulkApiBatches', 'DataStorageMB', 'FileStorageMB']) {
      assert.ok(got[name].Max >= got[name].Remaining, name);
    }
    assert.ok(conn.limitInfo.apiUsage.used > 0);
    assert.equal(conn.limitInfo.apiUsage.limit, got.DailyApiRequests.Max);
  });
  const hour = 3600e3;
  await step('updated', async () => {
    const got = await account.updated(new Date(Date.now() - hour), new Date(Date.now() + hour / 60));
    assert.ok(got.ids.includes(ids[1]));
    assert.ok(got.latestDateCovered);
  });
  await step('deleted', async () => {
    const got = await account.deleted(new Date(Date.now() - hour), new Date(Date.now() + hour / 60));
    assert.equal(got.deletedRecords[0].id, ids[5]);
    assert.ok(got.earliestDateAvailable);
  });
  await step('versions and resources', async () => {
    const versions = await conn.request('/services/data');
    assert.ok(versions.some((v) => v.version === version && v.url === `/services/data/v${version}`));
    assert.ok((await conn.request(`/services/data/v${version}`)).sobjects);
  });
});
