import { refuseChanges } from './append-only.ts'

/**
 * The events of each process in each month are a stream. `search.ts` has the indexes of searches.
 *
 * After a crash, another process adopts the stream of the lost process: it writes an `outcome.unknown` event for each
 * call that has no end. `follows` is the previous stream of the lost process. `accounted_seq` is the number up to which
 * the adopting process has written these events. The index `events_of` finds the end of a call in any stream.
 */
export const events = `
CREATE TABLE audit.streams (
  id uuid PRIMARY KEY,
  month timestamptz NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now(),
  lease_until timestamptz NOT NULL,
  closed_at timestamptz,
  adopted_by uuid,
  follows uuid,
  fallback boolean NOT NULL DEFAULT false,
  accounted_seq bigint,
  accounted_at timestamptz
);
CREATE INDEX ON audit.streams (lease_until) WHERE closed_at IS NULL AND adopted_by IS NULL;
CREATE INDEX ON audit.streams (adopted_by) WHERE adopted_by IS NOT NULL AND accounted_at IS NULL;

CREATE TABLE audit.events (
  stream uuid NOT NULL,
  seq bigint NOT NULL CONSTRAINT events_seq_positive CHECK (seq > 0),
  at timestamptz NOT NULL,
  id uuid NOT NULL,
  kind text NOT NULL,
  request text,
  of_event uuid,
  principal text,
  principal_name text,
  address text,
  rack text,
  app text,
  route text,
  permission text,
  effect text,
  rule text,
  granted uuid,
  status smallint,
  process text,
  command text,
  canonical text NOT NULL,
  prev bytea NOT NULL CONSTRAINT events_prev_length CHECK (octet_length(prev) = 32),
  hash bytea NOT NULL CONSTRAINT events_hash_length CHECK (octet_length(hash) = 32),
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (stream, seq, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_at ON audit.events (at);
CREATE INDEX events_request ON audit.events (request);
CREATE INDEX events_of ON audit.events (of_event) WHERE of_event IS NOT NULL;
CREATE INDEX events_granted ON audit.events (granted, at) WHERE granted IS NOT NULL;
CREATE INDEX events_inconsistent ON audit.events (at) WHERE kind = 'audit.inconsistent';
${refuseChanges('audit.events')}
`
