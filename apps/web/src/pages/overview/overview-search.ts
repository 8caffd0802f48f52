export interface OverviewSearch {
  /** The ID of the live call whose dialog is open. */
  readonly end?: string
}

export function validateOverviewSearch({ end }: Record<string, unknown>): OverviewSearch {
  return typeof end === 'string' ? { end } : {}
}
