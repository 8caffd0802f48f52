/** The memory of a container with the default limits, in MiB. The files in `infra/` and the reference use these numbers. */

/** V8's old generation: `--max-old-space-size`. */
export const heapMiB = 384

/** V8's old generation in a child process for a policy check. The largest valid documents need up to 172 MiB in all. */
export const childHeapMiB = 128
/** All memory of that process. Hostile documents used 182 MiB. Measured with Node 20 on Linux. */
export const childMiB = 192

/**
 * The memory of the process outside of that heap. Measured with Node 20 on Linux: 37 MiB after the start, 31 MiB more
 * with 10,000 idle connections, 42 MiB more after a request on each, and 73 MiB more with the unfinished heads.
 */
export const outsideHeap = [
  { part: 'Node and the program', MiB: 48 },
  { part: "V8's young generation", MiB: 48 },
  { part: '`CONNECTIONS`', MiB: 48 },
  { part: 'request heads that are not complete', MiB: 32 },
  { part: '`MASK_MEMORY`', MiB: 64 },
  { part: '`BODY_MEMORY`', MiB: 64 },
  { part: 'received bytes that are not parsed yet', MiB: 128 },
  { part: 'the thread that verifies checkpoints', MiB: 24 },
  { part: "a container's health check", MiB: 24 },
] as const

const outsideHeapMiB: number = outsideHeap.reduce((sum, { MiB }) => sum + MiB, 0)

/** The lowest memory limit of a container that runs only the gateway. */
export const containerMiB: number = heapMiB + outsideHeapMiB + childMiB
