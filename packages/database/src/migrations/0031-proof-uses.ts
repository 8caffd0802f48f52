/** A proof for a command counts its planned calls. Proofs of earlier versions, which live for an hour, are dropped. */
export const proofUses = {
  name: '0031-proof-uses',
  sql: `
ALTER TABLE gateway.proofs ADD COLUMN uses jsonb;
DELETE FROM gateway.proofs WHERE covers ->> 'kind' = 'command';
DELETE FROM gateway.step_ups WHERE covers ->> 'kind' = 'command';
`,
}
