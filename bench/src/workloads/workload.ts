import type { LoadResult } from '../loads/load-result.ts'
import type { SubjectName } from '../subject-names.ts'

/** The roles whose tokens the loads and floods need, if the subject is a gateway. */
export const roles = ['viewer', 'deployer', 'ci', 'auditor', 'admin'] as const
export type Role = (typeof roles)[number]

export interface LoadTarget {
  readonly name: SubjectName
  readonly url: string
  password(role: Role): string
  /** Whether the responses of the target have masks instead of secrets. */
  readonly hasMasks: boolean
}

export interface Load {
  /** For the heading of a table: the number of connections or transfers. */
  readonly title: string
  readonly connections: number
  run(target: LoadTarget): Promise<LoadResult>
}

export interface Workload {
  /** The name on the command line. */
  readonly name: string
  readonly title: string
  /** The unit of `LoadResult.count`. */
  readonly unit: 'request' | 'frame' | 'MB'
  readonly subjects: readonly SubjectName[]
  readonly loads: readonly Load[]
  /** Warm-up for the JIT compiler: repeated until `count` operations are done, at most `times` times. */
  readonly warmUp: Load & { readonly count: number; readonly times: number }
  /** @throws if the targets respond differently, because their speeds could then not be compared */
  expectSame(targets: readonly LoadTarget[]): Promise<void>
}
