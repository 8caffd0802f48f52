/** Recordings name API tokens and jobs in a form that no email address has, such as `token:NAME (OWNER)`. */
export const actorNames = {
  name: '0023-actor-names',
  sql: `
UPDATE gateway.recordings SET principal_name = 'token:' || named.token || ' (' || named.owner || ')'
FROM (
  SELECT t.id::text AS id, t.name AS token,
    COALESCE(u.email, CASE WHEN a.name LIKE '%@%' THEN 'service-account:' ELSE '' END || a.name) AS owner
  FROM gateway.api_tokens t
  LEFT JOIN gateway.users u ON u.id = t.user_id
  LEFT JOIN gateway.service_accounts a ON a.id = t.service_account_id
) named
WHERE principal = named.id AND principal_name NOT LIKE 'token:%';

UPDATE gateway.recordings SET principal_name = 'job:' || principal_name
WHERE principal_name LIKE '%@%' AND principal_name NOT LIKE 'job:%'
  AND principal IN (SELECT id::text FROM gateway.workload_sessions);
`,
}
