import type { FactorDialog } from './factors-search.ts'

/** The dialogs that every person can open from the command palette. The page says if a login is too old for one. */
export const factorActions = [
  { dialog: 'passkey', label: 'Add a passkey' },
  { dialog: 'totp', label: 'Add an authenticator app' },
  { dialog: 'backup-codes', label: 'Create new backup codes' },
] as const satisfies readonly { dialog: FactorDialog; label: string }[]
