/** In the order in which the methods are offered: the strongest first. */
export const methodOrder = ['passkey', 'totp', 'backup-code'] as const
export type ProofMethod = (typeof methodOrder)[number]

const names: Readonly<Record<string, string>> = {
  passkey: 'a passkey',
  totp: 'an authenticator app',
  'backup-code': 'a backup code',
}

/** For a sentence, such as `a passkey`. A newer gateway can have other methods. */
export function methodName(method: string): string {
  return names[method] ?? method
}

/** For a list, such as `Passkey`. */
export function factorKindName(kind: string): string {
  if (kind === 'passkey') return 'Passkey'
  return kind === 'totp' ? 'Authenticator app' : kind
}
