/** The entry of the thread that verifies events. `startVerifierThread` starts it. */
import { constants, getPriority, setPriority } from 'node:os'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { StreamHead } from '@rack-gateway/audit-proof'
import { connectForCheckpoints } from './connect.ts'
import type { VerifierMessage, VerifierThreadData } from './stream-verifier.ts'
import { verifyStreams } from './verify-streams.ts'

/**
 * Added to the nice value of the process. When this thread competes with another thread for a core, this thread gets
 * about a quarter of the core. With a smaller share, checkpoints of a busy gateway could be late.
 */
const niceness = 5

const { pool }: VerifierThreadData = workerData
if (parentPort === null) throw new Error('this file must run in a worker thread')
const port: MessagePort = parentPort
const sql = connectForCheckpoints(pool)
yieldToOtherThreads()
port.on('message', async function verify(signed: readonly StreamHead[]) {
  try {
    post({ kind: 'verified', streams: await verifyStreams(sql, signed, () => post({ kind: 'progress' })) })
  } catch (error) {
    post({ kind: 'failed', error })
  }
})

function post(message: VerifierMessage): void {
  port.postMessage(message)
}

/** On Linux, a priority belongs to the thread that sets it. Elsewhere, the whole process would get it. */
function yieldToOtherThreads(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + niceness))
  } catch {
    // A sandbox may forbid the change. The priority only leaves more processor time to other threads.
  }
}
