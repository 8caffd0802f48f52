const dialogs = ['passkey', 'totp', 'backup-codes', 'rename', 'remove'] as const
export type FactorDialog = (typeof dialogs)[number]

/** What the page keeps in the address. */
export interface FactorsSearch {
  readonly dialog?: FactorDialog
  /** The ID of the factor that the dialog is about. */
  readonly item?: string
  /** The request that a person without a second factor came from. */
  readonly from?: string
}

export function validateFactorsSearch({ dialog, item, from }: Readonly<Record<string, unknown>>): FactorsSearch {
  const known = dialogs.find((one) => one === dialog)
  return {
    ...(known !== undefined && { dialog: known }),
    ...(typeof item === 'string' && { item: item.slice(0, 100) }),
    ...(typeof from === 'string' && isStepUpPage(from) && { from }),
  }
}

/** Another person can choose the address, so it leads only to the page of a request. */
function isStepUpPage(address: string): boolean {
  return /^\/gateway\/step-up\?[A-Za-z0-9&=%._~:/+-]{1,500}$/.test(address)
}
