import { closedLoop } from '../loads/closed-loop.ts'
import { echo } from '../loads/echo.ts'
import { callLoads, wholeSubjects } from './calls.ts'
import { websocketHandshake } from './request.ts'
import type { Place, Work } from './work.ts'

const exchange = (place: Place) => echo(websocketHandshake(place.url, place.password('viewer')))

/** Echoed frames of 1,000 bytes. The load compares every byte. */
export const websocketEcho: Work = {
  name: 'websocketEcho',
  title: 'websocket echo, frames of 1,000 bytes',
  unit: 'frame',
  subjects: wholeSubjects,
  ...callLoads('websocket', exchange),
  async expectSame(places) {
    for (const place of places)
      await closedLoop({ url: place.url, exchange: exchange(place), connections: 1, milliseconds: 1 })
  },
}
