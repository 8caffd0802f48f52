import { change } from './change.ts'
import { listApps } from './list-apps.ts'
import { releaseList } from './release-list.ts'
import { transfers } from './transfers.ts'
import { websocketEcho } from './websocket-echo.ts'
import type { Workload } from './workload.ts'

export { listApps } from './list-apps.ts'
export type { Load, LoadTarget, Role, Workload } from './workload.ts'

/** All workloads, in the order of the tables. */
export const workloads: readonly Workload[] = [listApps, releaseList, change, websocketEcho, ...transfers]
