import { Usage } from '../../errors/errors.ts'

export const mfaMethods = ['passkey', 'totp'] as const
export type MfaMethod = (typeof mfaMethods)[number]

export function isMfaMethod(text: string): text is MfaMethod {
  return mfaMethods.some((method) => method === text)
}

/** How the user wants to prove a second factor. */
export interface MfaChoice {
  /** Null lets rack-gateway choose. */
  readonly method: MfaMethod | null
  /** Whether a code was given in advance, and is not used yet. */
  readonly hasCode: boolean
  /** The code that was given in advance; null after the first call, because it is used only once. */
  takeCode(): string | null
}

export interface MfaSettings {
  /** Of `--mfa-method`. */
  readonly method?: MfaMethod | null | undefined
  /** Of `--mfa-code`. */
  readonly code?: string | null | undefined
  /** Of RACK_GATEWAY_MFA_CODE. The options take precedence. */
  readonly environmentCode?: string | undefined
}

/** @throws Usage for options that contradict each other */
export function createMfaChoice({ method = null, code, environmentCode }: MfaSettings): MfaChoice {
  if (method === 'passkey' && code)
    throw new Usage('--mfa-code and --mfa-method passkey contradict each other.', 'Keep one of them.')
  let unusedCode = method === 'passkey' ? null : code || environmentCode || null
  return {
    method,
    get hasCode() {
      return unusedCode !== null
    },
    takeCode() {
      const taken = unusedCode
      unusedCode = null
      return taken
    },
  }
}
