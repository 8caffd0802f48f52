const dialogs = ['passkey', 'totp', 'backup-codes', 'rename', 'remove'] as const
export type FactorDialog = (typeof dialogs)[number]

export interface FactorsSearch {
  readonly dialog?: FactorDialog
  /** The ID of the factor that the dialog is about. */
  readonly item?: string
  /**
   * Where a person without a second factor came from: the address of a page of the console, or `other-tab` if a dialog of
   * another tab waits for the second factor.
   */
  readonly from?: string
}

export function validateFactorsSearch({ dialog, item, from }: Readonly<Record<string, unknown>>): FactorsSearch {
  const knownDialog = dialogs.find((one) => one === dialog)
  return {
    ...(knownDialog !== undefined && { dialog: knownDialog }),
    ...(typeof item === 'string' && { item: item.slice(0, 100) }),
    ...(typeof from === 'string' && (from === otherTab || isConsolePage(from)) && { from }),
  }
}

export const otherTab = 'other-tab'

const pages: ReadonlySet<string> = new Set([
  'access',
  'apps',
  'audit',
  'health',
  'people',
  'policy',
  'recordings',
  'step-up',
])

/** A link from another person can have any `from`, so only the addresses of pages are accepted, and not a logout. */
function isConsolePage(address: string): boolean {
  const found = /^(\/gateway\/(?:([a-z-]+)(?:\/[\w.~%:-]+)*)?)(?:\?[\w&=%.~:/+,;@!*()'-]{1,500})?$/.exec(address)
  if (found === null) return false
  const [, path, page] = found
  // A browser resolves `..` and `%2e%2e`, so the path must be the one that a browser would open.
  return (page === undefined || pages.has(page)) && new URL(address, 'https://console.invalid').pathname === path
}
