/**
 * Each field of a search has an index in time order, so that only the newest page is read. To save writes, the most
 * common values of a field are not indexed: a scan of `events_at` finds a page of them after a few rows.
 *
 * The functions must not fail for any event, because the event could then not be recorded.
 *
 * - `network_of`: the first pattern matches only valid IPv4 addresses. It comes first, because blocks with `EXCEPTION`
 *   are slow.
 * - `words_of`: punctuation becomes spaces, so that paths, hosts, and addresses are split into words. Non-ASCII
 *   punctuation is listed because PostgreSQL's parser takes it for letters if the locale is C.
 *
 * The text of the SQL, including its comments, must not change, because applied migrations are compared by a checksum.
 */
export const search = {
  name: '0015-search',
  sql: `
-- Every name here says its schema: a setting of search_path, for each event, would cost more than all the rest.
CREATE FUNCTION audit.network_of(address text) RETURNS pg_catalog.inet
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  -- What catches errors is slow, and most addresses can't be wrong.
  IF address OPERATOR(pg_catalog.~) '^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)$' THEN
    RETURN address::pg_catalog.inet;
  END IF;
  BEGIN
    IF address OPERATOR(pg_catalog.~) '^::ffff:[\\d.]+$' THEN
      RETURN pg_catalog.substr(address, 8)::pg_catalog.inet;
    END IF;
    RETURN address::pg_catalog.inet;
  EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
  END;
END
$$;
REVOKE ALL ON FUNCTION audit.network_of(text) FROM PUBLIC;

CREATE FUNCTION audit.words_of(command text, canonical text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  -- What the parser would take for a path, a host or an address is words here. Where the database's locale is C, it takes
  -- every character beyond ASCII for a letter.
  punctuation constant text := '!"#$%&''()*+,-./:;<=>?@[\\]^_\`{|}~“”„‘’‚«»‹›…–—·•¡¿ ';
  event jsonb;
BEGIN
  -- Few have one, and reading JSON is most of the work.
  IF strpos(canonical, '"reason":"') > 0 THEN
    event := canonical::jsonb;
  END IF;
  RETURN to_tsvector('simple', translate(
    concat_ws(' ', command, event #>> '{decision,reason}', event #>> '{detail,reason}'), punctuation, repeat(' ', length(punctuation))));
EXCEPTION WHEN OTHERS THEN
  RETURN ''::tsvector;
END
$$;
REVOKE ALL ON FUNCTION audit.words_of(text, text) FROM PUBLIC;

CREATE INDEX events_principal_name ON audit.events (principal_name, at) WHERE principal_name IS NOT NULL;
CREATE INDEX events_route ON audit.events (route, at) WHERE route IS NOT NULL;
CREATE INDEX events_permission ON audit.events (permission, at) WHERE permission IS NOT NULL;
CREATE INDEX events_rule ON audit.events (rule, at) WHERE rule IS NOT NULL;
CREATE INDEX events_one_app ON audit.events (app, at) WHERE app IS NOT NULL;
CREATE INDEX events_rack ON audit.events (rack, at) WHERE rack IS NOT NULL;
CREATE INDEX events_effect ON audit.events (effect, at) WHERE effect IN ('deny', 'needs');
CREATE INDEX events_status ON audit.events (status, at) WHERE status <> 200;
CREATE INDEX events_status_class ON audit.events ((status / 100), at) WHERE status / 100 <> 2;
CREATE INDEX events_network ON audit.events (audit.network_of(address), at) WHERE address IS NOT NULL;
CREATE INDEX events_words ON audit.events USING gin (audit.words_of(command, canonical)) WITH (fastupdate = off)
  WHERE command IS NOT NULL OR effect IN ('deny', 'needs') OR kind NOT IN ('call', 'intent', 'outcome', 'opened', 'closed');
`,
}
