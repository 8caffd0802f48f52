import type { Done } from '../loads/done.ts'
import type { SubjectName } from '../subject-names.ts'

/** The roles whose tokens the loads need, if the subject is a gateway. */
export const roles = ['viewer', 'deployer', 'admin'] as const
export type Role = (typeof roles)[number]

/** The target of a load, and its credential. */
export interface Place {
  readonly name: SubjectName
  readonly url: string
  password(role: Role): string
  /** Whether secrets are hidden in its answers. */
  readonly masks: boolean
}

export interface Load {
  /** For the head of a table: how many at once, or how many one after another. */
  readonly title: string
  readonly connections: number
  run(place: Place): Promise<Done>
}

/** One kind of work that every subject does. */
export interface Work {
  /** For the command line. */
  readonly name: string
  readonly title: string
  /** Of `Done.count`. */
  readonly unit: 'request' | 'frame' | 'MB'
  readonly subjects: readonly SubjectName[]
  readonly loads: readonly Load[]
  /** What is compiled while it is measured looks slow: this comes first, until `count` is done, so many times at most. */
  readonly warmUp: Load & { readonly count: number; readonly times: number }
  /** @throws when one of them does something else than the others: their speeds would not compare */
  expectSame(places: readonly Place[]): Promise<void>
}
