import { stepUpChallenges } from '@rack-gateway/database'
import { and, eq } from 'drizzle-orm'
import type { Transaction } from '../transactions/change.ts'

/** `console`: SHA-256 of the header `Challenge` of the stock CLI. `passkey`: a WebAuthn challenge. */
type ChallengeKind = 'console' | 'passkey'

/**
 * Who has a challenge. Another session or network has another one, so that a thief with a token of the user neither
 * replaces nor uses up the user's challenge.
 */
interface ChallengeHolder {
  readonly stepUp: string
  readonly session: string
  readonly network: string
}

/** Replaces the previous challenge of the same holder. */
export async function storeChallenge(
  tx: Transaction,
  kind: ChallengeKind,
  { stepUp: stepUpId, session: sessionId, network }: ChallengeHolder,
  challenge: Buffer,
): Promise<void> {
  await tx
    .insert(stepUpChallenges)
    .values({ stepUpId, kind, sessionId, network, challenge })
    .onConflictDoUpdate({
      target: [stepUpChallenges.stepUpId, stepUpChallenges.kind, stepUpChallenges.sessionId, stepUpChallenges.network],
      set: { challenge },
    })
}

export async function readPasskeyChallenge(tx: Transaction, holder: ChallengeHolder): Promise<Buffer | null> {
  const [row] = await tx
    .select({ challenge: stepUpChallenges.challenge })
    .from(stepUpChallenges)
    .where(and(eq(stepUpChallenges.kind, 'passkey'), isOf(holder)))
  return row?.challenge ?? null
}

export async function deletePasskeyChallenge(tx: Transaction, holder: ChallengeHolder): Promise<void> {
  await tx.delete(stepUpChallenges).where(and(eq(stepUpChallenges.kind, 'passkey'), isOf(holder)))
}

/** The challenges that the session got for the header `Challenge`, from all networks. */
export async function readConsoleChallenges(
  tx: Transaction,
  { stepUp, session }: Omit<ChallengeHolder, 'network'>,
): Promise<{ network: string; challenge: Buffer }[]> {
  return tx
    .select({ network: stepUpChallenges.network, challenge: stepUpChallenges.challenge })
    .from(stepUpChallenges)
    .where(
      and(
        eq(stepUpChallenges.kind, 'console'),
        eq(stepUpChallenges.stepUpId, stepUp),
        eq(stepUpChallenges.sessionId, session),
      ),
    )
}

function isOf({ stepUp, session, network }: ChallengeHolder) {
  return and(
    eq(stepUpChallenges.stepUpId, stepUp),
    eq(stepUpChallenges.sessionId, session),
    eq(stepUpChallenges.network, network),
  )
}
