import { requests } from '../loads/requests.ts'
import { askAll } from './ask.ts'
import { allSubjects, callLoads } from './calls.ts'
import { withMasks } from './masked.ts'
import { get } from './request.ts'
import { expectSame } from './same.ts'
import type { Place, Work } from './work.ts'

const request = (place: Place) => get('/apps/app-0/releases?limit=10', place.url, place.password('viewer'))
const variables = 50

/** `convox releases` by a viewer, who sees no environment values. */
export const releaseList: Work = {
  name: 'releaseList',
  title: `GET /apps/{app}/releases, ${variables} variables to be masked`,
  unit: 'request',
  subjects: allSubjects,
  ...callLoads('connection', (place) => requests(request(place))),
  expectSame: async (places) =>
    expectSame(await askAll(places, request), (open, shown) => withMasks(open, shown, variables)),
}
