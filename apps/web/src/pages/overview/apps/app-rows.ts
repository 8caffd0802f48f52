import type { OwnApp } from '@rack-gateway/gateway-api'
import type { App } from '../../../api/rack-data/readers.ts'

export interface AppRow {
  readonly rack: string
  readonly app: string
  /** Null if only the rack named the app, or if nobody promoted a release of it through the gateway. */
  readonly lastPromotion: OwnApp['lastPromotion']
  /** Undefined until the rack has answered, and if it cannot answer. */
  readonly state: Pick<App, 'status' | 'release'> | undefined
}

/** The racks of the apps, in the order of the apps, and then the other racks. */
export function rackOrder(apps: readonly Pick<OwnApp, 'rack'>[], racks: readonly string[]): readonly string[] {
  const ofApps = apps.map(({ rack }) => rack).filter((rack) => racks.includes(rack))
  return [...new Set([...ofApps, ...racks])]
}

/**
 * The apps from the audit log that are on the asked racks, and then further apps that only the racks name.
 *
 * @param lists the apps of each asked rack; undefined until the rack has answered, and if it cannot answer
 */
export function appRows(
  apps: readonly OwnApp[],
  lists: readonly { readonly rack: string; readonly apps: readonly App[] | undefined }[],
): readonly AppRow[] {
  const listOf = (rack: string) => lists.find((list) => list.rack === rack)
  const known = apps.flatMap(({ rack, app, lastPromotion }): AppRow[] => {
    const list = listOf(rack)
    const state = list?.apps?.find(({ name }) => name === app)
    // The rack does not have the app any more.
    const isGone = list?.apps !== undefined && state === undefined
    return list === undefined || isGone ? [] : [{ rack, app, lastPromotion, state }]
  })
  const isKnown = (rack: string, app: string) => known.some((row) => row.rack === rack && row.app === app)
  const others = lists.flatMap(({ rack, apps: listed = [] }) =>
    listed
      .filter(({ name }) => !isKnown(rack, name))
      .map((state): AppRow => ({ rack, app: state.name, lastPromotion: null, state })),
  )
  return [...known, ...others]
}
