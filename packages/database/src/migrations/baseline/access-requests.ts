/**
 * An access request and its grant are one row, so that the two never differ. Only pending requests and grants are read
 * often, and `access_requests_open` has only these. A change raises the revision for its user, whose sessions have the
 * grant.
 */
export const accessRequests = `
CREATE TABLE gateway.access_requests (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES gateway.users (id),
  rule text NOT NULL,
  role text NOT NULL,
  racks text[] NOT NULL,
  apps text[] NOT NULL,
  seconds integer NOT NULL,
  starts_at timestamptz,
  reason text NOT NULL,
  extends uuid REFERENCES gateway.access_requests (id),
  created_at timestamptz NOT NULL,
  answer_by timestamptz NOT NULL,
  state text NOT NULL CONSTRAINT access_requests_state
    CHECK (state IN ('pending', 'approved', 'denied', 'canceled', 'lapsed', 'active', 'ended', 'revoked')),
  work_starts text NOT NULL CONSTRAINT access_requests_work_starts CHECK (work_starts IN ('approval', 'firstUse')),
  decided_at timestamptz,
  granted_racks text[],
  granted_apps text[],
  granted_seconds integer,
  grant_from timestamptz,
  grant_until timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  ended_by uuid,
  ended_by_name text,
  end_note text,
  CONSTRAINT access_requests_ended CHECK ((ended_at IS NULL) = (state IN ('pending', 'approved', 'active'))),
  CONSTRAINT access_requests_granted CHECK (
    state NOT IN ('approved', 'active', 'ended')
    OR num_nulls(decided_at, granted_racks, granted_apps, granted_seconds, grant_from, grant_until) = 0)
);
CREATE INDEX access_requests_open ON gateway.access_requests (user_id) WHERE ended_at IS NULL;
CREATE INDEX access_requests_user ON gateway.access_requests (user_id, created_at, id);
CREATE INDEX access_requests_created ON gateway.access_requests (created_at, id);

CREATE TABLE gateway.access_request_reviews (
  access_request uuid NOT NULL REFERENCES gateway.access_requests (id),
  reviewer uuid NOT NULL REFERENCES gateway.users (id),
  approved boolean NOT NULL,
  because text NOT NULL,
  note text,
  racks text[],
  apps text[],
  seconds integer,
  starts_at timestamptz,
  at timestamptz NOT NULL,
  PRIMARY KEY (access_request, reviewer)
);
CREATE INDEX ON gateway.access_request_reviews (reviewer);
`
