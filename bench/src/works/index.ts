import { change } from './change.ts'
import { listApps } from './list-apps.ts'
import { releaseList } from './release-list.ts'
import { transfers } from './transfers.ts'
import { websocketEcho } from './websocket-echo.ts'
import type { Work } from './work.ts'

export { listApps } from './list-apps.ts'
export type { Load, Place, Role, Work } from './work.ts'

/** All works, in the order of the tables. */
export const works: readonly Work[] = [listApps, releaseList, change, websocketEcho, ...transfers]
