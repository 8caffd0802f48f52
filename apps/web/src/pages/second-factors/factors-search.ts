const dialogs = ['passkey', 'totp', 'backup-codes', 'rename', 'remove'] as const
export type FactorDialog = (typeof dialogs)[number]

export interface FactorsSearch {
  readonly dialog?: FactorDialog
  /** The ID of the factor that the dialog is about. */
  readonly item?: string
  /** The address of the step-up page from which a person without a second factor came. */
  readonly from?: string
}

export function validateFactorsSearch({ dialog, item, from }: Readonly<Record<string, unknown>>): FactorsSearch {
  const knownDialog = dialogs.find((one) => one === dialog)
  return {
    ...(knownDialog !== undefined && { dialog: knownDialog }),
    ...(typeof item === 'string' && { item: item.slice(0, 100) }),
    ...(typeof from === 'string' && isStepUpPage(from) && { from }),
  }
}

/** A link from another person can have any `from`, so only the address of a step-up page is accepted. */
function isStepUpPage(address: string): boolean {
  return /^\/gateway\/step-up\?[A-Za-z0-9&=%._~:/+-]{1,500}$/.test(address)
}
