import { requests } from '../loads/requests.ts'
import { askAll } from './ask.ts'
import { allSubjects, callLoads } from './calls.ts'
import { get } from './request.ts'
import { expectSame } from './same.ts'
import type { Place, Work } from './work.ts'

const request = (place: Place) => get('/apps?', place.url, place.password('viewer'))

/** `convox apps`. */
export const listApps: Work = {
  name: 'listApps',
  title: 'GET /apps, 2 KB',
  unit: 'request',
  subjects: allSubjects,
  ...callLoads('connection', (place) => requests(request(place))),
  expectSame: async (places) => expectSame(await askAll(places, request)),
}
