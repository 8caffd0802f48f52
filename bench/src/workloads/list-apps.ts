import { requests } from '../loads/requests.ts'
import { askAll } from './ask.ts'
import { allSubjects, callLoads } from './calls.ts'
import { get } from './request.ts'
import { expectSame } from './same.ts'
import type { LoadTarget, Workload } from './workload.ts'

const request = (target: LoadTarget) => get('/apps?', target.url, target.password('viewer'))

/** `convox apps`. */
export const listApps: Workload = {
  name: 'listApps',
  title: 'GET /apps, 2 KB',
  unit: 'request',
  subjects: allSubjects,
  ...callLoads('connection', (target) => requests(request(target)), [128, 32]),
  expectSame: async (targets) => expectSame(await askAll(targets, request)),
}
