import type { Measurement } from '../measure.ts'

const cpu = { subject: 100, rack: 20, postgres: 30, load: 10, writer: 0 }

/** One round of one subject, with the fields that a test sets. */
export function measurement(part: Pick<Measurement, 'subject' | 'round' | 'perSecond'> & Partial<Measurement>) {
  return {
    workload: 'listApps',
    load: `${part.connections ?? 32} connections`,
    connections: 32,
    p50: 1,
    p99: 2,
    cpu,
    memoryGrown: 1024 * 1024,
    writer: null,
    subjectCpu: 1,
    stolenShare: 0.25,
    otherCoreBusy: 0.5,
    ...part,
  } satisfies Measurement
}
