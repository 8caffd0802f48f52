/** One row for each session and network, so that a new challenge never replaces that of another caller. */
export const stepUpChallenges = {
  name: '0032-step-up-challenges',
  sql: `
CREATE TABLE gateway.step_up_challenges (
  step_up_id uuid NOT NULL REFERENCES gateway.step_ups (id) ON DELETE CASCADE,
  kind text NOT NULL CONSTRAINT step_up_challenges_kind CHECK (kind IN ('console', 'passkey')),
  session_id uuid NOT NULL,
  network text NOT NULL,
  challenge bytea NOT NULL,
  PRIMARY KEY (step_up_id, kind, session_id, network)
);
ALTER TABLE gateway.step_ups DROP COLUMN challenge, DROP COLUMN prover, DROP COLUMN passkey_challenge;
`,
}
