import type { ProofVerification } from '@rack-gateway/audit/verify'

export function proofSentences({
  event,
  checkpoint,
  size,
  trust,
}: ProofVerification & { readonly isValid: true }): string[] {
  return [
    `The proof is valid. Event ${String(event.id)} is number ${String(event.seq)} of stream ${String(event.stream)}.`,
    `  Checkpoint ${checkpoint.number} of ${checkpoint.at} signs the first ${size} events of this stream.`,
    trust === 'pinned'
      ? `  Signed by ${checkpoint.key.text}, which is the key in --key, or is certified by it.`
      : `  Signed by ${checkpoint.key.text}, which comes from the proof itself. Compare it with the key that you know, or pass that key with --key.`,
  ]
}
