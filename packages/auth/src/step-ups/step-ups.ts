import { proofs, stepUps } from '@rack-gateway/database'
import { and, eq } from 'drizzle-orm'
import { newestOf } from '../cli-login/user-code.ts'
import type { FactorVerifier } from '../second-factors/verifier.ts'
import type { Keys } from '../tokens/login-keys.ts'
import { checkId } from '../transactions/names.ts'
import { type AskingOptions, createAsking } from './asking.ts'
import { createProofs } from './proofs.ts'
import { createProving } from './proving.ts'
import { createRedeeming } from './redeeming.ts'
import { createCodeHash, readCode } from './secrets.ts'
import { type AskedStepUp, findStepUp } from './stored-step-ups.ts'

export interface StepUpsOptions extends AskingOptions {
  readonly verifier: FactorVerifier
  /** The keys of typed codes, newest first. */
  readonly codeKeys: Keys
}

export type StepUps = ReturnType<typeof createStepUps>

export function createStepUps(options: StepUpsOptions) {
  const { db } = options.database
  const codeHashes = createCodeHash(options.codeKeys)
  const codeHash = (code: string) => newestOf(codeHashes(readCode(code) ?? ''))

  /** @returns whether a step-up or a proof existed */
  async function end(id: string, session: string): Promise<boolean> {
    checkId('step-up', id)
    const [endedStepUps, endedProofs] = await db.transaction((tx) =>
      Promise.all([
        tx
          .delete(stepUps)
          .where(and(eq(stepUps.id, id), eq(stepUps.sessionId, session)))
          .returning({ id: stepUps.id }),
        tx
          .delete(proofs)
          .where(and(eq(proofs.id, id), eq(proofs.sessionId, session)))
          .returning({ id: proofs.id }),
      ]),
    )
    return endedStepUps.length + endedProofs.length > 0
  }

  return {
    ...createAsking(options),
    find: (id: string, user: string): Promise<AskedStepUp> => findStepUp(db, id, user),
    ...createProving({ ...options, codeHash }),
    ...createRedeeming({ ...options, codeHashes }),
    end,
    ...createProofs(options),
  }
}
