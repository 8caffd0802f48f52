import type { ProofVerification } from '@rack-gateway/audit/verify'

/** What a proof proves, and by whose key. */
export function proofSentences({
  event,
  checkpoint,
  size,
  trust,
}: ProofVerification & { readonly holds: true }): string[] {
  return [
    `the proof holds: event ${String(event.id)} is number ${String(event.seq)} of stream ${String(event.stream)}`,
    `  signed in checkpoint ${checkpoint.number} of ${checkpoint.at}, with ${size} events of its stream`,
    trust === 'pinned'
      ? `  signed by ${checkpoint.key.text}, for which the key that you gave vouches`
      : `  signed by ${checkpoint.key.text}, which the proof names itself: compare it with the key that you know, or give it with --key`,
  ]
}

/** The JSON in a text; undefined if there is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
