import { readFile } from 'node:fs/promises'

/** Linux counts processor time in hundredths of a second, whatever the processor. */
const microsOfTick = 10_000

/** The processor time of a process's first thread since its start, in microseconds. NaN without /proc. @see proc(5) */
export async function mainThreadMicros(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/task/${pid}/stat`, 'utf8').catch(() => '')
  // The fields follow the program name, which is in brackets and can contain any character.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * microsOfTick
}
