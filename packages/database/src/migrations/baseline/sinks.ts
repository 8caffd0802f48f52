/** These tables are not evidence. They only track which events were delivered. */
export const sinks = `
CREATE TABLE audit.sinks (
  name text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE audit.sink_positions (
  sink text NOT NULL REFERENCES audit.sinks (name),
  stream uuid NOT NULL,
  month timestamptz NOT NULL,
  seq bigint NOT NULL DEFAULT 0 CONSTRAINT sink_positions_seq CHECK (seq >= 0),
  held_by uuid,
  held_until timestamptz NOT NULL DEFAULT now(),
  finished boolean NOT NULL DEFAULT false,
  PRIMARY KEY (sink, stream)
);
CREATE INDEX sink_positions_open ON audit.sink_positions (sink, held_until) WHERE NOT finished;

CREATE TABLE audit.sink_dead_letters (
  sink text NOT NULL REFERENCES audit.sinks (name),
  stream uuid NOT NULL,
  seq bigint NOT NULL,
  event uuid NOT NULL,
  reason text NOT NULL,
  refused_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink, stream, seq)
);
`
