/** A pattern in a string of SQL. */
const ipv4 = '^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)$'

/**
 * Each field of a search has an index in time order, so a search reads only the newest page. Each index makes writes
 * slower. So the most common values of a field are not indexed: a scan of `events_at` finds a page of them after a few
 * rows. Kind, rack, route, permission, and rule share one index, over their digest (`facet_of`), because they have few
 * combinations. The ID of an event
 * contains its time, which has an index. Words are added to their index in batches of some hundred events.
 * `events_changes` has the successful changes of an app, and `events_own_changes` those of a principal. Reads, intents,
 * and failures have no entry in them.
 *
 * The functions must not fail for any event, because the event could then not be recorded. In all but `words_of`, names
 * are qualified with their schema, because PostgreSQL cannot inline a function that sets `search_path`, and sets it for
 * each event, which would take most of the time.
 *
 * - `address_of`: the pattern matches only valid IPv4 addresses, which are most addresses. The others are left to
 *   `network_of`, which catches errors. Blocks with `EXCEPTION` are slow.
 * - `words_of`: punctuation becomes spaces, so that paths, hosts, and addresses are split into words. Non-ASCII
 *   punctuation is listed because PostgreSQL's parser takes it for letters if the locale is C. Few events have a reason,
 *   and reading JSON is most of the work.
 */
export const search = `
CREATE FUNCTION audit.facet_of(kind text, rack text, route text, permission text, rule text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.hashtextextended(kind, pg_catalog.hashtextextended(COALESCE(rack, ''),
    pg_catalog.hashtextextended(COALESCE(route, ''), pg_catalog.hashtextextended(COALESCE(permission, ''),
    pg_catalog.hashtextextended(COALESCE(rule, ''), 0)))))
$$;

CREATE FUNCTION audit.network_of(address text) RETURNS pg_catalog.inet
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF address OPERATOR(pg_catalog.~) '${ipv4}' THEN
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

CREATE FUNCTION audit.address_of(address text) RETURNS pg_catalog.inet
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN address OPERATOR(pg_catalog.~)
    '${ipv4}'
    THEN address::pg_catalog.inet ELSE audit.network_of(address) END
$$;

CREATE FUNCTION audit.words_of(command text, canonical text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  punctuation constant text := '!"#$%&''()*+,-./:;<=>?@[\\]^_\`{|}~“”„‘’‚«»‹›…–—·•¡¿ ';
  event jsonb;
BEGIN
  IF strpos(canonical, '"reason":"') > 0 THEN
    event := canonical::jsonb;
  END IF;
  RETURN to_tsvector('simple', translate(
    concat_ws(' ', command, event #>> '{decision,reason}', event #>> '{detail,reason}'), punctuation, repeat(' ', length(punctuation))));
EXCEPTION WHEN OTHERS THEN
  RETURN ''::tsvector;
END
$$;
REVOKE ALL ON FUNCTION audit.facet_of(text, text, text, text, text), audit.network_of(text), audit.address_of(text),
  audit.words_of(text, text) FROM PUBLIC;

CREATE INDEX events_principal ON audit.events (principal, at);
CREATE INDEX events_principal_name ON audit.events (principal_name, at) WHERE principal_name IS NOT NULL;
CREATE INDEX events_app ON audit.events (rack, app, at);
CREATE INDEX events_one_app ON audit.events (app, at) WHERE app IS NOT NULL;
CREATE INDEX events_changes ON audit.events (rack, app, at) WHERE kind = 'outcome' AND status < 400;
CREATE INDEX events_own_changes ON audit.events (principal, at) WHERE kind = 'outcome' AND status < 400;
CREATE INDEX events_effect ON audit.events (effect, at) WHERE effect IN ('deny', 'require');
CREATE INDEX events_status ON audit.events (status, at) WHERE status <> 200;
CREATE INDEX events_status_class ON audit.events ((status / 100), at) WHERE status / 100 <> 2;
CREATE INDEX events_facet ON audit.events (audit.facet_of(kind, rack, route, permission, rule), at);
CREATE INDEX events_network ON audit.events (audit.address_of(address), at) WHERE address IS NOT NULL;
CREATE INDEX events_words ON audit.events USING gin (audit.words_of(command, canonical))
  WITH (fastupdate = on, gin_pending_list_limit = 256)
  WHERE command IS NOT NULL OR effect IN ('deny', 'require') OR kind NOT IN ('call', 'intent', 'outcome', 'opened', 'closed');
`
