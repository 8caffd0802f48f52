import type { SubjectProcess } from '../processes/subject-process.ts'

/** A process that does nothing, with the functions that a test sets. */
export function subjectProcess(part: Partial<SubjectProcess> = {}): SubjectProcess {
  return {
    url: '',
    pids: [],
    cpuMicros: async () => 0,
    ask: async () => ({}),
    pause() {},
    resume() {},
    stop: async () => {},
    ...part,
  }
}
