export interface Scope {
  /** A name, or a pattern with `*`. */
  readonly racks: string
  readonly apps: string
}

export interface ScopesRequest {
  readonly racks?: string | readonly string[] | undefined
  readonly apps?: string | readonly string[] | undefined
}

/** Every combination of the racks and the apps. Without racks or apps, all of them. */
export function scopesIn({ racks = '*', apps = '*' }: ScopesRequest): Scope[] {
  return listOf(racks).flatMap((rack) => listOf(apps).map((app) => ({ racks: rack, apps: app })))
}

function listOf(patterns: string | readonly string[]): readonly string[] {
  return [...new Set([patterns].flat())]
}
