-- The questions of the judge, asked of an exported run in SQL, for a second
-- opinion: squall export RUN_DIR --format parquet, then, in RUN_DIR,
-- duckdb < questions.sql. Each question gets one row: its name, and how many
-- anomalies there are. It is a rough copy of the judge: records are followed by
-- their Token__c alone, so deletions, which carry none, are left out.

CREATE TEMP TABLE answers AS
SELECT id AS op, min(start) AS invoked, min(start + took) FILTER (outcome = 'ok') AS acked, bool_or(outcome = 'fail') AS refused
FROM 'history.parquet' WHERE kind = 'answer' GROUP BY id;

CREATE TEMP TABLE intents AS
SELECT id AS op, key, r.object AS object, r.externalId AS external_id, coalesce(r.version, 0) AS version, r.fields->>'Token__c' AS token
FROM (SELECT id, key, unnest(from_json(records, '[{"object":"VARCHAR","externalId":"VARCHAR","version":"BIGINT","op":"VARCHAR","fields":"JSON"}]')) AS r
      FROM 'history.parquet' WHERE kind = 'offer')
WHERE coalesce(r.op, '') <> 'delete';

CREATE TEMP TABLE effects AS
SELECT lsn, "index" AS place, op = 'insert' AS inserts, id AS record, fields->>'Token__c' AS token
FROM 'commits.parquet' WHERE api NOT IN ('direct', 'restore') AND op <> 'delete';

-- How far each operation got.
CREATE TEMP TABLE progress AS
SELECT op, any_value(key) AS key, count(*) AS records, count(first) AS applied, min(first) AS first, max(first) AS last
FROM intents LEFT JOIN (SELECT token, min(lsn) AS first FROM effects GROUP BY token) USING (token) GROUP BY op;

SELECT 'lost' AS question, count(*) AS anomalies
FROM progress JOIN answers USING (op) WHERE acked IS NOT NULL AND NOT refused AND applied = 0
UNION ALL
SELECT 'applied twice', count(*) FROM
    (SELECT op FROM intents JOIN effects USING (token) WHERE external_id IS NULL AND inserts GROUP BY op, token HAVING count(DISTINCT record) > 1)
UNION ALL
SELECT 'never intended', count(*) FROM effects ANTI JOIN intents USING (token)
UNION ALL
SELECT 'refused and applied', count(*) FROM progress JOIN answers USING (op) WHERE refused AND applied > 0
UNION ALL
SELECT 'torn', count(*) FROM progress WHERE applied BETWEEN 1 AND records - 1
UNION ALL
SELECT 'visible in parts', count(*) FROM progress WHERE applied = records AND first < last
UNION ALL
-- Commits of an older version than the record had: the judge counts a run of
-- them as one.
SELECT 'older version', count(*) FROM
    (SELECT version, max(version) OVER (PARTITION BY object, external_id ORDER BY lsn, place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS newest
     FROM intents JOIN effects USING (token) WHERE version > 0)
WHERE version < newest
UNION ALL
-- An operation comes early when one of its key that was acknowledged before it
-- was invoked takes effect after it.
SELECT 'out of order', count(*) FROM
    (SELECT mine, max(before) OVER (PARTITION BY key ORDER BY moment, before NULLS FIRST ROWS UNBOUNDED PRECEDING) AS latest
     FROM (SELECT key, invoked AS moment, first AS mine, NULL AS before FROM progress JOIN answers USING (op) WHERE applied > 0 AND key <> ''
           UNION ALL
           SELECT key, acked, NULL, first FROM progress JOIN answers USING (op) WHERE applied > 0 AND key <> '' AND acked IS NOT NULL))
WHERE mine < latest;
