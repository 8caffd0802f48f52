/**
 * `environment` and `newest_release` say how a run was started, for the `exec` that follows it. The first `exec`, by
 * the session `attach_credential` from `attach_address` until `attach_until`, needs no further proof of a second factor,
 * and clears `attach_credential`.
 */
export const runs = `
CREATE TABLE gateway.runs (
  rack text NOT NULL,
  app text NOT NULL,
  process text NOT NULL,
  principal text NOT NULL,
  service text NOT NULL,
  intent uuid NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  environment text NOT NULL DEFAULT '',
  newest_release boolean NOT NULL DEFAULT true,
  attach_credential text,
  attach_address text,
  attach_until timestamptz NOT NULL,
  PRIMARY KEY (rack, app, process)
);
CREATE INDEX ON gateway.runs (expires_at);
`
