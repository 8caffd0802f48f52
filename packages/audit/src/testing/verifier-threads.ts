import { Worker } from 'node:worker_threads'
import type { PoolSettings } from '@rack-gateway/database'
import type { VerifierThreadData } from '../checkpoints/stream-verifier.ts'

/** The built module, because a thread that compiles TypeScript takes ten times as long to start. */
const builtThread = new URL('../../dist/checkpoints/verifier-thread.js', import.meta.url)

export function startBuiltVerifier(pool: PoolSettings): Worker {
  const workerData: VerifierThreadData = { pool }
  return new Worker(builtThread, { workerData })
}
