import { requests } from '../loads/requests.ts'
import { askAll } from './ask.ts'
import { allSubjects, callLoads } from './calls.ts'
import { withMasks } from './masked.ts'
import { get } from './request.ts'
import { expectSame } from './same.ts'
import type { LoadTarget, Workload } from './workload.ts'

const request = (target: LoadTarget) => get('/apps/app-0/releases?limit=10', target.url, target.password('viewer'))
const variables = 50

/** `convox releases` by a viewer, who sees no environment values. */
export const releaseList: Workload = {
  name: 'releaseList',
  title: `GET /apps/{app}/releases, ${variables} variables to be masked`,
  unit: 'request',
  subjects: allSubjects,
  ...callLoads('connection', (target) => requests(request(target))),
  expectSame: async (targets) =>
    expectSame(await askAll(targets, request), (unmasked, masked) => withMasks(unmasked, masked, variables)),
}
