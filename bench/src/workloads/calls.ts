import { closedLoop, type Exchange } from '../loads/closed-loop.ts'
import { type SubjectName, subjectNames } from '../subject-names.ts'
import type { Load, LoadTarget, Workload } from './workload.ts'

/** Milliseconds. A busy gateway makes a checkpoint every 5 s, so each measurement includes that work about once. */
const busyTime = 5_000

type Loads = Pick<Workload, 'loads' | 'warmUp'>

/**
 * Loads with many calls at once, and a load with one call at a time.
 *
 * @param exchangeWith returns the repeated messages for a target
 * @param many the number of calls at once, for each load
 */
export function callLoads(
  noun: string,
  exchangeWith: (target: LoadTarget) => Exchange,
  many: readonly number[] = [32],
): Loads {
  function load(connections: number, milliseconds: number): Load {
    return {
      title: connections === 1 ? `1 ${noun}` : `${connections} ${noun}s`,
      connections,
      run: (target) => closedLoop({ url: target.url, exchange: exchangeWith(target), connections, milliseconds }),
    }
  }
  return {
    loads: [...many.map((connections) => load(connections, busyTime)), load(1, 1_500)],
    warmUp: { ...load(32, 500), count: 8_000, times: 80 },
  }
}

export const allSubjects: readonly SubjectName[] = Object.values(subjectNames)

const relaxedSubjects: readonly SubjectName[] = [subjectNames.relaxed, subjectNames.comparedRelaxed]

/** The subjects of changes. The relaxed gateways are left out, because `AUDIT_READS=relaxed` affects only reads. */
export const subjectsOfChanges = allSubjects.filter((name) => !relaxedSubjects.includes(name))

/** The alternatives that an operator could run. `rack.send` is a part of the gateway. */
export const standaloneSubjects = subjectsOfChanges.filter((name) => name !== subjectNames.rackSend)
