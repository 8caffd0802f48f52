import { goTime } from '../determinism/clock.ts'
import { RackError } from '../errors/rack-error.ts'
import type { Instance, RackState } from './rack.ts'

/** @param started milliseconds since 1970 */
export function newInstance(number: number, started: number): Instance {
  return {
    agent: true,
    cpu: 0.25,
    'cpu-capacity': 2,
    'cpu-allocatable': 1.9,
    'gpu-capacity': 0,
    'gpu-allocatable': 0,
    id: `ip-10-1-0-${number}.internal`,
    memory: 900,
    'memory-capacity': 4000,
    'memory-allocatable': 3500,
    'private-ip': `10.1.0.${number}`,
    processes: 4,
    'public-ip': '',
    status: 'running',
    started: goTime(started),
  }
}

/** @throws RackError 404 */
export function findInstance(rack: RackState, id: string): Instance {
  const found = rack.instances.find((instance) => instance.id === id)
  if (found === undefined) throw new RackError(404, `instance not found: ${id}`)
  return found
}

/** Also starts a new instance, because a cloud replaces a terminated instance. */
export function terminateInstance(rack: RackState, instance: Instance): void {
  rack.instances.splice(rack.instances.indexOf(instance), 1)
  rack.instancesStarted += 1
  rack.instances.push(newInstance(rack.instancesStarted, rack.clock.now()))
}
