import { appSequences } from './apps.ts'
import { budgetSequences } from './budgets.ts'
import { buildSequences } from './builds.ts'
import { certificateSequences } from './certificates.ts'
import { configSequences } from './configs.ts'
import { processSequences } from './processes.ts'
import { rackSequences } from './rack.ts'
import { releaseSequences } from './releases.ts'
import { resourceSequences } from './resources.ts'
import type { Sequence } from './sequence.ts'

/** Every command that isn't among the recorded ones, in an order in which each finds what it needs. */
export const sequences: readonly Sequence[] = [
  ...rackSequences,
  ...certificateSequences,
  ...appSequences,
  ...configSequences,
  ...budgetSequences,
  ...processSequences,
  ...resourceSequences,
  ...buildSequences,
  ...releaseSequences,
]
