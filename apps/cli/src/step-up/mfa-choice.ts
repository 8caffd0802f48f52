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

/** @param codes by their precedence */
export function createMfaChoice(method: MfaMethod | null, ...codes: readonly (string | null | undefined)[]): MfaChoice {
  let code = codes.find((one) => one !== null && one !== undefined && one !== '') ?? null
  return {
    method,
    get hasCode() {
      return code !== null
    },
    takeCode() {
      const taken = code
      code = null
      return taken
    },
  }
}
