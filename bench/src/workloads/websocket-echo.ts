import { closedLoop } from '../loads/closed-loop.ts'
import { echo } from '../loads/echo.ts'
import { callLoads, standaloneSubjects } from './calls.ts'
import { websocketHandshake } from './request.ts'
import type { LoadTarget, Workload } from './workload.ts'

const exchange = (target: LoadTarget) => echo(websocketHandshake(target.url, target.password('viewer')))

/** Echoed frames of 1,000 bytes. The load compares every byte. */
export const websocketEcho: Workload = {
  name: 'websocketEcho',
  title: 'websocket echo, frames of 1,000 bytes',
  unit: 'frame',
  subjects: standaloneSubjects,
  ...callLoads('websocket', exchange),
  async expectSame(targets) {
    for (const target of targets)
      await closedLoop({ url: target.url, exchange: exchange(target), connections: 1, milliseconds: 1 })
  },
}
