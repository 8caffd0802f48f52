/**
 * Each index makes writes slower, so several filters share one. Kind, rack, route, permission, and rule have few
 * combinations: one index over their digest, in time order, serves these five filters. The ID of an event contains its
 * time, which has an index. Words are added to their index in batches of some hundred events. Names are qualified with
 * their schema, because PostgreSQL cannot inline a function that sets search_path.
 */
export const fewerIndexes = {
  name: '0022-fewer-indexes',
  sql: `
CREATE FUNCTION audit.facet_of(kind text, rack text, route text, permission text, rule text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.hashtextextended(kind, pg_catalog.hashtextextended(COALESCE(rack, ''),
    pg_catalog.hashtextextended(COALESCE(route, ''), pg_catalog.hashtextextended(COALESCE(permission, ''),
    pg_catalog.hashtextextended(COALESCE(rule, ''), 0)))))
$$;

-- Most addresses are of IPv4 and can't be wrong; the others are left to a function that catches errors.
CREATE FUNCTION audit.address_of(address text) RETURNS pg_catalog.inet
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN address OPERATOR(pg_catalog.~)
    '^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)$'
    THEN address::pg_catalog.inet ELSE audit.network_of(address) END
$$;
REVOKE ALL ON FUNCTION audit.facet_of(text, text, text, text, text), audit.address_of(text) FROM PUBLIC;

DROP INDEX audit.events_id, audit.events_kind, audit.events_route, audit.events_permission, audit.events_rule,
  audit.events_rack, audit.events_network, audit.events_words;
CREATE INDEX events_facet ON audit.events (audit.facet_of(kind, rack, route, permission, rule), at);
CREATE INDEX events_inconsistent ON audit.events (at) WHERE kind = 'audit.inconsistent';
CREATE INDEX events_network ON audit.events (audit.address_of(address), at) WHERE address IS NOT NULL;
CREATE INDEX events_words ON audit.events USING gin (audit.words_of(command, canonical))
  WITH (fastupdate = on, gin_pending_list_limit = 256)
  WHERE command IS NOT NULL OR effect IN ('deny', 'needs') OR kind NOT IN ('call', 'intent', 'outcome', 'opened', 'closed');
`,
}
