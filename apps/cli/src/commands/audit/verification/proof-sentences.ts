import type { ValidProof } from '@rack-gateway/audit/verify'

export function proofSentences(proof: ValidProof): string[] {
  const { event, checkpoint, size } = proof
  return [
    `The proof is valid. Event ${String(event.id)} is number ${String(event.seq)} of stream ${String(event.stream)}.`,
    `  Checkpoint ${checkpoint.number} of ${checkpoint.at} signs the first ${size} events of this stream.`,
    `  Signed by ${checkpoint.key.text}, ${keyOrigin(proof)}`,
  ]
}

function keyOrigin({ connection }: ValidProof): string {
  if (connection === null)
    return 'which comes from the proof itself. Compare it with the key that you know, or pass that key with --key.'
  const { trustedIs, changes } = connection
  if (trustedIs === 'the-signer') return 'which is the key in --key.'
  const where = `Both signed the key change in checkpoint ${changes.join(', ')}.`
  return trustedIs === 'newer'
    ? `which the key in --key replaced later. ${where}`
    : `which replaced the key in --key. ${where} Note the new key.`
}
