import { closedLoop, type Exchange } from '../loads/closed-loop.ts'
import { type SubjectName, subjectNames } from '../subject-names.ts'
import type { Load, LoadTarget, Workload } from './workload.ts'

type Loads = Pick<Workload, 'loads' | 'warmUp'>

/** 32 calls at once, and one at a time. @param exchangeWith returns the repeated messages for a target */
export function callLoads(noun: string, exchangeWith: (target: LoadTarget) => Exchange): Loads {
  function load(connections: number, milliseconds: number): Load {
    return {
      title: connections === 1 ? `1 ${noun}` : `${connections} ${noun}s`,
      connections,
      run: (target) => closedLoop({ url: target.url, exchange: exchangeWith(target), connections, milliseconds }),
    }
  }
  return { loads: [load(32, 2_500), load(1, 1_500)], warmUp: { ...load(32, 500), count: 10_000, times: 6 } }
}

export const allSubjects: readonly SubjectName[] = Object.values(subjectNames)

/** Only reads can be recorded in the relaxed way, so for other calls both gateways are the same. */
export const subjectsOfChanges = allSubjects.filter((name) => name !== subjectNames.relaxed)

/** The alternatives that an operator could run. `rack.send` is a part of the gateway. */
export const wholeSubjects = subjectsOfChanges.filter((name) => name !== subjectNames.rackSend)
