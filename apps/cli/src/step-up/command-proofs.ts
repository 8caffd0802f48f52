import type { Secret } from '@rack-gateway/config/client'
import type { Context } from '../invocation/context.ts'
import { createMfaChoice, type MfaMethod } from './proofs/mfa-choice.ts'
import type { CommandProofs } from './proofs/request-proofs.ts'

export interface MfaOptions {
  readonly mfaCode?: string | undefined
  readonly mfaMethod?: MfaMethod | undefined
}

/** Runs an own command with the proofs that its requests need, and then ends the proofs. */
export async function withCommandProofs<T>(
  context: Context,
  { mfaCode, mfaMethod }: MfaOptions,
  run: (context: Context) => Promise<T>,
): Promise<T> {
  const choice = createMfaChoice({ method: mfaMethod, code: mfaCode, environmentCode: context.mfaCode })
  const endings: (() => Promise<void>)[] = []
  let current: Secret | null = null
  const proofs: CommandProofs = {
    choice,
    forGateway: (gateway) => ({
      current: () => current,
      async prove(response) {
        if (response.status !== 403) return null
        // Imported only when it is used, because most commands need no proof.
        const { proveDeniedRequest } = await import('./prove-denied-request.ts')
        const proof = await proveDeniedRequest(context, gateway, { response, choice })
        if (proof === null) return null
        current = proof.secret
        endings.push(proof.end)
        return current
      },
    }),
  }
  try {
    return await run({ ...context, proofs })
  } finally {
    await Promise.all(endings.map((end) => end()))
  }
}
